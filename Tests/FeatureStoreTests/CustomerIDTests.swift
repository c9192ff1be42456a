import FeatureStore
import Testing

struct CustomerIDTests {
    @Test(arguments: [
        ("C-1", "C-1"), ("%C3%a9%e4%b8%ad%7Bx%7d", "é中{x}"), ("a%2Fb", "a/b"), ("a+b", "a+b"),
        ("%25", "%"),
    ])
    func `reads a segment of a path`(segment: String, id: String) throws {
        #expect(try CustomerID.decode(segment.utf8.span) == Array(id.utf8))
    }

    @Test(arguments: [
        ("", CustomerIDError.empty), ("%", .malformedEscape), ("%4", .malformedEscape),
        ("%4g", .malformedEscape), ("%+1", .malformedEscape), ("%00", .controlCharacter),
        ("a%0Ab", .controlCharacter), ("%7f", .controlCharacter), ("%C2%85", .controlCharacter),
        ("%ff", .notUTF8), ("%C3", .notUTF8), ("%C0%AF", .notUTF8), ("%ED%A0%80", .notUTF8),
    ])
    func `refuses a segment and says why`(segment: String, error: CustomerIDError) {
        #expect(throws: error) { try CustomerID.decode(segment.utf8.span) }
    }

    @Test(arguments: ["a", "%61"])
    func `takes 256 bytes once they are decoded and no more`(character: String) throws {
        let longest = String(repeating: character, count: 256)
        #expect(try CustomerID.decode(longest.utf8.span).count == 256)
        let longer = longest + character
        #expect(throws: CustomerIDError.tooLong(bytesMax: 256)) {
            try CustomerID.decode(longer.utf8.span)
        }
    }

    @Test(arguments: ["-9223372036854775808", "9223372036854775807", "0", "-1"])
    func `takes each integer of 64 bits in its one spelling`(id: String) throws {
        _ = try numbered.key(of: id.utf8.span)
    }

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "01", "+1", "-0", "1.0", " 1", "x", "１",
    ])
    func `refuses other spellings as an integer`(id: String) {
        #expect(throws: CustomerIDError.notAnInteger) { try numbered.key(of: id.utf8.span) }
    }

    private var numbered: FeatureLayout {
        .feast(
            EntityKeyLayout(
                FeatureEntity(name: "account_no", kind: .int64), project: "churn", version: .three),
            views: [FeatureView(name: "telco")])
    }
}
