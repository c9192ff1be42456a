import HTTP
import Testing

struct OutputBytesTests {
    @Test(arguments: [
        0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 16384, 1_000_000_007, Int.max, -1, -10, Int.min,
    ])
    func `a number is appended in decimal`(number: Int) {
        var output = Array("9".utf8)
        output.appendDecimal(number)
        #expect(String(decoding: output, as: UTF8.self) == "9\(number)")
    }

    @Test func `bytes and literals are appended as they are`() {
        var output: [UInt8] = []
        let bytes: [UInt8] = [0, 255]
        output.appendBytes(bytes.span)
        output.appendBytes(bytes.span.extracting(0..<0))
        output.appendLiteral("a\u{E9}")
        output.appendLiteral("")
        #expect(output == [0, 255] + Array("a\u{E9}".utf8))
    }
}
