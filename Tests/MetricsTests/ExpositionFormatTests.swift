import Metrics
import Testing

@Suite struct ExpositionFormatTests {
    private func format(_ field: String) -> ExpositionFormat {
        ExpositionFormat(accept: Array(field.utf8).span)
    }

    @Test func `the types are those that Prometheus knows`() {
        #expect(
            "\(ExpositionFormat.text.contentType)" == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            "\(ExpositionFormat.openMetrics.contentType)"
                == "application/openmetrics-text; version=1.0.0; charset=utf-8")
    }

    @Test func `without the field it is text`() {
        let bytes = Array("application/openmetrics-text".utf8)
        #expect(ExpositionFormat(accept: nil, in: bytes.span) == .text)
        #expect(ExpositionFormat(accept: 0..<bytes.count, in: bytes.span) == .openMetrics)
        #expect(ExpositionFormat(accept: 0..<0, in: bytes.span) == .text)
    }

    @Test(arguments: [
        // What Prometheus 2.42 and 3 send, and curl, and a browser.
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
            + "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
            + "application/openmetrics-text;version=0.0.1;q=0.5,"
            + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
            + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "application/openmetrics-text",
        "application/openmetrics-text;q=0.001",
        "application/openmetrics-text;q=0.5,*/*;q=0.5",
        "application/openmetrics-text;q=0.5,text/plain;version=1.0.0",
        "text/plain;q=0,application/openmetrics-text;q=0.1",
        "text/plain;q=0.3,*/*,application/openmetrics-text;q=0.3",
        "Application/OpenMetrics-Text ; VERSION=\"1.0.0\" ; Q=1.000",
        "text/html;a=\"b,c\\\";\" , , application/openmetrics-text;;version=1.0.0",
        "application/openmetrics-text;version=0.0.1",
        "application/openmetrics-text;q=0,application/openmetrics-text;q=0.2",
    ]) func `OpenMetrics is for who names it and wants text no more`(field: String) {
        #expect(format(field) == .openMetrics)
    }

    @Test(arguments: [
        "", "*/*", "text/plain", "text/*", "application/*",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "application/openmetrics-text;q=0",
        "application/openmetrics-text;q=0.5,text/plain",
        "application/openmetrics-text;q=0.5,text/plain;q=0.501",
        "application/openmetrics-text;q=0.5,*/*",
        "application/openmetrics-text;q=0.5,text/*;q=0.6",
        "application/openmetrics-text;version=2.0.0",
        "application/openmetrics-textual", "application/openmetrics", "text/openmetrics-text",
    ]) func `everybody else has text`(field: String) {
        #expect(format(field) == .text)
    }

    @Test(arguments: [
        "application/openmetrics-text;q=", "application/openmetrics-text;q=2",
        "application/openmetrics-text;q=1.001", "application/openmetrics-text;q=0.1234",
        "application/openmetrics-text;q=.5", "application/openmetrics-text;q=01",
        "application/openmetrics-text;q=0,5", "application/openmetrics-text;q=-1",
        "application/openmetrics-text;q=\"\"", "application/openmetrics-text;q",
        "application/openmetrics-text;version=\"1.0.0", "application/openmetrics-text;v=\"\\",
        "application/openmetrics-text text/html", "application/openmetrics-text,text",
        "application/openmetrics-text,text/", "application/openmetrics-text,/plain",
        "application/openmetrics-text;version =1.0.0", "application/openmetrics-text,\u{0}",
        "application/openmetrics-text;q=0.5;",
        "application/openmetrics-text;q=18446744073709551617",
    ]) func `a field that cannot be read is as good as none`(field: String) {
        let isRead = field.hasSuffix(";")
        #expect(format(field) == (isRead ? .openMetrics : .text))
    }

    @Test func `bytes that are no text are refused, wherever they stand`() {
        let good = Array("application/openmetrics-text;q=0.5".utf8)
        for position in 0...good.count {
            for byte: UInt8 in [0, 0x0A, 0x7F, 0x80, 0xC3, 0xFF] {
                var bytes = good
                bytes.insert(byte, at: position)
                #expect(ExpositionFormat(accept: bytes.span) == .text)
            }
        }
    }

    @Test(arguments: [
        (AcceptField.bytesMax - 1, ExpositionFormat.openMetrics),
        (AcceptField.bytesMax, .openMetrics), (AcceptField.bytesMax + 1, .text),
    ]) func `a long field is read up to the limit`(count: Int, expected: ExpositionFormat) {
        let name = "application/openmetrics-text"
        let padding = String(repeating: ",", count: count - name.utf8.count)
        #expect(format(padding + name) == expected)
        #expect(format(name + padding) == expected)
    }

    @Test func `any bytes at all are read without a trap`() {
        var state: UInt64 = 88_172_645_463_325_252
        let alphabet = Array(
            "application/openmetrics-text;q=0.1\",\\*text/plain version \u{7F}".utf8)
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            var digits = state
            for _ in 0..<(state % 12) {
                let start = Int(digits % UInt64(alphabet.count))
                digits = digits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let end = min(alphabet.count, start + Int(digits >> 60))
                bytes += alphabet[start..<end]
            }
            let weighed = ExpositionFormat(accept: bytes.span)
            if weighed == .openMetrics { #expect(bytes.count >= 28) }
        }
    }
}
