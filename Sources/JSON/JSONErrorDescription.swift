extension JSONError: CustomStringConvertible {
    /// What was found, and at which byte.
    package var description: String {
        switch self {
        case .unexpectedEnd(let offset): "ends too early, at byte \(offset)"
        case .unexpectedByte(let offset): "an unexpected byte at \(offset)"
        case .unexpectedKind(let found, let offset): "an unexpected \(found) at byte \(offset)"
        case .invalidUTF8(let offset): "a string that is not UTF-8 at byte \(offset)"
        case .invalidEscape(let offset): "an invalid escape at byte \(offset)"
        case .controlCharacter(let offset): "a control character in a string at byte \(offset)"
        case .invalidNumber(let offset): "an invalid number at byte \(offset)"
        case .numberOutOfRange(let offset): "a number out of range at byte \(offset)"
        case .duplicateName(let offset): "a name for the second time at byte \(offset)"
        case .tooDeep(let limit, let offset): "nested deeper than \(limit) at byte \(offset)"
        case .trailingBytes(let offset): "something after the value at byte \(offset)"
        }
    }
}
