package import JSON
internal import JWT

/// What a token is revoked by: its identifier, or the whole of it.
package enum RevokedName: Equatable, Sendable {
    case tokenID([UInt8])
    case token([UInt8])

    /// As the store knows it.
    package var bytes: [UInt8] {
        switch self {
        case .tokenID(let bytes), .token(let bytes): bytes
        }
    }

    /// As a member of a command.
    package var member: (name: String, value: JSONValue) {
        let text = JSONValue.string(String(decoding: bytes, as: UTF8.self))
        return switch self {
        case .tokenID: ("jti", text)
        case .token: ("token", text)
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
