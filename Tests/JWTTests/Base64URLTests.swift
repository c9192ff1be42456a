import JWT
import Testing

private func decoded(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    return Base64URL.decode(Array(text.utf8).span, into: &bytes).map { Array(bytes[..<$0]) }
}

private func encoded(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    Base64URL.encode(bytes.span, appendingTo: &text)
    return String(decoding: text, as: UTF8.self)
}

private let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

struct Base64URLTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
        ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
    func `the examples of RFC 4648 go both ways`(bytes: String, text: String) {
        #expect(encoded(Array(bytes.utf8)) == text)
        #expect(decoded(text) == Array(bytes.utf8))
    }

    @Test func `the octets of RFC 7515 Appendix C go both ways`() {
        #expect(encoded([3, 236, 255, 224, 193]) == "A-z_4ME")
        #expect(decoded("A-z_4ME") == [3, 236, 255, 224, 193])
    }

    @Test func `every value of a byte goes both ways at every length`() {
        for count in 0..<40 {
            for first in 0..<256 {
                let bytes = (0..<count).map { UInt8(truncatingIfNeeded: first &+ $0 &* 37) }
                #expect(decoded(encoded(bytes)) == bytes)
            }
        }
    }

    @Test func `of 64 last characters those with unused bits set are refused`() {
        for (value, character) in alphabet.enumerated() {
            let one = String(decoding: [UInt8(ascii: "A"), character], as: UTF8.self)
            #expect((decoded(one) != nil) == (value % 16 == 0), "\(one)")
            let two = String(
                decoding: [UInt8(ascii: "A"), UInt8(ascii: "A"), character], as: UTF8.self)
            #expect((decoded(two) != nil) == (value % 4 == 0), "\(two)")
        }
    }

    @Test func `a byte outside the alphabet is refused wherever it stands`() {
        var bytes: [UInt8] = []
        for length in [2, 3, 4, 6, 7, 8] {
            for position in 0..<length {
                for byte in UInt8.min...UInt8.max where !alphabet.contains(byte) {
                    var text = [UInt8](repeating: UInt8(ascii: "A"), count: length)
                    text[position] = byte
                    let count = Base64URL.decode(text.span, into: &bytes)
                    #expect(count == nil, "byte \(byte) at \(position) of \(length)")
                }
            }
        }
    }

    @Test(arguments: [
        "A", "AAAAA", "AAAAAAAAA", "Zg==", "Zm8=", "Zg=", "Z g", "Zm9v\n", "=", "====",
    ])
    func `a text that is no spelling is refused`(text: String) {
        #expect(decoded(text) == nil)
    }

    @Test func `memory that is longer than needed keeps what is after`() {
        var bytes: [UInt8] = [9, 9, 9, 9, 9]
        #expect(Base64URL.decode(Array("Zm9v".utf8).span, into: &bytes) == 3)
        #expect(bytes == [102, 111, 111, 9, 9])
    }
}
