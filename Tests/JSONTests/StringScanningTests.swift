import JSON
import Testing

@Suite struct StringScanningTests {
    private static let quote = UInt8(ascii: "\"")

    @Test(arguments: [
        ("", ""), ("a", "a"), ("\\n\\r\\t\\b\\f", "\n\r\t\u{8}\u{C}"), ("\\\"\\\\\\/", "\"\\/"),
        ("\\u0041", "A"), ("\\u00e9\\u00E9", "éé"), ("\\u20AC", "€"), ("\\uD83D\\uDE00", "😀"),
        ("\\uD800\\uDC00", "\u{10000}"), ("\\uDBFF\\uDFFF", "\u{10FFFF}"), ("\\u0000", "\u{0}"),
        ("\\u007f\\u0080\\u07ff\\u0800", "\u{7F}\u{80}\u{7FF}\u{800}"), ("\\uFFFF", "\u{FFFF}"),
        ("a\\u0041b\\nc", "aAb\nc"), ("é\\n😀", "é\n😀"), ("\\\\u0041", "\\u0041"),
        ("0123456789abcdef\\u0041", "0123456789abcdefA"),
    ])
    func `escapes stand for their characters`(spelling: String, value: String) throws {
        let text = Array("\"\(spelling)\"".utf8)
        #expect(try string(text) == Array(value.utf8))
        var scanner = JSONScanner(text.span)
        let string = try scanner.string()
        let scanned = scanner.text(string)
        #expect(Array(scanned.utf8) == Array(value.utf8))
        #expect(string.hasEscapes == spelling.utf8.contains(UInt8(ascii: "\\")))
    }

    @Test(arguments: [
        "\\a", "\\U0041", "\\x41", "\\'", "\\0", "\\ ", "\\\n", "\\é", "\\u004", "\\u00g1",
        "\\u 041",
        "\\u+041", "\\u-041", "\\uD800", "\\uDBFF", "\\uDC00", "\\uDFFF", "\\uD83Dx", "\\uD83D\\n",
        "\\uD83D\\u0041", "\\uD83D\\uD83D", "\\uDE00\\uD83D", "\\uD83D\\\\DE00", "\\uD83D\\uDE0",
        "\\uD83D\\uE000", "\\uD83D\\uDBFF", "\\ud83dabcdef", "\\uÀ041",
    ])
    func `an escape that RFC 8259 does not list is refused`(spelling: String) {
        // What follows keeps the text from ending inside the escape.
        let text = Array("\"ab\(spelling)~~~~~~~~\"".utf8)
        #expect(refusal(of: text).map(isInvalidEscape) == true, "\(spelling)")
    }

    private func isInvalidEscape(_ error: JSONError) -> Bool {
        if case .invalidEscape = error { true } else { false }
    }

    @Test func `a refused escape is placed at its backslash`() {
        #expect(refusal(of: #""ab\q""#) == .invalidEscape(offset: 3))
        #expect(refusal(of: #""ab\u00z0""#) == .invalidEscape(offset: 3))
        #expect(refusal(of: #""\ud83d\u0041""#) == .invalidEscape(offset: 1))
        #expect(refusal(of: #""\udc00""#) == .invalidEscape(offset: 1))
    }

    @Test(arguments: [
        "\"\\", "\"\\u", "\"\\u0", "\"\\u00", "\"\\u004", "\"\\u0041", "\"\\ud83d", "\"\\ud83d\\",
        "\"\\ud83d\\u", "\"\\ud83d\\ude0", "\"\\ud83d\\ude00",
    ])
    func `a text that ends inside an escape has ended`(text: String) {
        #expect(refusal(of: text) == .unexpectedEnd(offset: text.utf8.count))
    }

