import Bytes
import Testing

/// The classes against their definitions, for every byte.
struct ASCIITests {
    private static let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
    private static let digits = Set("0123456789".utf8)

    @Test(arguments: UInt8.min...UInt8.max)
    func `every byte is in its classes`(byte: UInt8) {
        let isDigit = ASCIITests.digits.contains(byte)
        let isLetter = ASCIITests.letters.contains(byte)
        #expect(ASCII.isDigit(byte) == isDigit)
        #expect(ASCII.isLetter(byte) == isLetter)
        #expect(ASCII.isBlank(byte) == " \t".utf8.contains(byte))
        #expect(ASCII.isSpace(byte) == " \t\n\u{B}\u{C}\r".utf8.contains(byte))
        #expect(ASCII.isControl(byte) == (byte < 0x20 || byte == 0x7F))
        #expect(ASCII.isControlButTab(byte) == ((byte < 0x20 && byte != 0x09) || byte == 0x7F))
        #expect(ASCII.isLowercaseHexadecimal(byte) == "0123456789abcdef".utf8.contains(byte))
        let isOther = { (others: String) in isLetter || isDigit || others.utf8.contains(byte) }
        #expect(ASCII.isToken(byte) == isOther("!#$%&'*+-.^_`|~"))
        #expect(ASCII.isRegisteredName(byte) == isOther("-._~!$&'()*+,;="))
        #expect(ASCII.isName(byte) == isOther("._-"))
        #expect(ASCII.isBearerToken(byte) == isOther("-._~+/"))
        let isCapital = isLetter && byte < 0x61
        #expect(ASCII.lowercased(byte) == (isCapital ? byte + 0x20 : byte))
    }

    @Test func `hexadecimal digits are read and written`() {
        for byte in UInt8.min...UInt8.max {
            let isDigit = "0123456789abcdefABCDEF".utf8.contains(byte)
            let expected =
                isDigit ? UInt8(Substring(UnicodeScalar(byte).description), radix: 16) : nil
            #expect(ASCII.hexadecimalValue(byte) == expected, "\(byte)")
        }
        #expect((0..<16).map(ASCII.hexadecimalDigit) == Array("0123456789abcdef".utf8))
    }

    @Test func `a word holds a control character when one of its bytes is one`() {
        for place in 0..<8 {
            for byte in UInt8.min...UInt8.max {
                var bytes = Array("~ abz \u{7E}{".utf8)
                bytes[place] = byte
                let word = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                #expect(ASCII.mayHoldControl(word) == ASCII.isControl(byte), "\(byte)")
            }
        }
    }
}
