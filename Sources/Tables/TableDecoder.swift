internal import Bytes
package import Features
internal import JSON

/// Why a table's records could not be matched with a schema.
package enum TableError: Error, Equatable, Sendable {
    /// Columns the schema asks for and the header lacks, in the schema's order; columns the schema
    /// does not have, and columns that stand there twice, in the header's. Names from the header
    /// are cut at `RecordLimits.unknownNameBytesMax`.
    case wrongColumns(missing: [String], unknown: [String], duplicate: [String])
    /// A record with another number of cells than the header, and the cause if it can be
    /// recognized.
    case raggedRecord(line: Int, cells: Int, wanted: Int, cause: RaggedCause? = nil)
}

/// One thing that is wrong with a record of a table. It repeats names, and a value only where
/// `found` was set.
package struct CellViolation: Equatable, Sendable {
    /// The line the record begins on.
    package let line: Int
    /// The column's name.
    package let column: String
    /// What kind of thing is wrong.
    package let code: ViolationCode
    /// What is wanted, as for a request.
    package let detail: String
    /// The cell's text, if the caller shows it to a person with the table. The decoder sets none.
    package var found: FoundCell?
}

/// Reads records from a table by the same rules as those from requests: columns are found by the
/// header's names, in any order; every field needs one, the identifier and the target may have one.
///
/// A number is written as in JSON (no `+`, no leading zeros or spaces), a category byte for byte as
/// its value or an alias. A cell of spaces and tabs alone, or of nothing, is blank: it stands for
/// the field's `x-blank`, and is a violation where there is none. An empty identifier is no
/// identifier.
package struct TableDecoder {
    /// The record of the last row. Where the row was not valid, the fields that have a violation
    /// and the derived features mean nothing.
    package private(set) var record: Record
    /// The identifier of that row; nil when it has none, or one that is not valid.
    package var identifier: [UInt8]? { hasIdentifier ? identifierBytes : nil }
    /// Whether that row's outcome is the positive one; nil when it has none, or one that is not
    /// valid.
    package private(set) var target: Bool?
    /// Fields of that row whose numbers are beyond their bounds and were still accepted, as indices
    /// into `Schema.fields`, ascending.
    package private(set) var outOfRange: [Int] = []
    /// What was wrong with the last row, in the order of its columns.
    package private(set) var violations: [CellViolation] = []

    /// What the cells of a column are.
    package enum ColumnKind: Equatable, Sendable {
        case identifier
        /// An index into `Schema.fields`.
        case field(Int)
        case target
    }

    /// The columns, in the table's order.
    package var columnKinds: [ColumnKind] {
        columns.map { column in
            switch column {
            case .slot(let slot) where table.slots[slot].kind == .identifier: .identifier
            case .slot(let slot): .field(table.slots[slot].feature)
            case .target: .target
            }
        }
    }

    /// The index of the column of this name in a record.
    func columnIndex(named name: String) -> Int? {
        columns.firstIndex { column in
            switch column {
            case .slot(let slot): table.names[slot] == name
            case .target: outcomes.column == name
            }
        }
    }

    /// Whether the field of this index is not a category.
    func isNumber(_ field: Int) -> Bool {
        table.slots.contains { slot in
            slot.feature == field && (slot.kind == .integer || slot.kind == .number)
        }
    }

    private enum Column: Equatable {
        case slot(Int)
        case target
    }

    private var identifierBytes: [UInt8] = []
    private var hasIdentifier = false

    /// The cells of the target's column, and what is said about any other.
    private struct Outcomes {
        let column: String
        let positive: [UInt8]
        let negative: [UInt8]
        let wanted: String

        init(_ target: TargetColumn?) {
            column = target?.column ?? ""
            positive = Array((target?.positive ?? "").utf8)
            negative = Array((target?.negative ?? "").utf8)
            wanted = "one of: \(target?.positive ?? ""), \(target?.negative ?? "")"
        }
    }

    private let table: FieldTable
    private let derivation: Derivation
    private let outcomes: Outcomes
    private let columns: [Column]
    private let readsTarget: Bool

    /// Matches the columns that `header` names with those of `schema`.
    ///
    /// - Parameter readsTarget: Whether cells of the target's column are read. If not, they may
    ///   hold anything and `target` is nil.
    package init(
        schema: Schema, header: borrowing CSVRecord, readsTarget: Bool = true
    ) throws(TableError) {
        self.readsTarget = readsTarget
        table = FieldTable(schema)
        derivation = Derivation(schema)
        outcomes = Outcomes(schema.target)
        columns = try TableDecoder.match(header, table, schema.target)
        record = Record(
            values: Array(repeating: 0, count: schema.fields.count + schema.derived.count))
    }

    /// Whether the row is valid. If so it is in `record`, `identifier` and `target`; if not,
    /// `violations` has everything that is wrong with it.
    package mutating func decode(_ row: borrowing CSVRecord) throws(TableError) -> Bool {
        violations.removeAll(keepingCapacity: true)
        guard row.count == columns.count else {
            throw .raggedRecord(
                line: row.line, cells: row.count, wanted: columns.count,
                cause: RaggedCause(row, wanted: columns.count))
        }
        hasIdentifier = false
        target = nil
        if !outOfRange.isEmpty { outOfRange.removeAll(keepingCapacity: true) }
        for index in 0..<columns.count {
            switch columns[index] {
            case .slot(let slot):
                guard let code = read(row[index], slot) else { continue }
                note(code, table.names[slot], wanted: table.wanted[slot], line: row.line)
            case .target:
                guard readsTarget, let code = readTarget(row[index]) else { continue }
                note(code, outcomes.column, wanted: outcomes.wanted, line: row.line)
            }
        }
        guard violations.isEmpty else { return false }
        if outOfRange.count > 1 { outOfRange.sort() }
        derivation.complete(&record.values)
        return true
    }

    private mutating func note(
        _ code: ViolationCode, _ column: String, wanted: String, line: Int
    ) {
        violations.append(
            CellViolation(
                line: line, column: column, code: code, detail: code.detail(wanted: wanted)))
    }

    private mutating func read(_ cell: Span<UInt8>, _ slot: Int) -> ViolationCode? {
        let feature = table.slots[slot].feature
        switch table.slots[slot].kind {
        case .identifier:
            // As `null` in a request.
            if cell.isEmpty { return nil }
            // A request's identifier is UTF-8 because its JSON is.
            guard (try? UTF8Span(validating: cell)) != nil else { return .notAllowed }
            if let fault = FieldTable.fault(ofIdentifier: cell) { return fault }
            identifierBytes.removeAll(keepingCapacity: true)
            identifierBytes.appendBytes(cell)
            hasIdentifier = true
        case .category:
            guard let index = table.value(cell, of: slot) else {
                return cell.allSatisfy(ASCII.isBlank) ? .missing : .notAllowed
            }
            record.values[feature] = index
        case .integer, .number:
            if cell.allSatisfy(ASCII.isBlank) {
                guard let blank = table.blanks[slot] else { return .missing }
                record.values[feature] = blank
                return nil
            }
            return readNumber(cell, slot)
        }
        return nil
    }

    private mutating func readNumber(_ cell: Span<UInt8>, _ slot: Int) -> ViolationCode? {
        let number: JSONNumber
        do throws(JSONError) {
            var scanner = JSONScanner(cell)
            number = try scanner.number()
        } catch {
            if case .numberOutOfRange = error { return .outOfRange }
            return .wrongType
        }
        // The scanner passes over white space; here it would be part of the value.
        guard number.range == 0..<cell.count else { return .wrongType }
        let feature = table.slots[slot].feature
        if let fault = table.fault(of: number.value, in: slot) {
            guard fault == .outOfRange,
                let substitute = table.substitute(for: number.value, in: slot)
            else { return fault }
            record.values[feature] = substitute + 0
            outOfRange.append(feature)
            return nil
        }
        // Minus zero is zero: adding zero to it gives the other.
        record.values[feature] = number.value + 0
        return nil
    }

    private mutating func readTarget(_ cell: Span<UInt8>) -> ViolationCode? {
        if cell.equals(outcomes.positive.span) {
            target = true
        } else if cell.equals(outcomes.negative.span) {
            target = false
        } else {
            return cell.allSatisfy(ASCII.isBlank) ? .missing : .notAllowed
        }
        return nil
    }

    /// What each cell of the header names.
    private static func match(
        _ header: borrowing CSVRecord, _ table: FieldTable, _ target: TargetColumn?
    ) throws(TableError) -> [Column] {
        var columns: [Column] = []
        var unknown: [String] = []
        var duplicate: [String] = []
        for index in 0..<header.count {
            let column: Column
            if let slot = table.slot(named: header[index]) {
                column = .slot(slot)
            } else if let target, header[index].equals(target.column.utf8.span) {
                column = .target
            } else {
                unknown.append(name(header[index]))
                continue
            }
            if columns.contains(column) {
                duplicate.append(name(header[index]))
            } else {
                columns.append(column)
            }
        }
        let missing = table.slots.indices.filter { slot in
            table.slots[slot].kind != .identifier && !columns.contains(.slot(slot))
        }
        guard missing.isEmpty && unknown.isEmpty && duplicate.isEmpty else {
            throw .wrongColumns(
                missing: missing.map { table.names[$0] }, unknown: unknown, duplicate: duplicate)
        }
        return columns
    }

    private static func name(_ cell: Span<UInt8>) -> String {
        NamePrefix.text(of: cell, bytesMax: RecordLimits.unknownNameBytesMax)
    }
}

/// Why a file as a whole cannot be read as a table of a schema.
package enum TableInputError: Error, Equatable, Sendable, CustomStringConvertible {
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
        case .empty: "nothing in it, expected a table with a header"
        case .malformedHeader(let error): "\(error)"
        case .columns(let error): "\(error)"
        case .form(let form): "\(form)"
        }
    }
}
