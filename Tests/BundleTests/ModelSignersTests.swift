import Bundle
import POSIX
import TestSupport
import Testing

/// Bundles that have to be signed, with minisign itself as who signs.
struct ModelSignersTests {
    private let directory: TemporaryDirectory
    private let minisign: Minisign
    private let signers: ModelSigners
    private var manifest: String { directory.path(of: "manifest.json") }
    private var signature: String { directory.path(of: "manifest.json.minisig") }

    init() throws {
        directory = try TemporaryDirectory()
        minisign = try Minisign()
        signers = ModelSigners(path: minisign.publicKeyPath)
        let files = try SyntheticBundle()
        for (name, bytes) in [
            ("manifest.json", files.manifest), ("model.json", files.model),
            ("golden.jsonl", files.golden),
        ] {
            try Files.writeAtomically(bytes.span, to: directory.path(of: name))
        }
    }

    @Test(arguments: [false, true])
    func `a bundle that a signer signed is loaded and names him`(_ isLegacy: Bool) throws {
        try minisign.sign(manifest, isLegacy: isLegacy)
        let bundle = try ModelBundle(directory: directory.path, signers: signers)
        #expect(bundle.signer == (try minisign.keyID))
        #expect(try ModelBundle(directory: directory.path).signer == nil)
    }

    @Test func `one key of several is enough, whatever stands between them`() throws {
        try minisign.sign(manifest)
        let other = try Minisign()
        let text = """
            # those who may sign\r
            \(try other.publicKey.comment)\r
            \(try other.publicKey.key)\r

            \(try minisign.publicKey.key)
            """
        #expect(try error(signers: text) == nil)
    }

