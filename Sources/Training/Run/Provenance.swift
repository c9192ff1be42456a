package import JSON
internal import Measures

/// What `evaluate` has to know of how a model was made, as its manifest says it.
package struct Provenance: Equatable, Sendable {
    static let dataSHA256 = "data_sha256"
    static let seed = "seed"
    static let holdOutRows = "hold_out_rows"
    static let learnedRows = "learned_rows"
    static let rows = "rows"
    static let positives = "positives"
    static let groupedBy = "grouped_by"

    /// SHA-256 of the table's file.
    package let dataSHA256: String
    package let seed: UInt64
    package let holdOutRows: Int
    /// More than all rows without the hold-out if that was learned from too.
    package let learnedRows: Int
    /// The rows of the table, and those of the positive outcome; nil where they are not stated.
    package let rowCount: Int?
    package let positiveCount: Int?
    /// The column whose rows of one value were kept together; nil where rows were divided singly.
    package let groupedBy: String?

    /// Nil where a manifest does not say how a hold-out was drawn.
    package init?(_ object: JSONObject) {
        guard let dataSHA256 = object[Provenance.dataSHA256]?.asString,
            let seed = object[Provenance.seed]?.asString.flatMap({ UInt64($0) }),
            let holdOutRows = object[Provenance.holdOutRows]?.asNumber.flatMap({ Int(exactly: $0) }
            ),
            let learnedRows = object[Provenance.learnedRows]?.asNumber.flatMap({ Int(exactly: $0) })
        else { return nil }
        self.dataSHA256 = dataSHA256
        self.seed = seed
        self.holdOutRows = holdOutRows
        self.learnedRows = learnedRows
        rowCount = object[Provenance.rows]?.asNumber.flatMap { Int(exactly: $0) }
        positiveCount = object[Provenance.positives]?.asNumber.flatMap { Int(exactly: $0) }
        groupedBy = object[Provenance.groupedBy]?.asString
    }

    /// The rows of the table of the training that were held out; nil where all were learned from.
    func holdOut(of data: TrainingData) throws(TrainingError) -> [Int]? {
        guard learnedRows + holdOutRows == data.records.count else { return nil }
        let groups = groupedBy == nil ? nil : try RowGroups(data, by: groupedBy)
        return FoldPlan(
            labels: data.labels, groups: groups?.numbers, foldCount: 2, repeatCount: 0,
            seeds: RandomSeeds(seed)
        ).holdOut
    }
}
