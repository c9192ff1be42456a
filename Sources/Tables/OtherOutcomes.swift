package import Features

/// The values of a target's column if no row has one of the schema's two values: 0 and 1, or true
/// and false, while the schema has Yes and No.
package struct OtherOutcomes: Equatable, Sendable, CustomStringConvertible {
    /// The different texts, at most `textsMax`.
    package private(set) var texts: [String] = []
    private var rowCount = 0
    private var otherCount = 0
    private let target: TargetColumn?

    /// More than two texts are not another spelling of two outcomes.
    private static let textsMax = 3

    package init(_ target: TargetColumn?) { self.target = target }

    /// Whether at least one row was taken, each has another value, and these are two at most.
    package var areAll: Bool {
        rowCount > 0 && rowCount == otherCount && texts.count < OtherOutcomes.textsMax
    }

    /// Takes a row that `decoder` has just decoded.
    package mutating func take(_ row: borrowing CSVRecord, _ decoder: TableDecoder) {
        rowCount += 1
        guard
            let violation = decoder.violations.first(where: { $0.column == target?.column }),
            violation.code == .notAllowed,
            let index = decoder.columnIndex(named: violation.column)
        else { return }
        otherCount += 1
        guard texts.count < OtherOutcomes.textsMax else { return }
        let text = FoundCell(row[index], isNumber: false).text
        if !texts.contains(text) { texts.append(text) }
    }

    /// The one that means that what is predicted happened, in the usual writings of it.
    private var positive: String? {
        texts.first { ["1", "1.0", "true", "t", "yes", "y", "churned"].contains($0.lowercased()) }
    }

    private var negative: String? { texts.first { $0 != positive } }

    /// One line: what was found, then what to declare.
    package var description: String {
        guard let target else { return "" }
        let found = texts.sorted().map { "\"\($0)\"" }.joined(separator: " and ")
        return "column \(target.column): \(found) in every row, expected "
            + "\"\(target.positive)\" and \"\(target.negative)\"; to learn from this table, the "
            + "schema's x-target must be {\"column\": \"\(target.column)\", \"positive\": "
            + "\"\(positive ?? "the outcome to predict")\", \"negative\": "
            + "\"\(negative ?? "the other")\"}"
    }
}
