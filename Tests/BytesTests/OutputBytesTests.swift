import Bytes
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
        #expect(Array(copying: output.span.extracting(1..<3)) == [255, 0x61])
    }

    @Test(arguments: [0, 1, 3, 4, 5, 16, 31, 32, 33, 65])
    func `each byte is two hexadecimal digits`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 251 &* $0 &+ 9) }
        let expected = bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
        #expect(String(hexadecimal: bytes.span) == expected)
        var output = Array("9".utf8)
        output.appendHexadecimal(bytes.span)
        #expect(String(decoding: output, as: UTF8.self) == "9" + expected)
    }

    @Test(arguments: [0, 1, 0x0123_4567, 0x89AB_CDEF, UInt32.max])
    func `a word is eight hexadecimal digits`(word: UInt32) {
        var output: [UInt8] = []
        output.appendHexadecimal(word)
        let digits = String(word, radix: 16)
        let zeros = String(repeating: "0", count: 8 - digits.utf8.count)
        #expect(String(decoding: output, as: UTF8.self) == zeros + digits)
    }
}
