internal import Bytes
internal import Features
internal import JSON
package import Tables

/// What the cells of one column hold.
package struct ColumnSummary: Sendable {
    /// A value that a row may not have there.
    package struct UnknownValue: Equatable, Sendable {
        /// Cut at `DataCheckLimits.unknownValueBytesMax`.
        package let text: String
        package internal(set) var count: Int
        package let firstLine: Int
    }

    package let name: String
    package let kind: TableDecoder.ColumnKind
    /// Cells without a value, whether or not the schema has one for them.
    package private(set) var blankCount = 0
    /// Cells that make their row unusable.
    package private(set) var badCount = 0
    /// The numbers of the column, also those that are out of bounds; nil where there are none.
    package private(set) var range: ClosedRange<Double>?
    /// How often each value of a category occurs, or the positive outcome and the negative one.
    package private(set) var valueCounts: [Int]
    /// Values that the schema does not have, in the order of their first lines.
    package private(set) var unknownValues: [UnknownValue] = []
    /// Cells with further unknown values.
    package private(set) var furtherUnknownCount = 0

    private let limits: DataCheckLimits

    init(name: String, kind: TableDecoder.ColumnKind, schema: Schema, limits: DataCheckLimits) {
        self.name = name
        self.kind = kind
        self.limits = limits
        switch kind {
        case .identifier: valueCounts = []
        case .target: valueCounts = [0, 0]
        case .field(let field):
            switch schema.fields[field].kind {
            case .category(let values, _): valueCounts = values.map { _ in 0 }
            case .integer, .number: valueCounts = []
            }
        }
    }

    /// Whether all values of the column are the same; nothing is said of fewer than two.
    var isConstant: Bool {
        if valueCounts.isEmpty {
            guard let range else { return false }
            return range.lowerBound == range.upperBound
        }
        return valueCounts.count { $0 > 0 } == 1
    }

    /// Counts a cell that is what the schema wants: `value` as a record has it.
    mutating func take(_ cell: Span<UInt8>, value: Double) {
        if cell.allSatisfy(ASCII.isBlank) {
            blankCount += 1
        } else if valueCounts.isEmpty {
            widen(to: value)
        } else {
            valueCounts[Int(value)] += 1
        }
    }

    /// Counts a number beyond the bounds that the schema takes.
    mutating func takeOutOfRange(_ cell: Span<UInt8>) {
        if let value = ColumnSummary.number(cell) { widen(to: value) }
    }

    /// Counts an identifier that is one.
    mutating func takeIdentifier(_ cell: Span<UInt8>) {
        if cell.allSatisfy(ASCII.isBlank) { blankCount += 1 }
    }

    /// Counts a cell with a violation.
    mutating func take(_ cell: Span<UInt8>, _ violation: CellViolation) {
        badCount += 1
        if cell.allSatisfy(ASCII.isBlank) {
            blankCount += 1
            return
        }
        switch violation.code {
        case .notAllowed where kind != .identifier: note(cell, line: violation.line)
        case .outOfRange, .notAnInteger:
            if let value = ColumnSummary.number(cell) { widen(to: value) }
        case .notAllowed, .missing, .wrongType, .tooShort, .tooLong, .unknownField: break
        }
    }

    private mutating func widen(to value: Double) {
        guard let range else {
            range = value...value
            return
        }
        self.range = min(range.lowerBound, value)...max(range.upperBound, value)
    }

    private mutating func note(_ cell: Span<UInt8>, line: Int) {
        let text = NamePrefix.text(of: cell, bytesMax: limits.unknownValueBytesMax)
        if let index = unknownValues.firstIndex(where: { $0.text == text }) {
            unknownValues[index].count += 1
        } else if unknownValues.count < limits.unknownValuesMax {
            unknownValues.append(UnknownValue(text: text, count: 1, firstLine: line))
        } else {
            furtherUnknownCount += 1
        }
    }

    /// Nil where no Double holds it.
    private static func number(_ cell: Span<UInt8>) -> Double? {
        do throws(JSONError) {
            var scanner = JSONScanner(cell)
            return try scanner.number().value
        } catch { return nil }
    }
}
