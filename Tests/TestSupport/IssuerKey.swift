internal import Foundation
internal import JWT
internal import OpenSSL

/// A key pair of an issuer, made by openssl, with which it signs tokens.
package final class IssuerKey {
    package enum Kind: String, CaseIterable, Sendable { case rs256, es256, edDSA }

    package let id: String
    package let kind: Kind
    private let directory: TemporaryDirectory

    package init(_ id: String, _ kind: Kind = .edDSA) throws {
        self.id = id
        self.kind = kind
        directory = try TemporaryDirectory()
        let options =
            switch kind {
            case .rs256: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
            case .es256: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
            case .edDSA: ["-algorithm", "ED25519"]
            }
        try openssl(["genpkey", "-out", path("key")] + options)
        try openssl([
            "pkey", "-in", path("key"), "-pubout", "-outform", "DER", "-out", path("public"),
        ])
    }

    /// The public key in a set.
    package var member: String {
        get throws {
            let document = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path("public"))))
            let name = #""kid":"\#(id)","use":"sig""#
            switch kind {
            case .rs256:
                // The key ends in the modulus and the exponent 65537: 02 03 01 00 01.
                let modulus = document.dropLast(5).suffix(256)
                return #"{"kty":"RSA",\#(name),"n":"\#(text(modulus))","e":"AQAB"}"#
            case .es256:
                let x = text(document.suffix(64).prefix(32))
                let y = text(document.suffix(32))
                return #"{"kty":"EC","crv":"P-256",\#(name),"x":"\#(x)","y":"\#(y)"}"#
            case .edDSA:
                return
                    #"{"kty":"OKP","crv":"Ed25519",\#(name),"x":"\#(text(document.suffix(32)))"}"#
            }
        }
    }

    /// A set of the keys, as an issuer publishes it.
    package static func set(_ keys: [IssuerKey]) throws -> String {
        #"{"keys":[\#(try keys.map { try $0.member }.joined(separator: ","))]}"#
    }

    /// A token of these claims, until 2100 where they have no end.
    package func token(_ claims: String) throws -> String {
        let algorithm = kind == .edDSA ? "EdDSA" : kind.rawValue.uppercased()
        let header = #"{"alg":"\#(algorithm)","kid":"\#(id)"}"#
        let signed = "\(text(Array(header.utf8)[...])).\(text(Array(claims.utf8)[...]))"
        try signed.write(toFile: path("signed"), atomically: true, encoding: .utf8)
        switch kind {
        case .edDSA:
            try openssl([
                "pkeyutl", "-sign", "-rawin", "-inkey", path("key"), "-in", path("signed"), "-out",
                path("signature"),
            ])
        case .rs256, .es256:
            try openssl([
                "dgst", "-sha256", "-sign", path("key"), "-out", path("signature"), path("signed"),
            ])
        }
        var signature = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path("signature"))))
        if kind == .es256 { signature = IssuerKey.plain(signature) }
        return "\(signed).\(text(signature[...]))"
    }

    /// A token with the other signature that one of ES256 has.
    package static func twin(of token: String) throws -> String {
        let dot = token.lastIndex(of: ".") ?? token.startIndex
        var signature: [UInt8] = []
        let count = Base64URL.decode(
            Array(token[token.index(after: dot)...].utf8).span, into: &signature)
        guard count == 64 else { throw ChildProcess.Failure(description: "not of ES256") }
        let other = Array(signature.prefix(32)) + P256Order.less(Array(signature[32..<64]))
        var text: [UInt8] = []
        Base64URL.encode(other.span, appendingTo: &text)
        return "\(token[...dot])\(String(decoding: text, as: UTF8.self))"
    }

    /// The two integers of DER as 32 bytes each.
    private static func plain(_ encoded: [UInt8]) -> [UInt8] {
        let firstCount = Int(encoded[3])
        let first = encoded[4..<4 + firstCount]
        let second = encoded[(6 + firstCount)...]
        return [first, second].flatMap { number in
            let bytes = Array(number.suffix(32))
            return Array(repeating: 0, count: 32 - bytes.count) + bytes
        }
    }

    private func path(_ name: String) -> String { directory.path(of: name) }

    private func text(_ bytes: ArraySlice<UInt8>) -> String {
        var text: [UInt8] = []
        Base64URL.encode(Array(bytes).span, appendingTo: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private func openssl(_ arguments: [String]) throws {
        let process = try ChildProcess("/usr/bin/openssl", arguments)
        guard try process.waitForExit() == .code(0) else {
            throw ChildProcess.Failure(description: "openssl: \(process.errors)")
        }
    }
}

/// The number of points of P-256 (FIPS 186-4, D.1.2.3).
package enum P256Order {
    private static let bytes: [UInt8] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC,
        0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ]

    /// It less a number of 32 bytes.
    package static func less(_ number: [UInt8]) -> [UInt8] {
        var result = bytes
        var borrow = 0
        for index in result.indices.reversed() {
            let difference = Int(bytes[index]) - Int(number[index]) - borrow
            borrow = difference < 0 ? 1 : 0
            result[index] = UInt8(truncatingIfNeeded: difference)
        }
        return result
    }
}
