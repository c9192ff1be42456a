import Bytes
import Testing

struct SpanMatchingTests {
    @Test(arguments: 0...40)
    func `spans are equal when every byte is`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        func isEqual(_ other: [UInt8]) -> Bool { bytes.span.equals(other.span) }
        #expect(isEqual(bytes))
        #expect(!isEqual(bytes + [0]))
        for index in 0..<count {
            var other = bytes
            other[index] ^= 0x80
            #expect(!isEqual(other), "\(index)")
        }
    }

    @Test func `a literal is compared as it is, or in any case`() {
        let bytes = Array("Content-Length [".utf8)
        let same = bytes.span.equals("Content-Length [")
        let otherCase = bytes.span.equals("content-length [")
        #expect(same && !otherCase)
        let sameInAnyCase = bytes.span.equalsIgnoringCase("content-length [")
        let otherMark = bytes.span.equalsIgnoringCase("content-length {")
        let shorter = bytes.span.equalsIgnoringCase("content-length")
        #expect(sameInAnyCase && !otherMark && !shorter)
    }

    @Test(arguments: [
        ("6789abcdef", 6, true), ("", 16, true), ("", 17, false), ("", -1, false),
        ("6789", 5, false), ("f0", 15, false),
    ])
    func `a part is found at its offset only`(part: String, offset: Int, isThere: Bool) {
        let bytes = Array("0123456789abcdef".utf8)
        let part = Array(part.utf8)
        let isFound = bytes.span.holds(part.span, at: offset)
        #expect(isFound == isThere)
    }

    @Test(arguments: [
        ("", ""), (" ", ""), ("a", "a"), (" \t a b\t ", "a b"), ("\u{B}a", "\u{B}a"),
    ])
    func `spaces and tabs are trimmed`(text: String, trimmed: String) {
        let bytes = Array(text.utf8)
        let range = bytes.span.trimmingBlanks(0..<bytes.count)
        #expect(String(decoding: bytes[range], as: UTF8.self) == trimmed)
    }
}
