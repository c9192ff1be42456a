internal import Bytes
package import Features

/// How much worse a model ranks rows when one field of theirs is exchanged between them: what the
/// field tells that the others do not (Breiman 2001). Features derived from the field follow it.
package struct PermutationImportance: Equatable, Sendable {
    /// One for each field, in the schema's order.
    package let fields: [FieldImportance]

    /// Shuffles each field `repeats` times, two at least. `records` are of `schema` and hold both
    /// classes of `labels`; `score` gives the probability of each record it is handed.
    package init<Failure: Error>(
        _ records: [Record], labels: [Bool], schema: Schema, repeats: Int = 10, seed: UInt64,
        report: (_ fieldsDone: Int) -> Void = { _ in },
        score: (_ records: [Record]) throws(Failure) -> [Double]
    ) throws(Failure) {
        precondition(repeats > 1)
        let whole = Ranking(Predictions(probabilities: try score(records), labels: labels)).rocAUC
        let derivation = Derivation(schema)
        let rows = records.map { Array($0.values.prefix(schema.fields.count)) }
        var random = RandomSource(seed: seed)
        var fields: [FieldImportance] = []
        for (index, field) in schema.fields.enumerated() {
            var drops: [Double] = []
            for _ in 0..<repeats {
                var values = rows.map { $0[index] }
                random.shuffle(&values)
                let shuffled = zip(rows, values).map { row, value in
                    var row = row
                    row[index] = value
                    return derivation.record(of: row)
                }
                let ranking = Ranking(
                    Predictions(probabilities: try score(shuffled), labels: labels))
                drops.append(whole - ranking.rocAUC)
            }
            fields.append(FieldImportance(name: field.name, drop: Spread(drops)))
            report(fields.count)
        }
        self.fields = fields
    }
}

/// The importance of one field.
package struct FieldImportance: Equatable, Sendable {
    package let name: String
    /// By how much the area under the ROC curve falls, over the repeats.
    package let drop: Spread

    package init(name: String, drop: Spread) {
        self.name = name
        self.drop = drop
    }
}
