internal import Features
package import Tables

/// Why a file as a whole cannot be scored.
package enum ScoringError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It has no record, not even a header.
    case empty
    /// The header is not one of a table.
    case malformedHeader(CSVError)
    /// The header does not name the schema's columns.
    case columns(TableError)
    /// It is another kind of file.
    case form(TableForm)

    package var description: String {
        switch self {
        case .empty: "nothing in it, wanted a table with a header or a JSON object a line"
        case .malformedHeader(let error): "\(error)"
        case .columns(let error): "\(error)"
        case .form(let form): "\(form)"
        }
    }
}
