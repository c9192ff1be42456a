import Access
import HTTPServer
import Metrics
import Telemetry
import TestSupport
import Testing

/// The document of the metrics, compared with the code's table.
@Suite struct MetricsDocumentTests {
    private static let path = "Docs/reference/metrics.md"

    @Test func `the document has every family as the code's table has it`() throws {
        let found = try DocumentTable("metrics", of: MetricsDocumentTests.path).lines
        let rows = MetricTable.all.map { family in
            let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(family.name)` | \(family.kind.rawValue) | \(labels) | \(family.help) |"
        }
        let expected = ["| name | kind | labels | meaning |", "|---|---|---|---|"] + rows
        #expect(
            found == expected,
            "the table has to be:\n\(expected.joined(separator: "\n"))\n")
    }

    @Test func `the document has every value of the closed labels, in order`() throws {
        func check<Label: MetricLabel>(_ table: String, _ type: Label.Type) throws {
            let found = try DocumentTable(table, of: MetricsDocumentTests.path).rows.map { $0[0] }
            #expect(found == Label.allCases.map { "`\($0.label)`" })
        }
        try check("results", TokenResult.self)
        try check("abuse", AbuseResult.self)
        try check("decisions", QuotaDecision.self)
        try check("handshakes", HandshakeResult.self)
        try check("kinds", RedisFailureKind.self)
        try check("noticed revocations", NoticedRevocation.Change.self)
        try check("reloads", ModelReloadResult.self)
        try check("file reloads", FileReloadResult.self)
        try check("key fetches", KeyFetchResult.self)
        try check("checkpoint deliveries", CheckpointDelivery.self)
    }

    @Test func `every label of a family is explained`() throws {
        let text = try DocumentTable.lines(of: MetricsDocumentTests.path)
        for label in Set(MetricTable.all.flatMap(\.labels)).subtracting(["version"]) {
            #expect(
                text.contains { $0.hasPrefix("| `\(label)` ") }, "\(label) has no row")
        }
    }

    @Test func `the questions of the document name only what there is`() throws {
        let lines = try DocumentTable.lines(of: "Docs/operating/alerts.md")
        let block = lines.drop { $0 != "```promql" }.dropFirst().prefix { $0 != "```" }
        let questions = block.split(separator: "").map { question in
            question.filter { !$0.hasPrefix("#") }.joined(separator: "\n")
        }
        #expect(questions.count >= 8)
        for question in questions {
            #expect(PromQL(question).unknownNames().isEmpty, "\(question)")
        }
    }
}
