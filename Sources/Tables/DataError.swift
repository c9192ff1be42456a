package import Features
package import POSIX

/// Why a table of a schema, or the schema itself, cannot be used.
package enum DataError: Error, Equatable, Sendable {
    /// The data or the schema cannot be read.
    case unreadable(FileError)
    case schema(path: String, SchemaError)
    /// The schema names no column to learn.
    case noTarget(path: String)
    /// The data is not a table.
    case table(path: String, CSVError)
    /// The table is not one of the schema.
    case columns(path: String, TableError)
    /// The data is another kind of file.
    case form(path: String, TableForm)
    /// A target of which no row has one of the schema's two values, and the values it has instead.
    case outcomes(path: String, OtherOutcomes)
    /// Rows that the schema refuses: the first violations, and how many more there are.
    case rows(path: String, first: [CellViolation], further: Int)
    /// More rows than the limit.
    case tooManyRows(path: String, most: Int)
}

extension DataError: CustomStringConvertible {
    /// One line, or one for each bad cell.
    package var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .schema(let path, let error): "\(path): \(error)"
        case .noTarget(let path): "\(path): no x-target, expected the column to learn"
        case .table(let path, let error): "\(path): \(error)"
        case .columns(let path, let error): "\(path): \(error)"
        case .form(let path, let form): "\(path): \(form)"
        case .outcomes(let path, let outcomes): "\(path): \(outcomes)"
        case .rows(let path, let first, let further):
            (first.map { violation in
                "\(path): line \(violation.line), column \(violation.column): "
                    + violation.detail + (violation.found.map { ", \($0)" } ?? "")
            }
                + (further > 0 ? ["\(path): and \(further) more"] : []))
                .joined(separator: "\n")
        case .tooManyRows(let path, let most): "\(path): too many rows, expected at most \(most)"
        }
    }
}
