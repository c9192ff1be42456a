internal import DataCheck
internal import Features
internal import Tables

/// The outcome of a check, as people read it.
struct DataReportText {
    private(set) var lines: [String] = []

    /// Values of a column that are shown, the most frequent first.
    private static let valuesMax = 6

    private let outcome: DataCheckRun.Outcome

    init(_ outcome: DataCheckRun.Outcome) {
        self.outcome = outcome
        let report = outcome.report
        lines.append("\(outcome.tableName): \(report.rowCount) rows, \(unusable(report))")
        lines.append("")
        lines += table(report.columns)
        let unknown = report.columns.flatMap { unknownLines(of: $0) }
        if !unknown.isEmpty { lines += [""] + unknown }
        if let outcomes = report.otherOutcomes { lines += ["", "\(outcomes)"] }
        let odd = DataOddity.allCases.compactMap { oddity in
            report.oddityCounts[oddity].map { "\(oddity.name): \($0)" }
        }
        if !odd.isEmpty { lines += [""] + odd }
        if report.hasForgotten {
            lines += ["", "more rows than are remembered: some may repeat one unnoticed"]
        }
        if !outcome.firstProblems.isEmpty {
            lines += [""] + outcome.firstProblems.map(text)
            let rest = outcome.problemCount - outcome.firstProblems.count
            if rest > 0 { lines.append("and \(rest) more; --errors lists them all") }
        }
    }

    private func unusable(_ report: DataReport) -> String {
        report.unusableCount == 0 ? "all usable" : "\(report.unusableCount) unusable"
    }

    private func table(_ columns: [ColumnSummary]) -> [String] {
        let head = ["column", "type", "blank", "bad", "values"]
        let rows = columns.map { column in
            [
                column.name, column.typeName(in: outcome.schema), "\(column.blankCount)",
                "\(column.badCount)", values(of: column),
            ]
        }
        return TextTable(header: head, rows: rows, numberColumns: 2...3).lines
    }

    private func values(of column: ColumnSummary) -> String {
        if let range = column.range {
            return "\(number(range.lowerBound)) to \(number(range.upperBound))"
        }
        let counted = zip(column.values(in: outcome.schema), column.valueCounts)
            .enumerated().sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
            .map(\.element)
        let total = column.valueCounts.reduce(0, +)
        let shown = counted.prefix(DataReportText.valuesMax).map { value, count in
            column.kind == .target && total > 0
                ? "\(value) \(count) (\(percent(count, of: total)))" : "\(value) \(count)"
        }
        let rest = counted.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? ", \(rest) more" : "")
    }

    private func unknownLines(of column: ColumnSummary) -> [String] {
        var lines = column.unknownValues.map { unknown in
            "\(column.name): unknown value \"\(unknown.text)\", \(times(unknown.count)), "
                + "first in line \(unknown.firstLine)"
        }
        if column.furtherUnknownCount > 0 {
            lines.append(
                "\(column.name): further unknown values, \(times(column.furtherUnknownCount))")
        }
        return lines
    }

    private func text(_ problem: DataProblem) -> String {
        var place = problem.line.map { "line \($0), " } ?? ""
        if let column = problem.column { place += "column \(column), " }
        let found = problem.found.map { ", \($0)" } ?? ""
        return place.isEmpty
            ? "\(problem.severity.rawValue): \(problem.detail)\(found)"
            : "\(place.dropLast(2)): \(problem.severity.rawValue): \(problem.detail)\(found)"
    }

    private func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

    private func number(_ value: Double) -> String {
        Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private func percent(_ count: Int, of total: Int) -> String {
        let tenths = (Double(count) / Double(total) * 1000).rounded()
        return "\(number(tenths / 10)) %"
    }
}

extension DataOddity {
    fileprivate var name: String {
        switch self {
        case .repeatedIdentifier: "rows that repeat an identifier"
        case .repeatedRow: "rows that repeat another but for the identifier"
        case .contradiction: "contradictions"
        case .outOfRange: "numbers beyond their bounds that are taken"
        case .constantColumn: "columns with one value"
        case .decidingColumn: "columns that alone decide the outcome"
        case .missingTarget: "target columns that are not there"
        case .oneClass: "target columns with one outcome"
        case .noRows: "tables without rows"
        }
    }
}
