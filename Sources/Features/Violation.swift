/// One thing that is wrong with a record in a request. It repeats names, never values.
package struct Violation: Equatable, Sendable {
    /// The field's name; an unknown field's is cut at `RecordLimits.unknownNameBytesMax`.
    package let field: String
    /// Where it stands in the body, as the fragment of a URI (RFC 6901 §6): `#/tenure`.
    package let pointer: String
    /// What kind of thing is wrong.
    package let code: ViolationCode
    /// What is wanted, for example `must be an integer from 0 to 72`.
    package let detail: String

    package init(field: String, code: ViolationCode, detail: String) {
        self.field = field
        self.pointer = JSONPointer.root.appending(field).fragment
        self.code = code
        self.detail = detail
    }
}

/// What can be wrong with one value. The raw values are part of the interface.
package enum ViolationCode: String, CaseIterable, Equatable, Sendable {
    /// The field is not there, or its cell is blank and no value is given for blanks.
    case missing
    /// A value of another type: a string for a number, `null`, an object.
    case wrongType = "wrong_type"
    /// A string that is not among the values, or an identifier with a control character.
    case notAllowed = "not_allowed"
    /// A number outside the bounds, or beyond what a Double holds.
    case outOfRange = "out_of_range"
    /// A number with a fraction where an integer is wanted.
    case notAnInteger = "not_an_integer"
    /// An identifier without a byte.
    case tooShort = "too_short"
    /// An identifier of more bytes than `RecordLimits.identifierBytesMax`.
    case tooLong = "too_long"
    /// A field the schema does not have.
    case unknownField = "unknown_field"

    /// What is said about it where `wanted` is, as `an integer from 0 to 72`.
    package func detail(wanted: String) -> String {
        self == .missing ? "is required and must be \(wanted)" : "must be \(wanted)"
    }
}
