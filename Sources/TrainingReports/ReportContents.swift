package import Measures

/// All that a report says, as plain data. Texts are shown as they are: nothing in them is markup.
package struct ReportContents: Sendable {
    package var modelName: String
    package var modelVersion: String
    package var data: DataSummary
    package var comparison: ComparisonTable
    package var holdOut: HoldOutMeasures
    /// In any order; the report puts the most important first.
    package var importance: [FieldImportance]
    /// In any order; the report puts the largest effect first.
    package var effects: [EffectShape]
    package var card: ModelCard
    /// The measures of groups on the hold-out.
    package var groups: [GroupMeasures]
    /// What the model was made from and by.
    package var provenance: [Fact]
    /// How many rows of the hold-out the importances and the effects were found on; nil: on all.
    package var importanceRowCount: Int?
    package var effectRowCount: Int?

    package init(
        modelName: String, modelVersion: String, data: DataSummary, comparison: ComparisonTable,
        holdOut: HoldOutMeasures, importance: [FieldImportance], effects: [EffectShape],
        card: ModelCard, groups: [GroupMeasures], provenance: [Fact]
    ) {
        precondition(comparison.candidates.indices.contains(comparison.selected))
        self.modelName = modelName
        self.modelVersion = modelVersion
        self.data = data
        self.comparison = comparison
        self.holdOut = holdOut
        self.importance = importance
        self.effects = effects
        self.card = card
        self.groups = groups
        self.provenance = provenance
    }

    /// The table that was learned from.
    package struct DataSummary: Sendable {
        /// What the table is called.
        package var source: String
        package var rowCount: Int
        package var positiveCount: Int
        /// How many of the rows were kept from training and selection.
        package var holdOutCount: Int
        package var columns: [Column]
        /// What was found or done on reading it.
        package var notes: [String]

        package init(
            source: String, rowCount: Int, positiveCount: Int, holdOutCount: Int,
            columns: [Column], notes: [String]
        ) {
            self.source = source
            self.rowCount = rowCount
            self.positiveCount = positiveCount
            self.holdOutCount = holdOutCount
            self.columns = columns
            self.notes = notes
        }
    }

    /// A column of the table: what it holds, its values or its range as read, and its blank cells.
    package typealias Column = (name: String, kind: String, values: String, blankCount: Int)

    /// The ways of training that were compared on the same folds.
    package struct ComparisonTable: Sendable {
        /// How it was done: folds, repeats, search.
        package var method: String
        package var candidates: [CandidateRow]
        /// Which of them became the model.
        package var selected: Int
        /// By what rule.
        package var reason: String

        package init(method: String, candidates: [CandidateRow], selected: Int, reason: String) {
            self.method = method
            self.candidates = candidates
            self.selected = selected
            self.reason = reason
        }
    }

    /// One way of training, its parameters in a few words, and how it did.
    package typealias CandidateRow = (name: String, settings: String, folds: FoldMeasures)

    /// What a reader has to know before using the model; each text is one point.
    package struct ModelCard: Sendable {
        package var intendedUse: [String]
        package var data: [String]
        package var limits: [String]

        package init(intendedUse: [String], data: [String], limits: [String]) {
            self.intendedUse = intendedUse
            self.data = data
            self.limits = limits
        }
    }

    /// A name and what it stands for.
    package typealias Fact = (name: String, value: String)

    /// The candidate that became the model.
    var selected: CandidateRow { comparison.candidates[comparison.selected] }
}
