package import Features
internal import JSON
internal import OpenSSL
internal import POSIX

/// A table of records with their outcomes, read by the rules of a schema.
package struct TrainingData: Sendable {
    package let schema: Schema
    package let records: [Record]
    /// Whether each record's outcome is the one to predict.
    package let labels: [Bool]
    /// For each field how many cells were blank and stand for the schema's value.
    package let blankCounts: [Int]
    /// A number for each record's identifier, the same where that is the same, in the order of
    /// their first rows; nil where no identifier repeats or the table has none.
    package let identifierGroups: [Int]?
    /// SHA-256 of the table's bytes.
    package let sha256: String

    package struct Limits: Sendable {
        package var schemaBytesMax = SchemaLimits.documentBytesMax
        package var tableBytesMax = 1 << 28
        package var rowsMax = 4_000_000
        /// Bad cells that are reported one by one.
        package var violationsToldMax = 20

        package init() {}
    }

    /// Reads the schema and the table. The first bad cells of the whole table are reported
    /// together.
    package init(
        table tablePath: String, schema schemaPath: String, limits: Limits = Limits()
    ) throws(TrainingError) {
        let schemaBytes: [UInt8]
        do throws(FileError) {
            schemaBytes = try Files.read(schemaPath, bytesMax: limits.schemaBytesMax)
        } catch { throw .unreadable(error) }
        let schema: Schema
        do throws(SchemaError) {
            schema = try Schema(json: schemaBytes.span)
        } catch { throw .schema(path: schemaPath, error) }
        guard schema.target != nil else { throw .noTarget(path: schemaPath) }
        try self.init(table: tablePath, schema: schema, limits: limits)
    }

    /// Reads the table of a schema that names a target.
    package init(
        table tablePath: String, schema: Schema, limits: Limits = Limits()
    ) throws(TrainingError) {
        let table: [UInt8]
        do throws(FileError) {
            table =
                tablePath == TrainingData.standardInputPath
                ? try TrainingData.readStandardInput(bytesMax: limits.tableBytesMax)
                : try Files.read(tablePath, bytesMax: limits.tableBytesMax)
        } catch { throw .unreadable(error) }
        self.schema = schema
        var rows = RowCollector(
            path: TrainingData.name(ofTable: tablePath), schema: schema, limits: limits)
        try rows.read(table.span, beginningAs: schema)
        records = rows.records
        labels = rows.labels
        blankCounts = rows.blankCounts
        identifierGroups = rows.identifiers.repeated
        sha256 = SHA256.hexDigest(table.span)
    }

    /// How many records have the outcome to predict.
    package var positiveCount: Int { labels.count { $0 } }

    /// The path that means standard input.
    package static let standardInputPath = "-"

    /// What the table at a path is called.
    package static func name(ofTable path: String) -> String {
        path == standardInputPath ? "standard input" : path
    }

    private static let blockBytes = 1 << 20

    private static func readStandardInput(bytesMax: Int) throws(FileError) -> [UInt8] {
        let reader = try FileReader.standardInput()
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: blockBytes)
        while true {
            let count = try reader.read(into: &block)
            guard count > 0 else { return bytes }
            guard bytes.count + count <= bytesMax else {
                throw .tooLarge(path: name(ofTable: standardInputPath), bytesMax: bytesMax)
            }
            bytes += block[..<count]
        }
    }
}

/// Numbers identifiers in the order of their first rows. It keeps a hash of 64 bits of each, so
/// that among four million two different ones are taken for one with a probability of 4e-7.
private struct IdentifierNumbers {
    private var numbers: [Int: Int] = [:]
    private var ofRows: [Int] = []
    private var count = 0

    /// Takes the identifier of the next row; one that is absent or empty is like no other.
    mutating func take(_ identifier: [UInt8]?) {
        var number = count
        if let identifier, !identifier.isEmpty {
            var hasher = Hasher()
            hasher.combine(identifier)
            let hash = hasher.finalize()
            number = numbers[hash] ?? count
            numbers[hash] = number
        }
        if number == count { count += 1 }
        ofRows.append(number)
    }

