/// Why a text is not the JSON that was asked for. Every case carries the byte offset at which the
/// text stopped being acceptable, so that a message can say where without quoting the text.
package enum JSONError: Error, Equatable {
    /// The text ended inside a value.
    case unexpectedEnd(offset: Int)
    /// A byte that no JSON text may hold here (RFC 8259 §2).
    case unexpectedByte(offset: Int)
    /// A value of another kind than the one asked for begins here.
    case unexpectedKind(found: JSONKind, offset: Int)
    /// The bytes of a string are not UTF-8 (RFC 8259 §8.1, RFC 3629).
    case invalidUTF8(offset: Int)
    /// A backslash is followed by something RFC 8259 §7 does not list, or a surrogate stands alone.
    case invalidEscape(offset: Int)
    /// A control character stands unescaped in a string.
    case controlCharacter(offset: Int)
    /// A number that RFC 8259 §6 does not allow, such as `01`, `.5`, `1.` or `+1`.
    case invalidNumber(offset: Int)
    /// A number beyond the range of a Double.
    case numberOutOfRange(offset: Int)
    /// An object holds the same name twice, spelled the same way or not.
    case duplicateName(offset: Int)
    /// Objects and arrays are nested deeper than the limit.
    case tooDeep(limit: Int, offset: Int)
    /// Something other than white space follows the value.
    case trailingBytes(offset: Int)

    /// An object holds `name` twice.
    package static func repeated(_ name: JSONString) -> JSONError {
        .duplicateName(offset: name.range.lowerBound)
    }
}

/// The six kinds of value of RFC 8259 §3, with the two Booleans apart.
package enum JSONKind: Equatable, Sendable {
    case object, array, string, number, `true`, `false`, null
}
