import Testing

@Suite struct PromQLTests {
    @Test(arguments: [
        ("up == 0 or absent(up{job=\"x\"})", ["up"], ["job"]),
        (
            "sum by (a, b) (rate(c_total{d=~\"e|f\"}[5m])) / sum(g) by (h)", ["c_total", "g"],
            [
                "a", "b", "d", "h",
            ]
        ),
        ("i offset 1d > 1e9 and on (j) k:l:m_5m", ["i", "k:l:m_5m"], ["j"]),
        ("time() - n{o=\"$p\"}[$__interval]", ["n"], ["o"]),
        ("histogram_quantile(0.99, sum by (le) (rate(q_bucket[5m])))", ["q_bucket"], ["le"]),
    ]) func `metrics and labels are told from words and numbers`(
        expression: String, metrics: [String], labels: [String]
    ) {
        #expect(PromQL(expression).metrics == Set(metrics))
        #expect(PromQL(expression).labels == Set(labels))
    }

    @Test(arguments: [
        ("churnd_auth", ["churnd_auth"]), ("sum(churnd_probability)", ["churnd_probability"]),
        ("churnd_redis_up{no_label=\"1\"}", ["no_label"]), ("a:record", ["a:record"]),
        ("rate(churnd_probability_count[5m]) / up", []), ("b:record", []),
    ]) func `names of what does not exist are noticed`(expression: String, names: [String]) {
        #expect(PromQL(expression).unknownNames(records: ["b:record"]) == Set(names))
    }
}
