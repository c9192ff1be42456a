internal import Features
package import Tables

/// What a check keeps in memory at most, however long the table is.
package struct DataCheckLimits: Sendable {
    package var table = CSVLimits()
    /// Rows that later ones are compared with, to find those that repeat one.
    package var rowsRememberedMax = 4_000_000
    /// Different unknown values of a column that are told.
    package var unknownValuesMax = 10
    /// Bytes of an unknown value that are told.
    package var unknownValueBytesMax = 64

    package init() {}
}

/// Why a table as a whole cannot be checked.
package enum DataCheckError: Error, Equatable, Sendable, CustomStringConvertible {
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
        case .empty: "nothing in it, wanted a table with a header"
        case .malformedHeader(let error): "\(error)"
        case .columns(let error): "\(error)"
        case .form(let form): "\(form)"
        }
    }
}
