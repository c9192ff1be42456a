import Features
import JSON
import Testing

/// Bodies that are not records, names the schema does not have, and the identifier.
@Suite struct RecordDecoderBodyTests {
    private func decode(_ body: String) throws -> RecordDecoder {
        var decoder = RecordDecoder(schema: Telco.schema)
        _ = try decoder.decode(body.utf8.span)
        return decoder
    }

    @Test func `every proper prefix of a valid body is malformed`() throws {
        let body = Customer.valid.body
        var decoder = RecordDecoder(schema: Telco.schema)
        for count in 0..<body.count {
            #expect(throws: BodyError.malformed(.unexpectedEnd(offset: count))) {
                try decoder.decode(body.span.extracting(0..<count))
            }
        }
    }

    @Test(arguments: ["[]", "[{}]", "1", #""tenure""#, "null", "true", " -0.5 ", "1e400"])
    func `JSON that is not an object is not a record`(body: String) {
        #expect(throws: BodyError.notAnObject) { try decode(body) }
    }

    @Test(arguments: [
        ("[1,", JSONError.unexpectedEnd(offset: 3)),
        ("{} {}", .trailingBytes(offset: 3)),
        ("[] x", .trailingBytes(offset: 3)),
        (#"{"tenure":1,"tenure":1}"#, .duplicateName(offset: 13)),
        (#"{"tenure":1,"t\u0065nure":1}"#, .duplicateName(offset: 13)),
        (#"{"tenure":1,"x":1,"tenure":1}"#, .duplicateName(offset: 19)),
        (#"{"customerID":"1","customerID":"1"}"#, .duplicateName(offset: 19)),
        (#"{"tenure":1,"tenure" 1}"#, .duplicateName(offset: 13)),
        (#"{"tenure" 1}"#, .unexpectedByte(offset: 10)),
        (#"{"x" 1}"#, .unexpectedByte(offset: 5)),
        (#"{"x":1,"x":2}"#, .duplicateName(offset: 8)),
        (#"{"tenure":{"x":1,"x":2}}"#, .duplicateName(offset: 18)),
        (#"{"tenure":NaN}"#, .unexpectedByte(offset: 10)),
        (#"{"tenure":012}"#, .invalidNumber(offset: 11)),
        (#"{"tenure":"\ud800"}"#, .invalidEscape(offset: 11)),
    ])
    func `malformed JSON is an error, not a violation`(body: String, error: JSONError) {
        #expect(throws: BodyError.malformed(error)) { try decode(body) }
    }

    @Test func `a name of one body may come again in the next`() throws {
        var decoder = RecordDecoder(schema: Telco.schema)
        for _ in 0..<2 {
            let body = Array(#"{"tenure":1,"x":1}"#.utf8)
            #expect(try !decoder.decode(body.span))
        }
    }

    @Test func `a value is nested sixteen deep at most`() throws {
        func body(_ depth: Int) -> String {
            // The record itself is one level.
            #"{"x":"# + String(repeating: "[", count: depth - 1)
                + String(repeating: "]", count: depth - 1) + "}"
        }
        #expect(try decode(body(15)).violations.last?.field == "x")
        #expect(try decode(body(16)).violations.last?.field == "x")
        #expect(throws: BodyError.malformed(.tooDeep(limit: 16, offset: 20))) {
            try decode(body(17))
        }
    }

    @Test func `unknown fields come last, in the body's order`() throws {
        let body = Customer.valid.with("b", "1").with("a", "{}").with("TENURE", "1e400").body
        let violations = try decode(String(decoding: body, as: UTF8.self)).violations
        #expect(violations.map(\.field) == ["b", "a", "TENURE"])
        #expect(violations.map(\.code) == [.unknownField, .unknownField, .unknownField])
        #expect(violations[0].detail == "is not a field of this model")
    }

    @Test func `derived features and the target are no fields of a body`() throws {
        let body = Customer.valid.with("tenure_group", #""0-12""#).with("Churn", #""Yes""#).body
        let violations = try decode(String(decoding: body, as: UTF8.self)).violations
        #expect(violations.map(\.field) == ["tenure_group", "Churn"])
    }

    @Test(arguments: [-1, 0, 1])
    func `unknown fields are reported up to the limit`(excess: Int) throws {
        let limit = RecordLimits.unknownFieldsMax
        var customer = Customer.valid
        for index in 0..<limit + excess { customer = customer.with("x\(index)", "0") }
        let violations = try decode(String(decoding: customer.body, as: UTF8.self)).violations
        #expect(violations.count == min(limit, limit + excess))
        #expect(violations.last?.field == "x\(min(limit, limit + excess) - 1)")
    }

    @Test(arguments: [
        (String(repeating: "n", count: 63), 63), (String(repeating: "n", count: 64), 64),
        (String(repeating: "n", count: 65), 64), (String(repeating: "n", count: 15_000), 64),
        // A character on the boundary goes as a whole.
        (String(repeating: "n", count: 62) + "é", 64),
        (String(repeating: "n", count: 63) + "é", 63),
        (String(repeating: "n", count: 61) + "𝄞", 61), (String(repeating: "€", count: 22), 63),
    ])
    func `an unknown name is cut at 64 bytes between characters`(name: String, bytes: Int) throws {
        let violation = try #require(try decode("{\"\(name)\":1}").violations.last)
        #expect(violation.field.utf8.count == bytes)
        #expect(name.utf8.starts(with: violation.field.utf8))
        #expect(violation.code == .unknownField)
    }

    @Test(arguments: [
        ("a/b", "#/a~1b"), ("m~n", "#/m~0n"), ("", "#/"), ("c%d", "#/c%25d"), ("e^f", "#/e%5Ef"),
        ("i\\j", "#/i%5Cj"), ("k\"l", "#/k%22l"), (" ", "#/%20"), ("é", "#/%C3%A9"),
        ("a?b=c&d", "#/a?b=c&d"), ("#", "#/%23"), ("\n", "#/%0A"),
    ])
    func `a pointer is the fragment of a URI`(name: String, pointer: String) throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name(name)
        writer.number(1)
        writer.endObject()
        let body = String(decoding: writer.finish(), as: UTF8.self)
        let violation = try #require(try decode(body).violations.last)
        #expect(violation.field == name)
        #expect(violation.pointer == pointer)
    }

    @Test(arguments: [
        ("", ViolationCode.tooShort), (String(repeating: "i", count: 65), .tooLong),
        (String(repeating: "€", count: 22), .tooLong), (#"a\u0000"#, .notAllowed),
        (#"a\n"#, .notAllowed), ("\u{7F}", .notAllowed), ("\u{85}b", .notAllowed),
        (#"\u0080"#, .notAllowed), (#"\u009f"#, .notAllowed),
    ])
    func `an identifier that breaks its rule is a violation`(
        spelling: String, code: ViolationCode
    ) throws {
        let body = Customer.valid.with("customerID", "\"\(spelling)\"").body
        let decoder = try decode(String(decoding: body, as: UTF8.self))
        #expect(decoder.violations.map(\.field) == ["customerID"])
        #expect(decoder.violations.map(\.code) == [code])
        #expect(decoder.identifier == nil)
    }

    @Test(arguments: [
        "i", String(repeating: "i", count: 63), String(repeating: "i", count: 64),
        String(repeating: "€", count: 21) + "i", "\u{A0}", " ", "ß/~", "𝄞",
    ])
    func `an identifier within its rule is handed out byte for byte`(identifier: String) throws {
        let body = Customer.valid.with("customerID", "\"\(identifier)\"").body
        let decoder = try decode(String(decoding: body, as: UTF8.self))
        #expect(decoder.violations.isEmpty)
        #expect(decoder.identifier == Array(identifier.utf8))
    }
}