    @Test func `a bundle without a signature is refused`() throws {
        #expect(
            try error()
                == "\(signature): open: No such file or directory, expected a signature by one of "
                + "model.signers")
    }

    @Test func `the signature of another key is refused by the number of both`() throws {
        let other = try Minisign()
        try other.sign(manifest)
        #expect(
            try error()
                == "manifest.json.minisig: signed by the key \(try other.keyID), expected one of "
                + "model.signers: \(try minisign.keyID)")
    }

    @Test func `a key that takes another's number signs nothing`() throws {
        let other = try Minisign()
        try other.sign(manifest, isLegacy: true)
        let line = try Files.read(signature, bytesMax: 10_000).split(separator: 0x0A)[1]
        // The number is bytes 2 to 9 of both, in these characters with bits of its neighbours.
        var key = Array(try minisign.publicKey.key.utf8)
        key.replaceSubrange(2..<14, with: Array(line)[2..<14])
        let expected = try error(signers: String(decoding: key, as: UTF8.self))
        #expect(expected?.hasPrefix("manifest.json.minisig: not a signature of this") == true)
    }

    @Test(arguments: [false, true])
    func `any byte of the manifest that is changed breaks the signature`(
        _ isLegacy: Bool
    ) throws {
        try minisign.sign(manifest, isLegacy: isLegacy)
        let bytes = try Files.read(manifest, bytesMax: 1 << 22)
        for index in [0, bytes.count / 2, bytes.count - 1] {
            var changed = bytes
            changed[index] ^= 1
            try Files.writeAtomically(changed.span, to: manifest)
            #expect(
                try error()
                    == "manifest.json.minisig: not a signature of this manifest.json by the key "
                    + "\(try minisign.keyID)")
        }
    }

    @Test func `a trusted comment that is changed breaks the signature`() throws {
        try minisign.sign(manifest, comment: "release 7")
        try editSignature { $0.replacing("release 7", with: "release 8") }
        #expect(
            try error()
                == "manifest.json.minisig: the trusted comment is not the one that the key "
                + "\(try minisign.keyID) signed")
    }

    @Test func `model and golden rows are as good as signed`() throws {
        try minisign.sign(manifest)
        try Files.writeAtomically(Array("{}".utf8).span, to: directory.path(of: "model.json"))
        #expect(try error()?.hasPrefix("model.json: SHA-256") == true)
    }

    @Test(arguments: [
        ("", "0 lines, expected the four of a signature of minisign"),
        ("a\nb\nc\n", "3 lines, expected the four of a signature of minisign"),
        ("a\nb\nc\nd\ne\n", "5 lines, expected the four of a signature of minisign"),
        ("a\nb\nc\nd\n", "line 1: expected 'untrusted comment: ' and any text"),
        ("untrusted comment: \nb\nc\nd\n", "line 3: expected 'trusted comment: ' and any text"),
        (
            "untrusted comment: \nRWQ=\ntrusted comment: \nd\n",
            "line 2: expected a signature of minisign in Base64"
        ),
    ])
    func `a file that is no signature is refused with its line`(
        _ text: String, _ expected: String
    ) throws {
        try Files.writeAtomically(Array(text.utf8).span, to: signature)
        #expect(try error() == "manifest.json.minisig: \(expected)")
    }

    @Test func `bits of the Base64 that stand for nothing are not free`() throws {
        try minisign.sign(manifest)
        // 64 bytes end with one byte in two characters, whose last four bits are zero.
        try editSignature { text in
            var lines = text.split(separator: "\n").map(String.init)
            let last = lines[3]
            let index = last.index(last.endIndex, offsetBy: -3)
            let other = try #require(
                ["A": "B", "Q": "R", "g": "h", "w": "x"][String(last[index])])
            lines[3].replaceSubrange(index...index, with: other)
            return lines.joined(separator: "\n") + "\n"
        }
        #expect(
            try error()
                == "manifest.json.minisig: line 4: expected the signature of the trusted comment "
                + "in Base64")
    }

    @Test func `a signature file is read up to 16384 bytes`() throws {
        try minisign.sign(manifest)
        let size = try Files.read(signature, bytesMax: 16_384).count
        let filler = String(repeating: "x", count: 16_384 - size)
        // The untrusted comment is not signed.
        try editSignature {
            $0.replacing("untrusted comment: ", with: "untrusted comment: \(filler)")
        }
        #expect(try error() == nil)
        try editSignature { $0.replacing("untrusted comment: ", with: "untrusted comment: x") }
        #expect(try error()?.contains("larger than 16384 bytes") == true)
    }

    @Test func `a file of signers is refused with its line`() throws {
        let key = try minisign.publicKey.key
        try minisign.sign(manifest)
        for (text, expected) in [
            ("", "no key, expected a public key of minisign"),
            ("# none\n", "no key, expected a public key of minisign"),
            ("\(key)\nx\n", "line 2: expected a public key of minisign or a comment"),
            ("\(key.dropLast())\n", "line 1: expected a public key of minisign or a comment"),
            ("\(key)\n\(key)\n", "line 2: the key \(try minisign.keyID) is there already"),
        ] {
            #expect(
                try error(signers: text)
                    == "model.signers: \(directory.path(of: "signers")): \(expected)")
        }
        let absent = ModelSigners(path: directory.path(of: "absent"))
        #expect {
            try ModelBundle(directory: directory.path, signers: absent)
        } throws: { error in
            "\(error)"
                == "model.signers: \(directory.path(of: "absent")): open: No such file or directory"
        }
    }

    @Test func `32 keys are taken, and no 33rd`() throws {
        try minisign.sign(manifest)
        let own = Array(try minisign.publicKey.key.utf8)
        // Other numbers in the third byte: characters 3 and 4 of the Base64.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        var keys = alphabet.map { letter in
            var key = own
            key[4] = letter
            return String(decoding: key, as: UTF8.self)
        }
        keys.removeAll { $0 == String(decoding: own, as: UTF8.self) }
        let most = keys.prefix(31) + [String(decoding: own, as: UTF8.self)]
        #expect(try error(signers: most.joined(separator: "\n")) == nil)
        #expect(
            try error(signers: (most + [keys[31]]).joined(separator: "\n"))?
                .hasSuffix("more than 32 keys, expected at most that many") == true)
    }

    /// What loading says; nil where it loads.
    ///
    /// - Parameter signers: the content of a file of signers; that of the one who signs if nil.
    private func error(signers text: String? = nil) throws -> String? {
        var signers = signers
        if let text {
            let path = directory.path(of: "signers")
            try Files.writeAtomically(Array(text.utf8).span, to: path)
            signers = ModelSigners(path: path)
        }
        do {
            _ = try ModelBundle(directory: directory.path, signers: signers)
            return nil
        } catch { return "\(error)" }
    }

    private func editSignature(_ change: (String) throws -> String) throws {
        let text = String(decoding: try Files.read(signature, bytesMax: 100_000), as: UTF8.self)
        try Files.writeAtomically(Array(try change(text).utf8).span, to: signature)
    }
}
