internal import Bytes
internal import Configuration

/// What was given in place of a token, if it can be recognized.
enum TokenMistake: Equatable, CustomStringConvertible {
    case stray(StrayBytes)
    /// A copy from a terminal or an e-mail that has broken it.
    case whiteSpaceWithin
    /// What a token endpoint answers (RFC 6749 §5.1).
    case object
    /// Five parts (RFC 7516 §7.1).
    case encrypted

    /// - Parameter text: without the white space around it.
    init?(_ text: [UInt8]) {
        if let stray = StrayBytes(around: text.span) {
            self = .stray(stray)
        } else if text.first == UInt8(ascii: "{") {
            self = .object
        } else if text.contains(where: ASCII.isSpace) {
            self = .whiteSpaceWithin
        } else if text.count(where: { $0 == UInt8(ascii: ".") }) == 4 {
            self = .encrypted
        } else {
            return nil
        }
    }

    var description: String {
        switch self {
        case .stray(let stray): "\(stray), expected the token alone"
        case .whiteSpaceWithin: "white space within it, expected the token in one piece"
        case .object: "a JSON object, expected its access_token alone"
        case .encrypted: "five parts, an encrypted token (JWE), expected a signed one"
        }
    }
}
