internal import Bytes
package import Features

/// Reads a whole table by a schema, row after row, and gathers what is wrong with its cells: the
/// rows that training, evaluation and the proof of an import have in common.
package struct RowReader {
    /// What is read in each cell; empty before the header was read.
    package private(set) var columnKinds: [TableDecoder.ColumnKind] = []

    private let path: String
    private let schema: Schema
    private let needsTarget: Bool
    private let rowsMax: Int
    private let violationsShownMax: Int
    private var decoder: TableDecoder?
    private var rowCount = 0
    private var violations: [CellViolation] = []
    private var violationCount = 0
    /// What the target's column holds beside its two values.
    private var outcomes: OtherOutcomes

    /// - Parameters:
    ///   - path: names the table in errors.
    ///   - needsTarget: whether each row must have its outcome. If not, the target's column is
    ///     ignored where it exists.
    ///   - violationsShownMax: bad cells that are listed one by one.
    package init(
        path: String, schema: Schema, needsTarget: Bool, rowsMax: Int, violationsShownMax: Int = 20
    ) {
        self.path = path
        self.schema = schema
        self.needsTarget = needsTarget
        self.rowsMax = rowsMax
        self.violationsShownMax = violationsShownMax
        outcomes = OtherOutcomes(schema.target)
    }

    /// Hands each valid row to `take`, with its line and the fields whose cells are blank. Throws
    /// after the last row if any was invalid, and what kind of file it is if its header cannot be
    /// read.
    package mutating func read(
        _ table: Span<UInt8>,
        take: (_ row: TableDecoder, _ line: Int, _ blankFields: [Int]) -> Void
    ) throws(DataError) {
        var ends = LineEndReader()
        let replacement = ends.replacement(for: table).map { $0 + ends.finish() }
        do throws(DataError) {
            if let replacement {
                try readRows(replacement.span, take)
            } else {
                try readRows(table, take)
            }
        } catch {
            guard decoder == nil else { throw error }
            var beginning = TableBeginning()
            beginning.take(table)
            throw beginning.form(schema: schema).map { .form(path: path, $0) } ?? error
        }
    }

    private mutating func readRows(
        _ table: Span<UInt8>, _ take: (TableDecoder, Int, [Int]) -> Void
    ) throws(DataError) {
        var reader = CSVReader()
        var offset = 0
        while try advance(&reader, in: table, from: &offset) { try read(reader.record, take) }
        guard violationCount == 0 else {
            if outcomes.areAll { throw .outcomes(path: path, outcomes) }
            throw .rows(
                path: path, first: violations, further: violationCount - violations.count)
        }
        guard decoder != nil, !needsTarget || columnKinds.contains(.target) else {
            let target = needsTarget ? schema.target.map { [$0.column] } : nil
            throw .columns(
                path: path,
                .wrongColumns(missing: target ?? [], unknown: [], duplicate: []))
        }
    }

    /// Whether another record is in the reader; false at the table's end.
    private func advance(
        _ reader: inout CSVReader, in table: Span<UInt8>, from offset: inout Int
    ) throws(DataError) -> Bool {
        do throws(CSVError) {
            if try reader.next(in: table, from: &offset) { return true }
            return try reader.finish()
        } catch { throw .table(path: path, error) }
    }

    private mutating func read(
        _ row: borrowing CSVRecord, _ take: (TableDecoder, Int, [Int]) -> Void
    ) throws(DataError) {
        do throws(TableError) {
            guard try decoder?.decode(row) != nil else {
                let made = try TableDecoder(schema: schema, header: row)
                columnKinds = made.columnKinds
                decoder = made
                return
            }
        } catch { throw .columns(path: path, error) }
        guard let decoder else { return }
        let found = decoder.violations.filter { needsTarget || $0.column != schema.target?.column }
        violationCount += found.count
        for violation in found.prefix(violationsShownMax - violations.count) {
            violations.append(violation.showing(row, decoder))
        }
        if needsTarget { outcomes.take(row, decoder) }
        guard found.isEmpty, !needsTarget || decoder.target != nil else { return }
        guard rowCount < rowsMax else { throw .tooManyRows(path: path, most: rowsMax) }
        rowCount += 1
        var blankFields: [Int] = []
        for (index, kind) in columnKinds.enumerated() {
            guard case .field(let field) = kind, row[index].allSatisfy(ASCII.isBlank) else {
                continue
            }
            blankFields.append(field)
        }
        take(decoder, row.line, blankFields)
    }
}
