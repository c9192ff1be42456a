internal import COpenSSL

/// The numbers of a public key, as a JWK has them. `SignatureVerifier.init` says whether they are
/// a key.
package enum PublicKey: Equatable, Sendable {
    /// RSA (RFC 8017 §3.1), both big-endian.
    case rsa(modulus: [UInt8], exponent: [UInt8])
    /// A point of P-256, two coordinates of 32 bytes.
    case p256(x: [UInt8], y: [UInt8])
    /// Ed25519 (RFC 8032 §5.1.5): 32 bytes.
    case ed25519([UInt8])

    /// RFC 7518 §3.3: at least 2,048 bits. A verification takes 17 µs with 2,048 and 225 µs with
    /// 8,192.
    package static let modulusBits = 2048...8192
    /// Of an exponent: a longer one makes each verification slower, and no issuer has one.
    static let exponentBytesMax = 8
    /// Of a coordinate, and of a key for Ed25519.
    package static let coordinateBytes = 32
}

/// Why numbers are not a key that is used.
package enum PublicKeyError: Error, Equatable, Sendable, CustomStringConvertible {
    case modulusBits(Int)
    /// An even number is the product of no two primes that RSA takes.
    case evenModulus
    /// Even, 1, empty, or too long.
    case exponent
    /// A number with a zero byte in front, of which there could be any number (RFC 7518 §2).
    case leadingZero
    /// Of a coordinate or of a key for Ed25519.
    case byteCount(Int)
    case notOnCurve

    package var description: String {
        switch self {
        case .modulusBits(let bits):
            "a modulus of \(bits) bits, expected \(PublicKey.modulusBits.lowerBound) to "
                + "\(PublicKey.modulusBits.upperBound)"
        case .evenModulus: "an even modulus, expected an odd one"
        case .exponent:
            "an exponent that is even, 1 or longer than \(PublicKey.exponentBytesMax) bytes, "
                + "expected an odd one such as 65537"
        case .leadingZero: "a number with a zero byte in front, expected it without"
        case .byteCount(let count): "\(count) bytes, expected \(PublicKey.coordinateBytes)"
        case .notOnCurve: "no point of its curve"
        }
    }
}

extension PublicKey {
    /// Throws for numbers that no key may have; whether a point is on its curve is libcrypto's to
    /// say.
    func checkForm() throws(PublicKeyError) {
        switch self {
        case .rsa(let modulus, let exponent):
            guard modulus.first != 0, exponent.first != 0 else { throw .leadingZero }
            let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
            guard PublicKey.modulusBits.contains(bits) else { throw .modulusBits(bits) }
            guard modulus[modulus.count - 1] & 1 == 1 else { throw .evenModulus }
            guard 1...PublicKey.exponentBytesMax ~= exponent.count, exponent != [1],
                exponent[exponent.count - 1] & 1 == 1
            else { throw .exponent }
        case .p256(let x, let y):
            for coordinate in [x, y] where coordinate.count != PublicKey.coordinateBytes {
                throw .byteCount(coordinate.count)
            }
        case .ed25519(let bytes):
            guard bytes.count == PublicKey.coordinateBytes else { throw .byteCount(bytes.count) }
        }
    }
}
