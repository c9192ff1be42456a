import Configuration
import JWT
import TestSupport
import Testing

private func found(_ text: String) -> GuessableSecret? {
    GuessableSecret(Array(text.utf8).span)
}

@Suite struct GuessableSecretTests {
    @Test(arguments: [
        (String(repeating: "s", count: 32), GuessableSecret.fewDifferentBytes(1)),
        ("gsbkvxmgbsvkmxgvsbxkmgsxvbkmsgkb", .fewDifferentBytes(7)),
        ("gsbkvxmgbsvkmxgvsbxkmgsxvbkmsgkz", nil),
        (String(repeating: "01", count: 40), .fewDifferentBytes(2)),
        ("gsbkvxmz" + String(repeating: "g", count: 30), .ordered),
        ("k3v9q1z7x5m2w8r0k3v9q1z7x5m2w8r0", .repeated(bytes: 16)),
        ("k3v9q1z7x5m2w8r0k3v9q1z7x5m2w8r1", nil),
        // The last time need not be whole.
        ("k3v9q1z7x5m2wk3v9q1z7x5m2wk3v9q1", .repeated(bytes: 13)),
        ("abcdefghijklmnopqrstuvwxyzABCDEF", .ordered),
        ("zyxwvutsrqponmlkjihgfedcba987654", .ordered),
        // 24 of 31 follow on the one before, and 23.
        ("abcdefghijklmnopqrstuvwxyqfzkpbv", .ordered),
        ("abcdefghijklmnopqrstuvwsyqfzkpbv", nil),
        ("/run/keys/churnd.site/tokens-of-2", .path), ("/run/keys-churnd.Site/tokens-of-2", nil),
        ("/run-keys-churnd.site-tokens-of-2", nil), ("run/keys/churnd.site/tokens-of-2", nil),
        ("my-Secret-d81f60a4c97b2e35f0a6", .sample), ("CHANGEME-please-1-9-8-4-x-y-zzz2", .sample),
        ("d81f60a4c97b2e35f0a6d81Password", .sample), ("d81f60a4c97b2e35f0a6d81Passwor", nil),
        ("d81f60a4c97b2e35f0a6d81secre", nil),
    ])
    func `a secret that can be guessed is told by the rule that it breaks`(
        text: String, expected: GuessableSecret?
    ) {
        #expect(found(text) == expected)
    }

    @Test func `no random secret can be guessed, however it is written`() {
        var source = SplitMix64(seed: 1)
        for _ in 0..<5000 {
            let bytes = (0..<32).map { _ in UInt8(truncatingIfNeeded: source.next()) }
            let hexadecimal = bytes.prefix(16).map { byte in
                String(UInt8(byte >> 4), radix: 16) + String(UInt8(byte & 15), radix: 16)
            }.joined()
            var base64: [UInt8] = []
            Base64URL.encode(bytes.span, appendingTo: &base64)
            #expect(GuessableSecret(bytes.span) == nil)
            #expect(found(hexadecimal) == nil, "\(hexadecimal)")
            #expect(GuessableSecret(base64.span) == nil)
        }
    }

    @Test func `what is found says nothing of the secret`() {
        for word in GuessableSecret.sampleWords where word != "changeme" {
            let text = found("d81f60a4c97b2e35f0a6" + word + "x9")?.description ?? ""
            #expect(text.contains("a word that samples have"), "\(word)")
            #expect(!text.contains(word))
        }
    }
}

@Suite struct StrayBytesTests {
    @Test(arguments: [
        ("\"abc\"", StrayBytes.quotes), ("'abc'", .quotes), ("\"\"", .quotes), ("\"", nil),
        ("\"abc'", nil), ("a\"b\"c", nil), ("\u{FEFF}abc", .byteOrderMark),
        ("abc\r", .carriageReturn),
        (" abc", .whiteSpace), ("abc\n", .whiteSpace), ("abc\t", .whiteSpace), ("a bc", nil),
        ("JWT_SECRET=abc", .assignment), ("export JWT_SECRET=abc", .assignment),
        ("JWT_SECRET=", nil), ("JWTSECRET=abc", nil), ("AB_D5=x", .assignment), ("aB_D=x", nil),
        ("QUJDRA==", nil), ("Bearer abc", .scheme), ("bEARER a", .scheme),
        ("Authorization: Bearer a", .scheme), ("bearer", nil), ("", nil), ("abc", nil),
    ])
    func `what stands around a value is named`(text: String, expected: StrayBytes?) {
        #expect(StrayBytes(around: Array(text.utf8).span) == expected)
    }
}