    @Test func `every character below U+0020 must be escaped, no other`() {
        for byte in UInt8.min..<0x80 {
            let expected: JSONError? =
                switch byte {
                case 0..<0x20: .controlCharacter(offset: 3)
                case Self.quote: .trailingBytes(offset: 4)
                case UInt8(ascii: "\\"): .unexpectedEnd(offset: 6)
                default: nil
                }
            let text = [Self.quote, 0x61, 0x61, byte, byte == 0x5C ? Self.quote : 0x61, Self.quote]
            #expect(
                refusal(of: byte == 0x5C ? Array(text.dropLast()) : text)
                    == (byte == 0x5C ? .unexpectedEnd(offset: 5) : expected), "byte \(byte)")
        }
    }

    @Test func `a special byte is found at every place of a long string`() {
        for count in 0..<40 {
            for place in 0..<max(count, 1) where count > 0 {
                var content = [UInt8](repeating: UInt8(ascii: "x"), count: count)
                for (byte, expected) in [
                    (0x1F, JSONError.controlCharacter(offset: place + 1)),
                    (0x00, .controlCharacter(offset: place + 1)),
                    (0xFF, .invalidUTF8(offset: place + 1)),
                    (0x80, .invalidUTF8(offset: place + 1)),
                ] {
                    content[place] = UInt8(byte)
                    #expect(refusal(of: [Self.quote] + content + [Self.quote]) == expected)
                }
                content[place] = 0x7F
                #expect(refusal(of: [Self.quote] + content + [Self.quote]) == nil)
            }
        }
    }

    private static let wellFormed: [[UInt8]] = [
        [0x7F], [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xE0, 0xBF, 0xBF],
        [0xE1, 0x80, 0x80],
        [0xEC, 0xBF, 0xBF], [0xED, 0x80, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80],
        [0xEF, 0xBF, 0xBF], [0xEF, 0xBB, 0xBF], [0xF0, 0x90, 0x80, 0x80], [0xF0, 0xBF, 0xBF, 0xBF],
        [0xF1, 0x80, 0x80, 0x80], [0xF3, 0xBF, 0xBF, 0xBF], [0xF4, 0x80, 0x80, 0x80],
        [0xF4, 0x8F, 0xBF, 0xBF],
    ]

    @Test(arguments: wellFormed)
    func `well-formed UTF-8 is accepted`(sequence: [UInt8]) throws {
        let text = [Self.quote] + sequence + [Self.quote]
        #expect(try string(text) == sequence)
    }

    private static let illFormed: [[UInt8]] = [
        // Stray continuation bytes and bytes that UTF-8 never holds.
        [0x80], [0xBF], [0xC0], [0xC1], [0xF5], [0xF8], [0xFE], [0xFF],
        // Overlong forms.
        [0xC0, 0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
        [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF8, 0x88, 0x80, 0x80, 0x80],
        // Surrogates.
        [0xED, 0xA0, 0x80], [0xED, 0xAF, 0xBF], [0xED, 0xB0, 0x80], [0xED, 0xBF, 0xBF],
        [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80],
        // Beyond U+10FFFF.
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF7, 0xBF, 0xBF, 0xBF],
        // Cut short, and an invalid continuation byte.
        [0xC2], [0xE1], [0xE1, 0x80], [0xF1], [0xF1, 0x80], [0xF1, 0x80, 0x80], [0xC2, 0x41],
        [0xE1, 0x80, 0x41], [0xE1, 0x41, 0x80], [0xF1, 0x80, 0x80, 0x41], [0xF1, 0x80, 0x41, 0x80],
        [0xC2, 0xC2], [0xE1, 0x80, 0xC0], [0xF1, 0x80, 0x80, 0xFF],
    ]

    @Test(arguments: illFormed)
    func `ill-formed UTF-8 is refused where it begins`(sequence: [UInt8]) {
        let text = [Self.quote, 0x61] + sequence + [Self.quote]
        #expect(refusal(of: text) == .invalidUTF8(offset: 2))
        #expect(refusal(of: Array(text.dropLast())) == .invalidUTF8(offset: 2))
        #expect(
            refusal(of: [UInt8(ascii: "{")] + text + Array(":1}".utf8)) == .invalidUTF8(offset: 3))
    }

    @Test func `every scalar value is accepted raw and in escapes, with the same value`() throws {
        for code in stride(from: UInt32(0x20), through: 0x10FFFF, by: 0x3D) {
            guard let scalar = Unicode.Scalar(code), !"\"\\".unicodeScalars.contains(scalar) else {
                continue
            }
            let raw = Array(String(scalar).utf8)
            var escapes = ""
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                escapes += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
            let fromRaw = try string([Self.quote] + raw + [Self.quote])
            let fromEscapes = try string(Array("\"\(escapes)\"".utf8))
            guard fromRaw == raw, fromEscapes == raw else {
                Issue.record("U+\(String(code, radix: 16))")
                return
            }
        }
    }

    @Test(arguments: [
        ("Yes", "Yes", true), ("Yes", "yes", false), ("Yes", "Ye", false), ("Ye", "Yes", false),
        ("\\u0059es", "Yes", true), ("Y\\u0065s", "Yez", false), ("", "", true), ("", "a", false),
        ("é", "é", true), ("e\u{301}", "\u{E9}", false), ("\\u00e9", "é", true),
    ])
    func `a string equals exactly its bytes`(spelling: String, other: String, isEqual: Bool) throws
    {
        let text = Array("\"\(spelling)\"".utf8)
        let expected = Array(other.utf8)
        var scanner = JSONScanner(text.span)
        let string = try scanner.string()
        let found = scanner.equals(string, expected.span)
        #expect(found == isEqual)
    }

    @Test func `a string can be compared with a literal`() throws {
        let text = Array("[\"Yes\",\"Y\\u0065s\",\"No\"]".utf8)
        var scanner = JSONScanner(text.span)
        try scanner.beginArray()
        var found: [Bool] = []
        while try scanner.nextElement() {
            let string = try scanner.string()
            found.append(scanner.equals(string, "Yes" as StaticString))
        }
        #expect(found == [true, true, false])
    }
}