    /// The number of each row; nil where all differ.
    var repeated: [Int]? { count == ofRows.count ? nil : ofRows }
}

/// Collects the rows of a table while it is split into records.
private struct RowCollector {
    let path: String
    let schema: Schema
    let limits: TrainingData.Limits
    var records: [Record] = []
    var labels: [Bool] = []
    var blankCounts: [Int]
    var decoder: TableDecoder?
    /// What the decoder reads in each cell.
    var columnKinds: [TableDecoder.ColumnKind] = []
    var violations: [CellViolation] = []
    var violationCount = 0
    var identifiers = IdentifierNumbers()
    /// What the target's column holds beside its two values.
    var outcomes: OtherOutcomes

    init(path: String, schema: Schema, limits: TrainingData.Limits) {
        self.path = path
        self.schema = schema
        self.limits = limits
        blankCounts = schema.fields.map { _ in 0 }
        outcomes = OtherOutcomes(schema.target)
    }

    /// Reads the table, or throws what the file is if its header cannot be read.
    mutating func read(
        _ table: Span<UInt8>, beginningAs schema: Schema
    ) throws(TrainingError) {
        var ends = LineEndReader()
        let replacement = ends.replacement(for: table).map { $0 + ends.finish() }
        do throws(TrainingError) {
            if let replacement {
                try read(replacement.span)
            } else {
                try read(table)
            }
        } catch {
            guard decoder == nil else { throw error }
            var beginning = TableBeginning()
            beginning.take(table)
            throw beginning.form(schema: schema).map { .form(path: path, $0) } ?? error
        }
    }

    private mutating func read(_ table: Span<UInt8>) throws(TrainingError) {
        var reader = CSVReader()
        var offset = 0
        while try reader.advance(in: table, from: &offset, path: path) { try take(reader.record) }
        guard violationCount == 0 else {
            if outcomes.areAll { throw .outcomes(path: path, outcomes) }
            throw .rows(
                path: path, first: violations, further: violationCount - violations.count)
        }
        guard decoder != nil else { throw missingColumns }
    }

    private mutating func take(_ row: borrowing CSVRecord) throws(TrainingError) {
        do throws(TableError) {
            guard try decoder?.decode(row) != nil else {
                let made = try TableDecoder(schema: schema, header: row)
                columnKinds = made.columnKinds
                decoder = made
                return
            }
        } catch { throw .columns(path: path, error) }
        guard let decoder else { return }
        violationCount += decoder.violations.count
        let room = limits.violationsToldMax - violations.count
        for violation in decoder.violations.prefix(room) {
            violations.append(violation.showing(row, decoder))
        }
        outcomes.take(row, decoder)
        guard decoder.violations.isEmpty else { return }
        guard let label = decoder.target else { throw missingColumns }
        guard records.count < limits.rowsMax else {
            throw .tooManyRows(path: path, most: limits.rowsMax)
        }
        for (index, kind) in columnKinds.enumerated() {
            guard case .field(let field) = kind, TableDecoder.isBlank(row[index]) else { continue }
            blankCounts[field] += 1
        }
        records.append(decoder.record)
        identifiers.take(decoder.identifier)
        labels.append(label)
    }

    /// A request needs no outcome, so neither does the decoder; training does.
    private var missingColumns: TrainingError {
        .columns(
            path: path,
            .wrongColumns(
                missing: schema.target.map { [$0.column] } ?? [], unknown: [], duplicate: []))
    }
}

extension CSVReader {
    /// Whether another record is in the reader; false at the table's end. `path` names the table in
    /// errors.
    package mutating func advance(
        in table: Span<UInt8>, from offset: inout Int, path: String
    ) throws(TrainingError) -> Bool {
        do throws(CSVError) {
            if try next(in: table, from: &offset) { return true }
            return try finish()
        } catch { throw .table(path: path, error) }
    }
}
