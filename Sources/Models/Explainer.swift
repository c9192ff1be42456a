package import Features
package import JSON

/// What the fields of a record add to its margin, against the average of the rows that a model
/// learned from. It keeps its memory from one record to the next, so it belongs to one thread.
///
/// What is added up is the margin: log-odds where the objective is logistic. A probability has no
/// such parts. A part says what goes with a higher margin in the table that was learned, not what
/// causes it.
package struct Explainer: Sendable {
    /// What has a part of its own: a field as it is sent, with its columns and bins, or a count of
    /// several fields.
    package struct Part: Sendable {
        package let name: String
        /// Whether it is not given as a reason.
        package let isProtected: Bool
        package let texts: ReasonTexts
    }

    /// The fields in the schema's order, then the counts.
    package let parts: [Part]
    /// The mean margin of the rows that the model learned from. A margin is this and its record's
    /// contributions.
    package let base: Double
    /// What each part adds to the margin of the row that was explained last, in their order.
    package private(set) var contributions: [Double]

    private let columns: Contributions
    private let means: [Double]
    /// The part of each column.
    private let partOfColumn: [Int]
    private var columnValues: [Double]

    /// Nil where `Contributions` has no values for the model.
    ///
    /// - Parameter means: of each column's contributions over the rows that the model learned from.
    package init?(
        _ ensemble: Ensemble, _ encoding: FeatureEncoding, schema: Schema, means: [Double]
    ) {
        precondition(means.count == encoding.columnCount)
        guard let columns = Contributions(ensemble) else { return nil }
        self.columns = columns
        self.means = means
        base = means.reduce(columns.base, +)
        var parts = schema.fields.enumerated().map { index, field in
            Part(
                name: field.name, isProtected: field.isProtected,
                texts: field.reason ?? Explainer.texts(field.name, place: index))
        }
        var partOfFeature = Array(parts.indices)
        for feature in schema.derived {
            switch feature.kind {
            case .bins(let field, _, _): partOfFeature.append(field)
            case .count:
                partOfFeature.append(parts.count)
                parts.append(
                    Part(
                        name: feature.name, isProtected: false,
                        texts: feature.reason ?? Explainer.texts(feature.name, place: parts.count)))
            }
        }
        self.parts = parts
        partOfColumn = encoding.columns.map { partOfFeature[$0.feature] }
        contributions = [Double](repeating: 0, count: parts.count)
        columnValues = [Double](repeating: 0, count: encoding.columnCount)
    }

    /// Computes the contributions of a row of the encoding.
    package mutating func explain(_ row: Span<Float>) {
        for i in 0..<columnValues.count { columnValues[i] = -means[i] }
        columns.add(row, to: &columnValues)
        for i in 0..<contributions.count { contributions[i] = 0 }
        for i in 0..<columnValues.count { contributions[partOfColumn[i]] += columnValues[i] }
    }

    /// The parts that may be given as reasons, at most `count`, from the one that adds or takes
    /// most. Parts that add nothing are left out.
    package func strongest(_ count: Int) -> [Int] {
        var places: [Int] = []
        for place in parts.indices
        where !parts[place].isProtected && contributions[place] != 0 {
            let size = contributions[place].magnitude
            var position = places.count
            while position > 0, contributions[places[position - 1]].magnitude < size {
                position -= 1
            }
            guard position < count else { continue }
            places.insert(place, at: position)
            if places.count > count { places.removeLast() }
        }
        return places
    }

    private static func texts(_ name: String, place: Int) -> ReasonTexts {
        let number = place + 1
        return ReasonTexts(
            code: number < 10 ? "R0\(number)" : "R\(number)",
            raises: "\(name) raises the risk", lowers: "\(name) lowers the risk")
    }
}

/// How many reasons are given.
package enum ReasonCount: Equatable, Sendable {
    /// Those that may be given, from the one that adds or takes most.
    case strongest(Int)
    /// All parts in the schema's order, protected ones as well, so that they add up.
    case all

    /// The most that a caller may ask for by number.
    package static let most = 64

    /// From `3` or `all`; nil for anything else.
    package init?(_ text: some StringProtocol) {
        if text == "all" {
            self = .all
            return
        }
        guard let count = Int(text), 1...ReasonCount.most ~= count, text.utf8.first != 0x2B else {
            return nil
        }
        self = .strongest(count)
    }
}

/// One reason as callers see it.
package struct FieldReason: Equatable, Sendable {
    package let field: String
    /// What it adds to the margin.
    package let contribution: Double
    /// Whether it raises the probability.
    package var isRaising: Bool { contribution > 0 }
    package let code: String
    package let text: String
}

/// Why a record has its margin.
package struct Explanation: Equatable, Sendable {
    /// The mean margin of the rows that the model learned from.
    package let base: Double
    package let reasons: [FieldReason]
}

extension Explainer {
    /// Why the row that was explained last has its margin.
    package func explanation(_ count: ReasonCount) -> Explanation {
        Explanation(base: base, reasons: reasons(count))
    }

    /// The reasons of the row that was explained last.
    package func reasons(_ count: ReasonCount) -> [FieldReason] {
        let places: [Int] =
            switch count {
            case .strongest(let most): strongest(most)
            case .all: Array(parts.indices)
            }
        return places.map { place in
            let part = parts[place]
            let contribution = contributions[place]
            return FieldReason(
                field: part.name, contribution: contribution, code: part.texts.code,
                text: contribution > 0
                    ? part.texts.raises
                    : contribution < 0 ? part.texts.lowers : "\(part.name) adds nothing")
        }
    }
}

extension JSONWriter {
    /// The members of an answer that explain it: `base_log_odds` and `reasons`.
    package mutating func explanation(_ explanation: Explanation) {
        name("base_log_odds")
        contribution(explanation.base)
        name("reasons")
        beginArray()
        for reason in explanation.reasons {
            beginObject()
            name("field")
            string(reason.field)
            name("contribution")
            contribution(reason.contribution)
            name("direction")
            string(reason.isRaising ? "up" : reason.contribution < 0 ? "down" : "none")
            name("code")
            string(reason.code)
            name("text")
            string(reason.text)
            endObject()
        }
        endArray()
    }

    /// A part of a margin as callers see it: six decimals.
    package mutating func contribution(_ contribution: Double) {
        number(contribution, decimals: 6)
    }
}

/// What each column of a model adds to the margin on average over some records.
package enum MeanContributions {
    /// Of the columns in the encoding's order, to nine decimals; nil where the model has no
    /// contributions or there is no record.
    package static func values(
        _ ensemble: Ensemble, _ encoding: FeatureEncoding, records: [Record]
    ) -> [Double]? {
        guard let contributions = Contributions(ensemble), !records.isEmpty else { return nil }
        var sums = [Double](repeating: 0, count: encoding.columnCount)
        var row = [Float](repeating: 0, count: encoding.columnCount)
        for record in records {
            encoding.encode(record, into: &row)
            contributions.add(row.span, to: &sums)
        }
        return sums.map { sum in
            let mean = (sum / Double(records.count) * 1e9).rounded() / 1e9
            // Minus zero is zero.
            return mean == 0 ? 0 : mean
        }
    }
}
