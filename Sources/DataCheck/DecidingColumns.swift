package import Features

/// Finds features that alone decide the outcome: columns that are filled only for customers who
/// have already left, such as the date or the reason. It keeps a bounded sample of the rows, evenly
/// spread over the table.
package struct DecidingColumns: Sendable {
    /// A feature, and the area under the ROC curve of ranking rows by it alone.
    package struct Finding: Equatable, Sendable {
        package let name: String
        package let area: Double
    }

    package struct Limits: Sendable {
        /// A feature with this area or more decides alone.
        package var areaMin = 0.98
        /// Rows that are kept at most.
        package var rowsMax = 20_000
        /// With fewer rows of an outcome nothing is stated.
        package var outcomeRowsMin = 10

        package init() {}
    }

    private let schema: Schema
    private let limits: Limits
    private var rows: [(values: [Double], label: Bool)] = []
    /// Every so many rows one is kept.
    private var stride = 1
    private var rowCount = 0

    package init(_ schema: Schema, limits: Limits = Limits()) {
        self.schema = schema
        self.limits = limits
    }

    package mutating func take(_ record: borrowing Record, label: Bool) {
        defer { rowCount += 1 }
        guard rowCount.isMultiple(of: stride) else { return }
        rows.append((record.values, label))
        guard rows.count > limits.rowsMax else { return }
        rows = rows.indices.filter { $0.isMultiple(of: 2) }.map { rows[$0] }
        stride *= 2
    }

    /// The features that decide alone, in the schema's order.
    package var findings: [Finding] {
        let positives = rows.count { $0.label }
        guard min(positives, rows.count - positives) >= limits.outcomeRowsMin else { return [] }
        return schema.features.enumerated().compactMap { index, feature in
            let area =
                feature.categories == nil ? areaOfNumber(index) : areaOfCategory(index)
            return area >= limits.areaMin ? Finding(name: feature.name, area: area) : nil
        }
    }

    /// It does not matter whether the positives have the high or the low numbers.
    private func areaOfNumber(_ index: Int) -> Double {
        let area = DecidingColumns.area(
            rows.map { (score: $0.values[index], weight: 1, isPositive: $0.label) })
        return max(area, 1 - area)
    }

    /// Each row is ranked by the share of positives among the other rows of its value: with its own
    /// outcome a value of one row would seem to decide.
    private func areaOfCategory(_ index: Int) -> Double {
        var counts: [Int: (positives: Int, all: Int)] = [:]
        for row in rows {
            let value = Int(row.values[index])
            counts[value, default: (0, 0)].positives += row.label ? 1 : 0
            counts[value, default: (0, 0)].all += 1
        }
        let prior = Double(rows.count { $0.label }) / Double(rows.count)
        var scored: [(score: Double, weight: Int, isPositive: Bool)] = []
        for (positives, all) in counts.values {
            for isPositive in [true, false] {
                let others = Double(isPositive ? positives - 1 : positives)
                scored.append(
                    (
                        score: (others + prior) / Double(all),
                        weight: isPositive ? positives : all - positives, isPositive: isPositive
                    ))
            }
        }
        return DecidingColumns.area(scored.filter { $0.weight > 0 })
    }

    /// The chance that a positive has a higher score than a negative, a tie counting one half.
    private static func area(
        _ scored: [(score: Double, weight: Int, isPositive: Bool)]
    ) -> Double {
        let sorted = scored.sorted { $0.score < $1.score }
        var (below, total, positives) = (0, 0.0, 0)
        var start = 0
        while start < sorted.count {
            var (tiedPositives, tiedNegatives) = (0, 0)
            var end = start
            while end < sorted.count && sorted[end].score == sorted[start].score {
                if sorted[end].isPositive {
                    tiedPositives += sorted[end].weight
                } else {
                    tiedNegatives += sorted[end].weight
                }
                end += 1
            }
            total += Double(tiedPositives) * (Double(below) + Double(tiedNegatives) / 2)
            positives += tiedPositives
            below += tiedNegatives
            start = end
        }
        return total / (Double(positives) * Double(below))
    }
}
