import JSON
import TestSupport
import Testing

@Suite struct JSONScannerTests {
    private static let accepted: [String] = [
        "{}", "[]", " {} ", "\t\n\r [ ] \t\n\r", "null", "true", "false", "0", "-0", "\"\"", " 1 ",
        "\"a\"",
        "[[]]", "[{}]", "{\"a\":{}}", "{\"a\":[]}", "[null]", "[true,false,null]", "[1,2]",
        "[ 1 , 2 ]",
        "{\"a\":1}", "{ \"a\" : 1 }", "{\"a\":1,\"b\":2}", "{\"\":0}", "{\"a\":{\"a\":{\"a\":1}}}",
        "[\"a\",\"a\"]", "[{\"a\":1},{\"a\":1}]", "{\"a\":{\"b\":1},\"b\":1}",
        "[1e5,1E5,1e-5,1.5E+5]",
        "[0.1,-0.1,1.0,100]", "[1e400]", "[-1e99999999999999999999]",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0000\"", "\"\\u00e9\"", "\"\\u00E9\"", "\"\\uD83D\\uDE00\"", "\"\\ud83d\\ude00\"",
        "\"\\uFFFF\"", "\"\\uD7FF\"", "\"\\uE000\"", "\"\\uDBFF\\uDFFF\"", "\"é\"", "\"日本\"",
        "\"😀\"",
        "\"\u{7F}\"", "\"\u{80}\"", "\"\u{FEFF}\"", "\"\u{FFFE}\"", "\"\u{10FFFF}\"", "\"/\"",
        "\"'\"",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", "\"\\\\u0041\"", "\"\u{2028}\u{2029}\"",
        "[\"\\u0022\"]",
    ]

