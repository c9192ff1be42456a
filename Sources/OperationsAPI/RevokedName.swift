package import JSON
internal import JWT

/// What is revoked: a token, by its identifier, by the whole of it or by what of it is signed, or
/// all tokens of a subject that were issued until then.
package enum RevokedName: Equatable, Sendable {
    case tokenID([UInt8])
    case token([UInt8])
    /// The text up to the last dot, of a token that has another text with a good signature.
    case signedPart(ofToken: [UInt8])
    case subject([UInt8])

    /// As the store knows it.
    package var bytes: [UInt8] {
        switch self {
        case .tokenID(let bytes), .token(let bytes), .subject(let bytes): bytes
        case .signedPart(let token):
            Array(token[..<(token.lastIndex(of: UInt8(ascii: ".")) ?? token.endIndex)])
        }
    }

    package var isSubject: Bool {
        if case .subject = self { true } else { false }
    }

    /// As a member of a command.
    package var member: (name: String, value: JSONValue) {
        switch self {
        case .tokenID(let id): ("jti", RevokedName.text(id))
        case .token(let token), .signedPart(let token): ("token", RevokedName.text(token))
        case .subject(let name): ("subject", RevokedName.text(name))
        }
    }

    private static func text(_ bytes: [UInt8]) -> JSONValue {
        .string(String(decoding: bytes, as: UTF8.self))
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
