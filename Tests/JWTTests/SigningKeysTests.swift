import JWT
import Testing

private func secret(_ count: Int) -> [UInt8] { [UInt8](repeating: UInt8(ascii: "k"), count: count) }

struct SigningKeysTests {
    @Test(arguments: [0, 1, 31])
    func `a secret of fewer than 32 bytes is refused by its length`(count: Int) {
        #expect(throws: SigningKeyError.weakKey(id: nil, bytes: count, bytesMin: 32)) {
            try SigningKeys(secret: secret(count))
        }
        #expect(throws: SigningKeyError.weakKey(id: "b", bytes: count, bytesMin: 32)) {
            try SigningKeys(named: [("a", secret(32)), ("b", secret(count))])
        }
    }

    @Test(arguments: [32, 33, 65, 4096])
    func `a secret of 32 bytes or more is taken`(count: Int) throws {
        let keys = try SigningKeys(secret: secret(count))
        #expect("\(keys)" == "one key")
    }

    @Test func `named keys need names, each once, and one at least`() {
        #expect(throws: SigningKeyError.noKeys) { try SigningKeys(named: []) }
        #expect(throws: SigningKeyError.emptyID) { try SigningKeys(named: [("", secret(32))]) }
        #expect(throws: SigningKeyError.duplicateID("a")) {
            try SigningKeys(named: [("a", secret(32)), ("a", secret(33))])
        }
    }

    @Test func `no way to print keys shows a secret`() throws {
        let single = try SigningKeys(secret: secret(32))
        let named = try SigningKeys(named: [("a", secret(32)), ("b", secret(33))])
        for keys in [single, named] {
            var dumped = ""
            dump(keys, to: &dumped)
            for text in [dumped, "\(keys)", String(reflecting: keys), String(describing: [keys])] {
                #expect(!text.contains("107"), "\(text)")
            }
        }
        #expect("\(named)" == "2 named keys")
    }

    @Test func `an error for a weak key says how long it is and how long it should be`() {
        #expect(
            SigningKeyError.weakKey(id: "2026", bytes: 31, bytesMin: 32).description
                == "key 2026: 31 bytes, expected at least 32")
        #expect(
            SigningKeyError.weakKey(id: nil, bytes: 5, bytesMin: 32).description
                == "secret: 5 bytes, expected at least 32")
    }

    @Test(arguments: [
        ("abc", "abc"), ("abc\n", "abc"), ("abc\n\n", "abc\n"), ("abc\r\n", "abc\r"), ("\n", ""),
        ("", ""), ("\nabc", "\nabc"), ("abc ", "abc "),
    ])
    func `one line feed at the end of a secret's file is cut`(file: String, secret: String) {
        #expect(SigningKeys.secret(fromFile: Array(file.utf8)) == Array(secret.utf8))
    }
}
