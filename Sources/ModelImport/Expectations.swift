internal import Features
package import Tables

/// What another program predicts for the rows of a table: one probability a row, with the row's
/// identifier or in the order of the rows.
package struct Expectations: Sendable {
    package struct Entry: Equatable, Sendable {
        /// Its line in the file.
        package let line: Int
        package let identifier: String?
        /// The digits as written in the file.
        package let text: String
        let value: Double
        /// Half a unit of the last digit.
        let halfUnit: Double
    }

    package let entries: [Entry]
    package let hasIdentifiers: Bool

    package static let bytesMax = 1 << 28
    /// Names of a column that holds predictions, where there are others beside it.
    private static let names = [
        "churn_probability", "probability", "prediction", "python", "expected",
    ]

    /// - Parameter identifier: the name of the column with the rows' identifiers.
    package init(
        parsing bytes: [UInt8], identifier: String?
    ) throws(ExpectationError) {
        var ends = LineEndReader()
        let text = ends.replacement(for: bytes.span).map { $0 + ends.finish() } ?? bytes
        var reader = CSVReader()
        var offset = 0
        var layout: Layout?
        var entries: [Entry] = []
        while try Expectations.advance(&reader, in: text.span, from: &offset) {
            let record = Expectations.cells(reader.record)
            guard let columns = layout else {
                let found = try Layout(record, identifier: identifier)
                layout = found
                if !found.hasHeader { entries.append(try found.entry(record, reader.record.line)) }
                continue
            }
            guard entries.count < ProofLimits.rowsMax else {
                throw .tooMany(most: ProofLimits.rowsMax)
            }
            entries.append(try columns.entry(record, reader.record.line))
        }
        guard !entries.isEmpty else { throw .empty }
        if entries.allSatisfy({ $0.value == 0 || $0.value == 1 }) { throw .classes }
        guard entries.contains(where: { $0.halfUnit <= ProofLimits.halfUnitMax }) else {
            throw .tooCoarse
        }
        self.entries = entries
        hasIdentifiers = layout?.identifier != nil
    }

    private static func advance(
        _ reader: inout CSVReader, in text: Span<UInt8>, from offset: inout Int
    ) throws(ExpectationError) -> Bool {
        do throws(CSVError) {
            if try reader.next(in: text, from: &offset) { return true }
            return try reader.finish()
        } catch { throw .table(error) }
    }

    private static func cells(_ record: borrowing CSVRecord) -> [String] {
        (0..<record.count).map { index in
            NamePrefix.text(of: record[index], bytesMax: RecordLimits.unknownNameBytesMax)
        }
    }

    /// Which column is which.
    private struct Layout {
        let hasHeader: Bool
        let identifier: Int?
        let prediction: Int
        let count: Int

        init(_ first: [String], identifier name: String?) throws(ExpectationError) {
            count = first.count
            hasHeader = first.count > 1 || Double(first[0]) == nil
            identifier = hasHeader ? first.firstIndex { $0 == name || $0 == "customer_id" } : nil
            let own = identifier
            let others = first.indices.filter { $0 != own && !first[$0].isEmpty }
            if others.count == 1 || !hasHeader {
                prediction = hasHeader ? others[0] : 0
            } else if let named = others.first(where: { Expectations.names.contains(first[$0]) }) {
                prediction = named
            } else {
                throw .columns(others.map { first[$0] }, identifier: name)
            }
        }

        func entry(_ cells: [String], _ line: Int) throws(ExpectationError) -> Entry {
            guard cells.count == count else {
                throw .ragged(line: line, cells: cells.count, wanted: count)
            }
            let text = cells[prediction]
            guard let value = Double(text), value.isFinite,
                let halfUnit = Expectations.halfUnit(of: text)
            else { throw .notANumber(line: line, text: text) }
            return Entry(
                line: line, identifier: identifier.map { cells[$0] }, text: text, value: value,
                halfUnit: halfUnit)
        }
    }

    /// Half a unit of the last digit of a decimal number: 0.00005 for `0.3724`.
    static func halfUnit(of text: String) -> Double? {
        let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
        guard let mantissa = parts.first, parts.count <= 2 else { return nil }
        let exponent = parts.count == 2 ? Int(parts[1]) : 0
        guard let exponent, exponent.magnitude < 400 else { return nil }
        let fraction = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        let digits = fraction.count == 2 ? fraction[1].count : 0
        guard mantissa.allSatisfy({ $0.isNumber || "+-.".contains($0) }) else { return nil }
        return Double("5e\(exponent - digits - 1)")
    }
}

/// Why a file holds no expected predictions.
package enum ExpectationError: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    case table(CSVError)
    /// Several columns that may be the predictions, or none.
    case columns([String], identifier: String?)
    case ragged(line: Int, cells: Int, wanted: Int)
    case notANumber(line: Int, text: String)
    case tooMany(most: Int)
    /// Zeros and ones alone.
    case classes
    /// Fewer digits than could show a difference.
    case tooCoarse
    /// Predictions without identifiers, another number of them than of rows.
    case count(found: Int, wanted: Int)
    /// A prediction for a row that the table does not have; the same row twice; identifiers where
    /// the table has none.
    case unknownRow(line: Int, identifier: String)
    case repeatedRow(line: Int, identifier: String)
    case noIdentifiers

    package var description: String {
        switch self {
        case .empty: "nothing in it, expected a prediction for each row"
        case .table(let error): "\(error)"
        case .columns(let names, let identifier):
            names.isEmpty
                ? "no column with a name, expected one of probabilities"
                : "columns \(names.joined(separator: ", ")), expected one of probabilities, or "
                    + "\(identifier ?? "an identifier") and one named probability"
        case .ragged(let line, let cells, let wanted):
            "line \(line): \(cells) cells, expected \(wanted)"
        case .notANumber(let line, let text): "line \(line): \"\(text)\", expected a number"
        case .classes: "zeros and ones, expected probabilities: predict_proba(X)[:, 1]"
        case .tooCoarse: "predictions of one or two decimals, expected three at least"
        case .tooMany(let most): "too many predictions, expected at most \(most)"
        case .count(let found, let wanted):
            "\(found) predictions, expected \(wanted), one for each row in the rows' order, or a "
                + "column of identifiers"
        case .unknownRow(let line, let identifier):
            "line \(line): \(identifier) is in no row of the table"
        case .repeatedRow(let line, let identifier):
            "line \(line): \(identifier) for the second time"
        case .noIdentifiers: "identifiers, but the rows have none, expected predictions alone"
        }
    }
}
