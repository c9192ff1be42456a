import OpenSSL
import TestSupport
import Testing

/// A class, since an expectation takes nothing that cannot be copied.
private final class Verifying {
    private var verifier: SignatureVerifier

    init(_ key: PublicKey) throws { verifier = try SignatureVerifier(key) }

    func isValid(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
        verifier.isValid(signature.span, for: message.span)
    }
}

@Suite struct SignatureVerifierTests {
    private func refusal(_ key: PublicKey) -> PublicKeyError? {
        do throws(PublicKeyError) {
            _ = try SignatureVerifier(key)
            return nil
        } catch {
            return error
        }
    }

    /// Of so many bits, odd, its first bits and all others set.
    private func modulus(bits: Int) -> [UInt8] {
        let first = bits % 8 == 0 ? 0xFF : UInt8(1 << (bits % 8) - 1)
        return [first] + Array(repeating: 0xFF, count: (bits + 7) / 8 - 1)
    }

    @Test(arguments: [
        (1024, false), (2040, false), (2047, false), (2048, true), (2049, true), (4096, true),
        (8191, true), (8192, true), (8193, false), (16_384, false),
    ])
    func `the size of a modulus is bounded`(_ bits: Int, _ isTaken: Bool) {
        let key = PublicKey.rsa(modulus: modulus(bits: bits), exponent: [1, 0, 1])
        #expect(refusal(key) == (isTaken ? nil : .modulusBits(bits)))
    }

    @Test(
        arguments: [
            ([1, 0, 1], nil), ([3], nil), ([17], nil), ([], .exponent), ([0], .leadingZero),
            ([1], .exponent), ([2], .exponent), ([1, 0, 0], .exponent), ([0, 3], .leadingZero),
            ([1, 0, 0, 0, 0, 0, 0, 1], nil), ([1, 0, 0, 0, 0, 0, 0, 0, 1], .exponent),
        ] as [([UInt8], PublicKeyError?)])
    func `an exponent is odd, not 1 and short`(exponent: [UInt8], expected: PublicKeyError?) {
        let key = PublicKey.rsa(modulus: modulus(bits: 2048), exponent: exponent)
        #expect(refusal(key) == expected)
    }

    @Test func `a modulus is odd and has no zero in front`() {
        var even = modulus(bits: 2048)
        even[255] = 0xFE
        #expect(refusal(.rsa(modulus: even, exponent: [3])) == .evenModulus)
        let padded = [0] + modulus(bits: 2048)
        #expect(refusal(.rsa(modulus: padded, exponent: [3])) == .leadingZero)
        #expect(refusal(.rsa(modulus: [], exponent: [3])) == .modulusBits(0))
    }

    @Test(arguments: [0, 31, 32, 33]) func `a coordinate has 32 bytes`(_ count: Int) {
        let bytes = [UInt8](repeating: 1, count: count)
        let whole = [UInt8](repeating: 1, count: 32)
        let expected = count == 32 ? PublicKeyError.notOnCurve : .byteCount(count)
        #expect(refusal(.p256(x: bytes, y: whole)) == expected)
        #expect(refusal(.p256(x: whole, y: bytes)) == expected)
        #expect(refusal(.ed25519(bytes)) == (count == 32 ? nil : .byteCount(count)))
    }

    @Test func `the point at no place of the curve is refused`() {
        let zero = [UInt8](repeating: 0, count: 32)
        #expect(refusal(.p256(x: zero, y: zero)) == .notOnCurve)
        let most = [UInt8](repeating: 0xFF, count: 32)
        #expect(refusal(.p256(x: most, y: most)) == .notOnCurve)
    }

    /// RFC 8032 §7.1, test 3.
    @Test func `the example of RFC 8032 is good, and no other signature or message`() throws {
        let key = try bytes("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
        let message: [UInt8] = [0xAF, 0x82]
        let signature = try bytes(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")
        let verifier = try Verifying(.ed25519(key))
        for position in signature.indices {
            var changed = signature
            changed[position] ^= 1
            #expect(!verifier.isValid(changed, message))
        }
        for count in [0, 1, 63] {
            let short = Array(signature.prefix(count))
            #expect(!verifier.isValid(short, message))
        }
        let longer = signature + [0]
        #expect(!verifier.isValid(longer, message))
        let other = message + [0]
        #expect(!verifier.isValid(signature, other))
        #expect(verifier.isValid(signature, message))
    }

    /// RFC 7515 Appendix A.3.
    @Test func `the example of RFC 7515 for ES256 is good, and so is its twin`() throws {
        let verifier = try Verifying(
            .p256(
                x: try bytes("7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445"),
                y: try bytes("c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad")))
        let message = Array(
            ("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
                + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ").utf8)
        let s: [UInt8] = [
            197, 10, 7, 211, 140, 60, 112, 229, 216, 241, 45, 175, 8, 74, 84, 128, 166, 101, 144,
            197, 242, 147, 80, 154, 143, 63, 127, 138, 131, 163, 84, 213,
        ]
        let r: [UInt8] = [
            14, 209, 33, 83, 121, 99, 108, 72, 60, 47, 127, 21, 88, 7, 212, 2, 163, 178, 40, 3, 58,
            249, 124, 126, 23, 129, 154, 195, 22, 158, 166, 101,
        ]
        let signature = r + s
        #expect(verifier.isValid(signature, message))
        let twin = r + P256Order.less(s)
        #expect(twin != signature)
        #expect(verifier.isValid(twin, message))
        for position in signature.indices {
            var changed = signature
            changed[position] ^= 1
            #expect(!verifier.isValid(changed, message))
        }
        for wrong in [[], Array(signature.prefix(63)), signature + [0], [0] + signature] {
            #expect(!verifier.isValid(wrong, message))
        }
        let zero = [UInt8](repeating: 0, count: 64)
        #expect(!verifier.isValid(zero, message))
    }

    private func bytes(_ hexadecimal: String) throws -> [UInt8] {
        let digits = Array(hexadecimal.utf8)
        return try stride(from: 0, to: digits.count, by: 2).map { index in
            let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
            return try #require(UInt8(pair, radix: 16))
        }
    }
}
