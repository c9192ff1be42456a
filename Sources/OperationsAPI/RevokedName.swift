package import JSON
internal import JWT

/// What is revoked: a token, by its identifier or by the whole of it, or all tokens of a subject
/// that were issued until then.
package enum RevokedName: Equatable, Sendable {
    case tokenID([UInt8])
    case token([UInt8])
    case subject([UInt8])

    /// As the store knows it.
    package var bytes: [UInt8] {
        switch self {
        case .tokenID(let bytes), .token(let bytes), .subject(let bytes): bytes
        }
    }

    package var isSubject: Bool {
        if case .subject = self { true } else { false }
    }

    /// As a member of a command.
    package var member: (name: String, value: JSONValue) {
        let text = JSONValue.string(String(decoding: bytes, as: UTF8.self))
        return switch self {
        case .tokenID: ("jti", text)
        case .token: ("token", text)
        case .subject: ("subject", text)
        }
    }

    /// Whether an accepted token can have such an identifier, or such a subject.
    package static func isIdentifier(_ bytes: [UInt8]) -> Bool {
        Identifier.isAcceptable(bytes.span)
    }

    /// Whether the listener takes it as a token by its form: neither signature nor claims are read.
    package static func isToken(_ bytes: [UInt8]) -> Bool {
        bytes.count <= AdministrationRules.tokenBytesMax && TokenSegments.isToken(bytes.span)
    }
}
