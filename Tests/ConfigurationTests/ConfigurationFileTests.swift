import Configuration
import Testing

/// The issuer that a file of these bytes sets, or the line that the start ends with.
private func issuer(_ file: [UInt8]) -> String? {
    let sources = ConfigurationSources(
        flags: [], filePath: "f", environment: [:],
        files: ConfigurationFiles(read: { _, _ in .success(file) }, names: { _ in .success([]) }))
    do {
        return try ServiceConfiguration.load(sources, isDevelopment: true).tokens.issuer
    } catch {
        return error.description
    }
}

@Suite struct ConfigurationFileTests {
    @Test(arguments: [
        ("jwt.issuer = a", "a"), ("jwt.issuer=a", "a"), ("  jwt.issuer\t=\ta  ", "a"),
        ("jwt.issuer = a\r\n", "a"), ("\r\n\n \t\njwt.issuer = a\n", "a"),
        ("jwt.issuer = a = b", "a = b"), ("jwt.issuer = a # b", "a # b"),
        ("jwt.issuer = \"a\"", "\"a\""), ("jwt.issuer = a  b", "a  b"), ("jwt.issuer = ü", "ü"),
        ("\u{FEFF}jwt.issuer = a", "a"), ("\u{FEFF}# jwt.issuer = a", nil),
        ("# jwt.issuer = a", nil), (" \t# jwt.issuer = a", nil), ("", nil), ("\n", nil),
    ]) func `a line is a key and a value`(text: String, expected: String?) {
        #expect(issuer(Array(text.utf8)) == expected)
    }

    @Test func `bytes that are not UTF-8 are named by their line`() {
        let bytes = Array("# fine\njwt.issuer = ".utf8) + [0xC0, 0x80]
        #expect(issuer(bytes) == "f:2: bytes that are not UTF-8")
    }

    @Test(arguments: [
        [0xFF, 0xFE, 0x23, 0x00] as [UInt8], [0xFE, 0xFF, 0x00, 0x23],
    ]) func `a file in UTF-16 is told to be one`(bytes: [UInt8]) {
        #expect(issuer(bytes) == "f: UTF-16, expected UTF-8")
    }

    @Test(arguments: [
        ("# a comment\rjwt.issuer = a\r", 1), ("\njwt.issuer = a\rjwt.leeway = 3", 2),
    ]) func `a carriage return alone ends no line, and hides none in a comment`(
        text: String, line: Int
    ) {
        #expect(
            issuer(Array(text.utf8)) == "f:\(line): a carriage return within the line, expected a "
                + "line feed at each line's end")
    }

    @Test func `a control character in a value is refused and shown escaped`() {
        #expect(
            issuer(Array("jwt.issuer = a\u{1}b".utf8))
                == #"f:1: jwt.issuer: "a\u{01}b", expected 1 to 256 bytes without control "#
                + "characters")
    }

    @Test func `a long value is cut where it is shown`() {
        let text = String(repeating: "x", count: 300)
        #expect(
            issuer(Array("quota.limit = \(text)".utf8))
                == "f:1: quota.limit: \"\(text.prefix(64))\" (cut), "
                + "expected an integer from 1 to 100000")
    }
}
