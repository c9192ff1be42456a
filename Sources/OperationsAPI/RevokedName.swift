package import JSON
internal import JWT

/// What a token is revoked by: its identifier, the whole of it, or what of it is signed.
package enum RevokedName: Equatable, Sendable {
    case tokenID([UInt8])
    case token([UInt8])
    /// The text up to the last dot, of a token that has another text with a good signature.
    case signedPart(ofToken: [UInt8])

    /// As the store knows it.
    package var bytes: [UInt8] {
        switch self {
        case .tokenID(let bytes), .token(let bytes): bytes
        case .signedPart(let token):
            Array(token[..<(token.lastIndex(of: UInt8(ascii: ".")) ?? token.endIndex)])
        }
    }

    /// As a member of a command.
    package var member: (name: String, value: JSONValue) {
        switch self {
        case .tokenID(let id): ("jti", .string(String(decoding: id, as: UTF8.self)))
        case .token(let token), .signedPart(let token):
            ("token", .string(String(decoding: token, as: UTF8.self)))
        }
    }

    /// Whether an accepted token can have such an identifier.
    package static func isTokenID(_ bytes: [UInt8]) -> Bool {
        Identifier.isAcceptable(bytes.span)
    }

    /// Whether the listener takes it as a token by its form: neither signature nor claims are read.
    package static func isToken(_ bytes: [UInt8]) -> Bool {
        bytes.count <= AdministrationRules.tokenBytesMax && TokenSegments.isToken(bytes.span)
    }
}
