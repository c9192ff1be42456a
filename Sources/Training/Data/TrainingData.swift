package import Features
internal import JSON
internal import OpenSSL
internal import POSIX
package import Tables

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
        /// Bad cells that are listed one by one.
        package var violationsShownMax = 20

        package init() {}
    }

    /// Reads the schema and the table. The first bad cells of the whole table are reported
    /// together.
    package init(
        table tablePath: String, schema schemaPath: String, limits: Limits = Limits()
    ) throws(DataError) {
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
    ) throws(DataError) {
        let table: [UInt8]
        do throws(FileError) {
            table =
                tablePath == TrainingData.standardInputPath
                ? try TrainingData.readStandardInput(bytesMax: limits.tableBytesMax)
                : try Files.read(tablePath, bytesMax: limits.tableBytesMax)
        } catch { throw .unreadable(error) }
        var records: [Record] = []
        var labels: [Bool] = []
        var blankCounts = schema.fields.map { _ in 0 }
        var identifiers = IdentifierNumbers()
        var reader = RowReader(
            path: TrainingData.name(ofTable: tablePath), schema: schema, needsTarget: true,
            rowsMax: limits.rowsMax, violationsShownMax: limits.violationsShownMax)
        try reader.read(table.span) { row, _, blankFields in
            records.append(row.record)
            labels.append(row.target == true)
            for field in blankFields { blankCounts[field] += 1 }
            identifiers.take(row.identifier)
        }
        self.schema = schema
        self.records = records
        self.labels = labels
        self.blankCounts = blankCounts
        identifierGroups = identifiers.repeated
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
