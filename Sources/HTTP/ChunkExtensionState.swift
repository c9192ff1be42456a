internal import Bytes

/// Where in the extensions of a chunk a byte stands: RFC 9112 §7.1.1,
/// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`.
enum ChunkExtensionState {
    case semicolon, nameStart, name, equalSign, valueStart, token, quote, escape, quoteEnd

    /// Whether the line's CR may come next. White space may not stand before it.
    var mayEnd: Bool {
        switch self {
        case .name, .token, .quoteEnd: true
        case .semicolon, .nameStart, .equalSign, .valueStart, .quote, .escape: false
        }
    }

    /// The state after the byte, or nil where the grammar has no such byte.
    func after(_ byte: UInt8) -> ChunkExtensionState? {
        let isToken = ASCII.isToken(byte)
        let isBlank = ASCII.isBlank(byte)
        switch self {
        case .semicolon:
            return isBlank ? .semicolon : byte == ASCII.semicolon ? .nameStart : nil
        case .nameStart:
            return isToken ? .name : isBlank ? .nameStart : nil
        case .name where isToken:
            return .name
        case .name, .equalSign:
            if isBlank { return .equalSign }
            if byte == ASCII.equal { return .valueStart }
            return byte == ASCII.semicolon ? .nameStart : nil
        case .valueStart:
            if isBlank { return .valueStart }
            if isToken { return .token }
            return byte == ASCII.quote ? .quote : nil
        case .token where isToken:
            return .token
        case .token, .quoteEnd:
            return isBlank ? .semicolon : byte == ASCII.semicolon ? .nameStart : nil
        case .quote:
            if byte == ASCII.quote { return .quoteEnd }
            if byte == ASCII.backslash { return .escape }
            return ASCII.isControlButTab(byte) ? nil : .quote
        case .escape:
            return ASCII.isControlButTab(byte) ? nil : .quote
        }
    }
}
