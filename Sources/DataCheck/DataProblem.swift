internal import Features
package import JSON
package import Tables

/// One thing that is wrong with a table, or odd. It repeats names of the schema, and of a cell that
/// does not fit its column as much as `FoundCell` does: anyone who checks a table has the table.
package struct DataProblem: Equatable, Sendable {
    /// An error makes its row unusable; a warning does not.
    package enum Severity: String, Sendable {
        case error, warning
    }

    package let severity: Severity
    /// The line it is on; nil for what concerns the whole table.
    package let line: Int?
    /// The column's name; nil for what concerns the whole row.
    package let column: String?
    /// The raw value of a `ViolationCode`, a `RowFault` or a `DataOddity`.
    package let code: String
    /// What is wanted, or what was found.
    package let detail: String
    /// The cell that an error is about; nil for an identifier, a blank, and a warning.
    package let found: FoundCell?

    init(_ violation: CellViolation) {
        severity = .error
        line = violation.line
        column = violation.column
        code = violation.code.rawValue
        detail = violation.detail
        found = violation.found
    }

    init(_ fault: RowFault, line: Int, detail: String) {
        severity = .error
        self.line = line
        column = nil
        code = fault.rawValue
        self.detail = detail
        found = nil
    }

    init(_ oddity: DataOddity, line: Int?, column: String?, detail: String) {
        severity = .warning
        self.line = line
        self.column = column
        code = oddity.rawValue
        self.detail = detail
        found = nil
    }

    /// Appends it as an object: `severity`, `line`, `column`, `code`, `detail` and, where a cell is
    /// shown, `found`.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("severity")
        writer.string(severity.rawValue)
        writer.name("line")
        if let line { writer.number(line) } else { writer.null() }
        writer.name("column")
        if let column { writer.string(column) } else { writer.null() }
        writer.name("code")
        writer.string(code)
        writer.name("detail")
        writer.string(detail)
        if let found {
            writer.name("found")
            writer.string(found.text)
        }
        writer.endObject()
    }
}

/// What is odd in a table, though each row alone may be used. The raw values are part of the
/// interface.
package enum DataOddity: String, CaseIterable, Sendable {
    /// An identifier that an earlier row has.
    case repeatedIdentifier = "repeated_identifier"
    /// A row with the values and the outcome of an earlier one.
    case repeatedRow = "repeated_row"
    /// A row that breaks a rule of the schema's `x-implies`.
    case contradiction
    /// A number beyond its field's bounds that the schema takes (`x-out-of-range`).
    case outOfRange = "out_of_range"
    /// A field of which all rows have the same value, so that nothing is learned from it.
    case constantColumn = "constant_column"
    /// A feature by which alone rows are ranked almost without a mistake, so that it may be known
    /// only after the outcome.
    case decidingColumn = "deciding_column"
    /// The schema names an outcome, and the table has no such column: it can be scored, and no
    /// more.
    case missingTarget = "missing_target"
    /// All rows have the same outcome.
    case oneClass = "one_class"
    /// A header and nothing else.
    case noRows = "no_rows"
}