    @Test func `memory that is used again holds no name of the text before`() throws {
        var memory = JSONNamesMemory()
        let many = (0..<100).map { "\"n\($0)\":1" }.joined(separator: ",")
        for text in [#"{"a":1,"b":2}"#, "{\(many)}", #"{"a":1,"n5":{"a":1}}"#] {
            let bytes = Array(text.utf8)
            var scanner = JSONScanner(bytes.span, reusing: &memory)
            try scanner.skipValue()
            try scanner.finish()
            scanner.giveBack(&memory)
        }
        let twice = Array(#"{"a":1,"a":2}"#.utf8)
        var scanner = JSONScanner(twice.span, reusing: &memory)
        #expect(throws: JSONError.duplicateName(offset: 8)) { try scanner.skipValue() }
    }

    @Test(arguments: accepted)
    func `a JSON text is accepted`(text: String) {
        #expect(refusal(of: text) == nil)
    }

    private static let refused: [(String, JSONError)] = [
        ("", .unexpectedEnd(offset: 0)), (" ", .unexpectedEnd(offset: 1)),
        ("[", .unexpectedEnd(offset: 1)),
        ("{", .unexpectedEnd(offset: 1)), ("]", .unexpectedByte(offset: 0)),
        ("}", .unexpectedByte(offset: 0)),
        ("[}", .unexpectedByte(offset: 1)), ("{]", .unexpectedByte(offset: 1)),
        ("[1}", .unexpectedByte(offset: 2)),
        ("{\"a\":1]", .unexpectedByte(offset: 6)), ("[]]", .trailingBytes(offset: 2)),
        ("{}}", .trailingBytes(offset: 2)),
        ("[,]", .unexpectedByte(offset: 1)), ("[1,]", .unexpectedByte(offset: 3)),
        ("[,1]", .unexpectedByte(offset: 1)),
        ("[1,,2]", .unexpectedByte(offset: 3)), ("[1 2]", .unexpectedByte(offset: 3)),
        ("[1;2]", .unexpectedByte(offset: 2)),
        ("[1:2]", .unexpectedByte(offset: 2)), ("{,}", .unexpectedByte(offset: 1)),
        ("{\"a\"}", .unexpectedByte(offset: 4)),
        ("{\"a\":}", .unexpectedByte(offset: 5)), ("{\"a\":1,}", .unexpectedByte(offset: 7)),
        ("{\"a\":1,,\"b\":2}", .unexpectedByte(offset: 7)),
        ("{\"a\" 1}", .unexpectedByte(offset: 5)),
        ("{\"a\"::1}", .unexpectedByte(offset: 5)), ("{\"a\",1}", .unexpectedByte(offset: 4)),
        ("{:1}", .unexpectedByte(offset: 1)), ("{a:1}", .unexpectedByte(offset: 1)),
        ("{1:1}", .unexpectedByte(offset: 1)),
        ("{'a':1}", .unexpectedByte(offset: 1)), ("{null:1}", .unexpectedByte(offset: 1)),
        ("{\"a\":1 \"b\":2}", .unexpectedByte(offset: 7)),
        ("{[]:1}", .unexpectedByte(offset: 1)), ("'a'", .unexpectedByte(offset: 0)),
        ("a", .unexpectedByte(offset: 0)),
        ("tru", .unexpectedEnd(offset: 3)), ("trux", .unexpectedByte(offset: 3)),
        ("True", .unexpectedByte(offset: 0)),
        ("TRUE", .unexpectedByte(offset: 0)), ("fals", .unexpectedEnd(offset: 4)),
        ("falze", .unexpectedByte(offset: 3)),
        ("nul", .unexpectedEnd(offset: 3)), ("nill", .unexpectedByte(offset: 1)),
        ("truefalse", .trailingBytes(offset: 4)),
        ("nulll", .trailingBytes(offset: 4)), ("undefined", .unexpectedByte(offset: 0)),
        ("1 1", .trailingBytes(offset: 2)),
        ("{} {}", .trailingBytes(offset: 3)), ("[] //", .trailingBytes(offset: 3)),
        ("/**/1", .unexpectedByte(offset: 0)),
        ("[1/**/]", .unexpectedByte(offset: 2)), ("#1", .unexpectedByte(offset: 0)),
        ("\u{FEFF}1", .unexpectedByte(offset: 0)),
        ("\u{FEFF}", .unexpectedByte(offset: 0)), ("1\u{FEFF}", .trailingBytes(offset: 1)),
        ("\u{0}", .unexpectedByte(offset: 0)),
        ("1\u{0}", .trailingBytes(offset: 1)), ("[\u{0B}]", .unexpectedByte(offset: 1)),
        ("[\u{0C}]", .unexpectedByte(offset: 1)),
        ("[\u{A0}]", .unexpectedByte(offset: 1)), ("\u{2060}1", .unexpectedByte(offset: 0)),
        ("1\u{85}", .trailingBytes(offset: 1)),
        ("\"", .unexpectedEnd(offset: 1)), ("\"a", .unexpectedEnd(offset: 2)),
        ("\"\\\"", .unexpectedEnd(offset: 3)),
        ("\"\\", .unexpectedEnd(offset: 2)), ("\"a\"b\"", .trailingBytes(offset: 3)),
        ("\"a\nb\"", .controlCharacter(offset: 2)),
        ("\"\t\"", .controlCharacter(offset: 1)), ("\"\u{0}\"", .controlCharacter(offset: 1)),
        ("\"\u{1F}\"", .controlCharacter(offset: 1)),
        ("\"0123456789\u{1F}\"", .controlCharacter(offset: 11)),
        ("{\"\n\":1}", .controlCharacter(offset: 2)),
        ("[\"a\",]", .unexpectedByte(offset: 5)), ("[1", .unexpectedEnd(offset: 2)),
        ("[1,", .unexpectedEnd(offset: 3)),
        ("{\"a\"", .unexpectedEnd(offset: 4)), ("{\"a\":", .unexpectedEnd(offset: 5)),
        ("{\"a\":1", .unexpectedEnd(offset: 6)),
        ("{\"a\":1,", .unexpectedEnd(offset: 7)), ("[01]", .invalidNumber(offset: 2)),
        ("[1.]", .invalidNumber(offset: 3)),
        ("[+1]", .invalidNumber(offset: 1)), ("[-]", .invalidNumber(offset: 2)),
        ("[1e]", .invalidNumber(offset: 3)),
        ("[NaN]", .unexpectedByte(offset: 1)), ("[-NaN]", .invalidNumber(offset: 2)),
        ("[Infinity]", .unexpectedByte(offset: 1)),
        ("[1a]", .unexpectedByte(offset: 2)), ("[0x1]", .unexpectedByte(offset: 2)),
        ("{\"a\":1,\"a\":2}", .duplicateName(offset: 8)),
    ]

    @Test(arguments: refused)
    func `a text that is not JSON is refused at the byte that is wrong`(
        text: String, expected: JSONError
    ) {
        #expect(refusal(of: text) == expected)
        #expect(tree(Array(text.utf8)) == .failure(expected))
    }

    @Test(arguments: [1, 2, 15, 16, 17, 100])
    func `nesting is accepted at the limit and refused one deeper`(limit: Int) {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let text =
                String(repeating: open, count: limit) + "1" + String(repeating: close, count: limit)
            #expect(refusal(of: text, depthMax: limit) == nil)
            #expect(refusal(of: text, depthMax: limit + 1) == nil)
            let innermost = open.utf8.count * (limit - 1)
            #expect(
                refusal(of: text, depthMax: limit - 1)
                    == .tooDeep(limit: limit - 1, offset: innermost))
        }
    }

    @Test func `the default limit is 16, and leaving a container gives its level back`() {
        let deepest = String(repeating: "[", count: 15) + String(repeating: "]", count: 15)
        #expect(refusal(of: "[\(deepest),\(deepest),\(deepest)]") == nil)
        #expect(refusal(of: "[[\(deepest)]]") == .tooDeep(limit: 16, offset: 16))
    }

    @Test func `a text nested deeper than any stack is refused at the limit`() {
        let text = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(refusal(of: text) == .tooDeep(limit: 16, offset: 16))
        #expect(refusal(of: text, depthMax: 2_000_000) == .unexpectedEnd(offset: 1_000_000))
    }

    @Test func `a depth of 0 allows values that are no container`() {
        #expect(refusal(of: "1", depthMax: 0) == nil)
        #expect(refusal(of: "[]", depthMax: 0) == .tooDeep(limit: 0, offset: 0))
    }

    @Test(arguments: [
        ("{}", JSONKind.object), ("[]", .array), ("\"\"", .string), ("-1", .number),
        ("true", .true),
        ("false", .false), ("null", .null),
    ])
    func `a value of another kind is named and left to be skipped`(
        text: String, kind: JSONKind
    ) throws {
        let bytes = Array(" \(text)".utf8)
        var scanner = JSONScanner(bytes.span)
        let expected = JSONError.unexpectedKind(found: kind, offset: 1)
        var refusals: [JSONError] = []
        if kind != .object {
            do throws(JSONError) { try scanner.beginObject() } catch { refusals.append(error) }
        }
        if kind != .array {
            do throws(JSONError) { try scanner.beginArray() } catch { refusals.append(error) }
        }
        if kind != .string {
            do throws(JSONError) { _ = try scanner.string() } catch { refusals.append(error) }
        }
        if kind != .number {
            do throws(JSONError) { _ = try scanner.number() } catch { refusals.append(error) }
        }
        if kind != .true && kind != .false {
            do throws(JSONError) { _ = try scanner.bool() } catch { refusals.append(error) }
        }
        if kind != .null {
            do throws(JSONError) { try scanner.null() } catch { refusals.append(error) }
        }
        #expect(refusals == Array(repeating: expected, count: 5))
        let found = try scanner.peek()
        #expect(found == kind)
        try scanner.skipValue()
        try scanner.finish()
    }

    @Test func `values are handed out one by one with their places`() throws {
        let bytes = Array(#"{"a":[1,-2.5],"b\n":"x","c":true,"d":null,"e":false}"#.utf8)
        var scanner = JSONScanner(bytes.span)
        try scanner.beginObject()
        let a = try #require(try scanner.nextName())
        #expect(a == JSONString(range: 2..<3, hasEscapes: false))
        try scanner.beginArray()
        var numbers: [JSONNumber] = []
        while try scanner.nextElement() { numbers.append(try scanner.number()) }
        #expect(
            numbers == [
                JSONNumber(range: 6..<7, value: 1, isInteger: true),
                JSONNumber(range: 8..<12, value: -2.5, isInteger: false),
            ])
        let b = try #require(try scanner.nextName())
        #expect(b == JSONString(range: 15..<18, hasEscapes: true))
        let x = try scanner.string()
        #expect(x == JSONString(range: 21..<22, hasEscapes: false))
        _ = try scanner.nextName()
        let c = try scanner.bool()
        #expect(c)
        _ = try scanner.nextName()
        try scanner.null()
        _ = try scanner.nextName()
        let e = try scanner.bool()
        #expect(!e)
        let end = try scanner.nextName()
        #expect(end == nil)
        let offset = scanner.offset
        #expect(offset == bytes.count)
        try scanner.finish()
    }

    @Test func `a scanner inside a container is not finished`() throws {
        let bytes = Array("[".utf8)
        var scanner = JSONScanner(bytes.span)
        try scanner.beginArray()
        var refusal: JSONError?
        do throws(JSONError) { try scanner.finish() } catch { refusal = error }
        #expect(refusal == .unexpectedEnd(offset: 1))
    }

    private static let document = Array(
        #"""
        {"customerID":"7590-é😀","gender":"Fem\u0061le","SeniorCitizen":0,"tenure":12,
         "list":[1,-2.5e-3,[true,false,null],{"deep":{"er":"\ud83d\ude00\n"}}],
         "MonthlyCharges":29.85,"TotalCharges":358.2,"none":{},"empty":[],"":""}
        """#.utf8)

    @Test func `every proper prefix of a document is refused`() {
        #expect(refusal(of: Self.document) == nil)
        for count in 0..<Self.document.count {
            let prefix = Array(Self.document[..<count])
            #expect(refusal(of: prefix) != nil, "\(count) bytes")
        }
    }

    @Test func `with any one byte changed both ways of reading agree`() {
        var acceptedCount = 0
        for index in Self.document.indices {
            for byte in UInt8.min...UInt8.max {
                var text = Self.document
                text[index] = byte
                let refusal = refusal(of: text)
                switch tree(text) {
                case .success: acceptedCount += refusal == nil ? 1 : 0
                case .failure(let error):
                    guard refusal == error || isOutOfRange(error) else {
                        Issue.record(
                            "byte \(byte) at \(index): \(error), skipped: \(refusal as Any)")
                        return
                    }
                }
            }
        }
        // Letters for letters and digits for digits make JSON again; most other changes do not.
        #expect(acceptedCount > Self.document.count)
        #expect(acceptedCount < Self.document.count * 256 / 2)
    }

    private func isOutOfRange(_ error: JSONError) -> Bool {
        if case .numberOutOfRange = error { true } else { false }
    }

    @Test func `random bytes are read or refused alike both ways`() {
        var generator = SplitMix64(seed: 0x5EED_0003)
        let alphabet = Array("{}[]:,\"\\u0041dD8eE+-.12 \ntruefalsn\u{E9}".utf8)
        var acceptedCount = 0
        for _ in 0..<50_000 {
            let count = Int.random(in: 1...12, using: &generator)
            let text = (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            let refusal = refusal(of: text)
            switch tree(text) {
            case .success:
                #expect(refusal == nil)
                acceptedCount += 1
            case .failure(let error):
                #expect(refusal == error || isOutOfRange(error))
            }
        }
        #expect(acceptedCount > 100)
    }
}
