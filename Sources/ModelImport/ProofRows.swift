package import Features
package import Training

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
    ) throws(TrainingError) {
        if needsTarget, schema.target == nil { throw .noTarget(path: path) }
        var reading = ProofRowReader(path: path, schema: schema, needsTarget: needsTarget)
        do throws(TrainingError) {
            try reading.read(table)
        } catch {
            guard reading.decoder == nil else { throw error }
            var beginning = TableBeginning()
            beginning.take(table.span)
            throw beginning.form(schema: schema).map { .form(path: path, $0) } ?? error
        }
        rows = reading.rows
        hasIdentifiers = reading.kinds.contains(.identifier)
    }
}

private struct ProofRowReader {
    /// Bad cells that are listed one by one.
    private static let violationsToldMax = 20

    let path: String
    let schema: Schema
    let needsTarget: Bool
    private(set) var rows: [ProofRows.Row] = []
    private(set) var kinds: [TableDecoder.ColumnKind] = []
    private(set) var decoder: TableDecoder?
    private let derivation: Derivation
    private var outcomes: OtherOutcomes
    private var violations: [CellViolation] = []
    private var violationCount = 0

    init(path: String, schema: Schema, needsTarget: Bool) {
        self.path = path
        self.schema = schema
        self.needsTarget = needsTarget
        derivation = Derivation(schema)
        outcomes = OtherOutcomes(schema.target)
    }

    mutating func read(_ table: [UInt8]) throws(TrainingError) {
        var ends = LineEndReader()
        let bytes = ends.replacement(for: table.span).map { $0 + ends.finish() } ?? table
        var reader = CSVReader()
        var offset = 0
        while try reader.advance(in: bytes.span, from: &offset, path: path) {
            try take(reader.record)
        }
        guard violationCount == 0 else {
            if outcomes.areAll { throw .outcomes(path: path, outcomes) }
            throw .rows(
                path: path, first: violations, further: violationCount - violations.count)
        }
        guard decoder != nil, !needsTarget || kinds.contains(.target) else {
            let target = schema.target.map { [$0.column] } ?? []
            throw .columns(
                path: path,
                .wrongColumns(missing: needsTarget ? target : [], unknown: [], duplicate: []))
        }
    }

    private mutating func take(_ row: borrowing CSVRecord) throws(TrainingError) {
        do throws(TableError) {
            guard try decoder?.decode(row) != nil else {
                let made = try TableDecoder(schema: schema, header: row)
                kinds = made.columnKinds
                decoder = made
                return
            }
        } catch { throw .columns(path: path, error) }
        guard let decoder else { return }
        let found = decoder.violations.filter { needsTarget || $0.column != schema.target?.column }
        violationCount += found.count
        let room = ProofRowReader.violationsToldMax - violations.count
        for violation in found.prefix(room) { violations.append(violation.showing(row, decoder)) }
        if needsTarget { outcomes.take(row, decoder) }
        guard found.isEmpty else { return }
        guard rows.count < ProofLimits.rowsMax else {
            throw .tooManyRows(path: path, most: ProofLimits.rowsMax)
        }
        var blankFields: [Int] = []
        for (index, kind) in kinds.enumerated() {
            guard case .field(let field) = kind, TableDecoder.isBlank(row[index]) else { continue }
            blankFields.append(field)
        }
        rows.append(
            ProofRows.Row(
                line: row.line,
                identifier: decoder.identifier.map { String(decoding: $0, as: UTF8.self) },
                // A row of which only the target is invalid has no derived features yet.
                record: derivation.record(
                    of: Array(decoder.record.values.prefix(schema.fields.count))),
                label: decoder.target, blankFields: blankFields))
    }
}
