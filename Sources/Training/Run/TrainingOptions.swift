/// The options of a training besides its table and schema.
package struct TrainingOptions: Equatable, Sendable {
    package var name: String
    package var version: String
    package var seed: UInt64
    /// Each once, one at least.
    package var candidates = Candidate.allCases
    package var foldCount = 5
    package var repeatCount = 5
    package var search = ParameterSearch()
    package var balancing = Balancing()
    /// Fields by whose values the hold-out is divided into groups that are measured each:
    /// categories, or integers of few values.
    package var groupFields: [String] = []
    /// The column whose rows of one value are kept together; nil for the identifier, if that
    /// repeats.
    package var groupBy: String?
    /// Whether the model that is shipped learns from the hold-out too. The figures of the hold-out
    /// are those of a model that did not.
    package var refits = false
    /// Threads; the result does not depend on it.
    package var threads = 1

    package init(name: String, version: String, seed: UInt64) {
        self.name = name
        self.version = version
        self.seed = seed
    }
}
