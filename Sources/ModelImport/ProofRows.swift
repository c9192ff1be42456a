package import Features
package import Tables

/// The rows of a table that an import is proved with: as records, with what names each of them.
package struct ProofRows: Sendable {
    package struct Row: Sendable {
        /// The line it begins on.
        package let line: Int
        package let identifier: String?
        package let record: Record
        /// Whether the outcome is the positive one; nil where the table has none.
        package let label: Bool?
        /// The fields whose cells are blank.
        let blankFields: [Int]
    }

    package let rows: [Row]
    /// Whether the table has a column of identifiers.
    package let hasIdentifiers: Bool

    /// - Parameters:
    ///   - path: what the table is called in errors.
    ///   - needsTarget: whether each row must have its outcome. If not, the target's column is
    ///     ignored if it is there.
    package init(
        table: [UInt8], path: String, schema: Schema, needsTarget: Bool
    ) throws(DataError) {
        if needsTarget, schema.target == nil { throw .noTarget(path: path) }
        let derivation = Derivation(schema)
        var rows: [Row] = []
        var reader = RowReader(
            path: path, schema: schema, needsTarget: needsTarget, rowsMax: ProofLimits.rowsMax)
        try reader.read(table.span) { row, line, blankFields in
            rows.append(
                Row(
                    line: line,
                    identifier: row.identifier.map { String(decoding: $0, as: UTF8.self) },
                    // A row of which only the target is invalid has no derived features yet.
                    record: derivation.record(
                        of: Array(row.record.values.prefix(schema.fields.count))),
                    label: row.target, blankFields: blankFields))
        }
        self.rows = rows
        hasIdentifiers = reader.columnKinds.contains(.identifier)
    }
}
