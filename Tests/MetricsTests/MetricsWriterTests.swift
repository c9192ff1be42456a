import Metrics
import Testing

@Suite struct MetricsWriterTests {
    private static let duration = MetricFamily(
        "t_duration_seconds", .histogram, unit: .seconds, labels: ["route"],
        help: "A \"time\" \\ taken\nby a route.")
    private static let total = MetricFamily(
        "t_written_bytes_total", .counter, unit: .bytes, labels: ["kind", "to"], help: "Written.")
    private static let level = MetricFamily("t_level", .gauge, help: "A level.")
    private static let build = MetricFamily(
        "t_build_info", .info, labels: ["version"], help: "A build.")

    private func text(
        _ format: ExpositionFormat, _ write: (inout MetricsWriter) -> Void
    ) -> String {
        var writer = MetricsWriter(format)
        write(&writer)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    private func everything(_ format: ExpositionFormat) -> String {
        text(format) { writer in
            var histogram = Histogram(bounds: [0.00005, 0.1, 1, 2.5])
            for value in [0.05, 0.1, 0.7, 7] { histogram.observe(value) }
            writer.begin(MetricsWriterTests.duration)
            writer.histogram(histogram, ["/a"])
            writer.begin(MetricsWriterTests.total)
            writer.sample(3 as UInt64, ["a", "b"])
            writer.sample(2.5, ["c\"\\\n", ""])
            writer.begin(MetricsWriterTests.level)
            writer.sample(-1.0)
            writer.begin(MetricsWriterTests.build)
            writer.info(["1.2.3-é"])
        }
    }

    private static let samples = (
        duration: """
        t_duration_seconds_bucket{route="/a",le="5e-05"} 0
        t_duration_seconds_bucket{route="/a",le="0.1"} 2
        t_duration_seconds_bucket{route="/a",le="1.0"} 3
        t_duration_seconds_bucket{route="/a",le="2.5"} 3
        t_duration_seconds_bucket{route="/a",le="+Inf"} 4
        t_duration_seconds_sum{route="/a"} 7.85
        t_duration_seconds_count{route="/a"} 4
        """,
        total: #"""
        t_written_bytes_total{kind="a",to="b"} 3
        t_written_bytes_total{kind="c\"\\\n",to=""} 2.5
        """#
    )

    @Test func `the text format is written as Prometheus 0.0.4 wants it`() {
        #expect(
            everything(.text) == #"""
                # HELP t_duration_seconds A "time" \\ taken\nby a route.
                # TYPE t_duration_seconds histogram
                \#(MetricsWriterTests.samples.duration)
                # HELP t_written_bytes_total Written.
                # TYPE t_written_bytes_total counter
                \#(MetricsWriterTests.samples.total)
                # HELP t_level A level.
                # TYPE t_level gauge
                t_level -1
                # HELP t_build_info A build.
                # TYPE t_build_info gauge
                t_build_info{version="1.2.3-é"} 1

                """#)
    }

    @Test func `OpenMetrics has units, an end, and counters and infos without their suffix`() {
        #expect(
            everything(.openMetrics) == #"""
                # HELP t_duration_seconds A \"time\" \\ taken\nby a route.
                # TYPE t_duration_seconds histogram
                # UNIT t_duration_seconds seconds
                \#(MetricsWriterTests.samples.duration)
                # HELP t_written_bytes Written.
                # TYPE t_written_bytes counter
                # UNIT t_written_bytes bytes
                \#(MetricsWriterTests.samples.total)
                # HELP t_level A level.
                # TYPE t_level gauge
                t_level -1
                # HELP t_build A build.
                # TYPE t_build info
                t_build_info{version="1.2.3-é"} 1
                # EOF

                """#)
    }

    @Test func `nothing is an empty answer, but for the end of OpenMetrics`() {
        #expect(text(.text) { _ in } == "")
        #expect(text(.openMetrics) { _ in } == "# EOF\n")
    }

    @Test func `a family without samples is not there`() {
        let text = text(.text) { writer in
            writer.begin(MetricsWriterTests.total)
            writer.begin(MetricsWriterTests.level)
            writer.sample(1 as UInt64)
        }
        #expect(text == "# HELP t_level A level.\n# TYPE t_level gauge\nt_level 1\n")
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (1.0, "1"), (1e15, "1000000000000000"), (1e16, "1e+16"),
        (0.1, "0.1"), (1.0 / 3, "0.3333333333333333"), (1e-7, "1e-07"),
        (1_790_000_000.12, "1790000000.12"), (.leastNonzeroMagnitude, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
    ]) func `a number has the fewest digits from which it is read back`(
        value: Double, expected: String
    ) {
        let text = text(.text) { writer in
            writer.begin(MetricsWriterTests.level)
            writer.sample(value)
        }
        #expect(text.split(separator: "\n").last == "t_level \(expected)")
    }

    @Test func `the largest integer is written in full`() {
        let text = text(.text) { writer in
            writer.begin(MetricsWriterTests.level)
            writer.sample(UInt64.max)
        }
        #expect(text.split(separator: "\n").last == "t_level 18446744073709551615")
    }

    @Test func `a family that begins twice is refused`() async {
        await #expect(processExitsWith: .failure) {
            var writer = MetricsWriter(.text)
            writer.begin(MetricFamily("a", .gauge, help: "h"))
            writer.begin(MetricFamily("a", .gauge, help: "h"))
        }
        // OpenMetrics would call both `a`.
        await #expect(processExitsWith: .failure) {
            var writer = MetricsWriter(.text)
            writer.begin(MetricFamily("a_total", .counter, help: "h"))
            writer.begin(MetricFamily("a", .gauge, help: "h"))
        }
    }

    @Test func `samples that the family has not are refused`() async {
        await #expect(processExitsWith: .failure) {
            var writer = MetricsWriter(.text)
            writer.sample(1 as UInt64)
        }
        await #expect(processExitsWith: .failure) {
            var writer = MetricsWriter(.text)
            writer.begin(MetricFamily("a", .gauge, labels: ["b"], help: "h"))
            writer.sample(1 as UInt64)
        }
        await #expect(processExitsWith: .failure) {
            var writer = MetricsWriter(.text)
            writer.begin(MetricFamily("a", .gauge, help: "h"))
            writer.histogram(Histogram(bounds: [1]))
        }
        await #expect(processExitsWith: .failure) {
            var writer = MetricsWriter(.text)
            writer.begin(MetricFamily("a_info", .info, help: "h"))
            writer.sample(2 as UInt64)
        }
        await #expect(processExitsWith: .failure) {
            var writer = MetricsWriter(.text)
            writer.begin(MetricFamily("a_total", .counter, help: "h"))
            writer.sample(-1.0)
        }
    }
}
