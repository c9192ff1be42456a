internal import JSON

/// What XGBoost's own JSON says of a model, read in one pass over the bytes: a large model as a
/// tree of values would take many times the memory of its text.
struct XGBoostDocument {
    private(set) var forest = LinkedForest()
    private(set) var featureCount = 0
    private(set) var baseMargin: Float = 0
    /// Empty when the model names no features.
    private(set) var featureNames: [String] = []

    private let limits: ModelLimits
    private var booster: String?
    private var objective: String?
    private var baseScore: String?
    private var statedTreeCount: Int?
    private var statedFeatureCount: Int?
    private var trees: XGBoostTreeReader

    /// Reads a `gbtree` model with the objective `binary:logistic` or `reg:logistic`, as any
    /// XGBoost from 1.6 on saves it. What would make another score is refused by name.
    init(parsing bytes: Span<UInt8>, limits: ModelLimits) throws(ModelError) {
        guard bytes.count <= limits.modelBytesMax else {
            throw .tooMany(.model, "bytes", found: bytes.count, most: limits.modelBytesMax)
        }
        self.limits = limits
        trees = XGBoostTreeReader(limits: limits)
        var scanner = ModelScanner(bytes, of: .model)
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch name {
            case "learner": try readLearner(&scanner)
            default: try scanner.skipValue()
            }
        }
        try scanner.finish()
        try check()
    }

    private mutating func readLearner(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch name {
            case "feature_names": try readFeatureNames(&scanner)
            case "gradient_booster": try readBooster(&scanner)
            case "learner_model_param": try readParameters(&scanner)
            case "objective": try readObjective(&scanner)
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readFeatureNames(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginArray()
        while try scanner.nextElement() {
            guard featureNames.count < limits.featuresMax else {
                throw .tooMany(
                    .model, "feature names", found: featureNames.count + 1,
                    most: limits.featuresMax)
            }
            featureNames.append(try scanner.string())
        }
    }

    private mutating func readBooster(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch name {
            case "name": booster = try scanner.string()
            case "model": try readModel(&scanner)
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readModel(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch name {
            case "gbtree_model_param": try readTreeCount(&scanner)
            case "trees": forest = try trees.read(&scanner)
            case "tree_info":
                // The class each tree votes for.
                try scanner.beginArray()
                while try scanner.nextElement() {
                    guard try scanner.number() == 0 else {
                        throw .unsupported(
                            feature: "tree_info", found: "other than 0", wanted: "one class")
                    }
                }
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readTreeCount(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch name {
            case "num_trees":
                statedTreeCount = try integer(
                    try scanner.string(),
                    "learner.gradient_booster.model.gbtree_model_param.num_trees")
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readParameters(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch name {
            case "base_score": baseScore = try scanner.string()
            case "num_feature":
                statedFeatureCount = try integer(
                    try scanner.string(), "learner.learner_model_param.num_feature")
            case "num_class", "num_target":
                let value = try scanner.string()
                guard value == "0" || value == "1" else {
                    throw .unsupported(feature: name, found: excerpt(value), wanted: "at most 1")
                }
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func readObjective(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch name {
            case "name": objective = try scanner.string()
            default: try scanner.skipValue()
            }
        }
    }

    private mutating func check() throws(ModelError) {
        guard let booster else {
            throw .missing(.model, path: "learner.gradient_booster.name")
        }
        guard booster == "gbtree" else {
            throw .unsupported(feature: "booster", found: excerpt(booster), wanted: "gbtree")
        }
        guard let objective else { throw .missing(.model, path: "learner.objective.name") }
        guard objective == "binary:logistic" || objective == "reg:logistic" else {
            throw .unsupported(
                feature: "objective", found: excerpt(objective),
                wanted: "binary:logistic or reg:logistic")
        }
        guard let statedFeatureCount else {
            throw .missing(.model, path: "learner.learner_model_param.num_feature")
        }
        guard 1...limits.featuresMax ~= statedFeatureCount else {
            throw .invalid(
                .model, path: "learner.learner_model_param.num_feature",
                wanted: "1 to \(limits.featuresMax)")
        }
        featureCount = statedFeatureCount
        guard featureNames.isEmpty || featureNames.count == featureCount else {
            throw .invalid(
                .model, path: "learner.feature_names", wanted: "no name or \(featureCount)")
        }
        guard let statedTreeCount else {
            throw .missing(
                .model, path: "learner.gradient_booster.model.gbtree_model_param.num_trees")
        }
        guard statedTreeCount == forest.roots.count else {
            throw .treeCount(found: forest.roots.count, wanted: statedTreeCount)
        }
        try trees.checkFeatureCount(featureCount)
        guard let baseScore else {
            throw .missing(.model, path: "learner.learner_model_param.base_score")
        }
        baseMargin = try margin(ofBaseScore: baseScore)
    }

    /// A probability, `2.65E-1` in older files and `[2.65E-1]`, a list of one, since XGBoost 3.1.
    private func margin(ofBaseScore text: String) throws(ModelError) -> Float {
        var digits = text[...]
        if digits.hasPrefix("[") && digits.hasSuffix("]") { digits = digits.dropFirst().dropLast() }
        guard let score = Float(digits), 0 < score, score < 1 else {
            throw .invalid(
                .model, path: "learner.learner_model_param.base_score",
                wanted: "one probability between 0 and 1")
        }
        return Logistic.margin(fromProbability: score)
    }

    private func integer(_ text: String, _ path: String) throws(ModelError) -> Int {
        guard let value = Int(text), value >= 0 else {
            throw .invalid(.model, path: path, wanted: "a count")
        }
        return value
    }
}

/// The beginning of a name from a model, fit for a line of a log.
func excerpt(_ text: String) -> String {
    var excerpt = ""
    for scalar in text.unicodeScalars.prefix(32) {
        excerpt.unicodeScalars.append(scalar.properties.generalCategory == .control ? "?" : scalar)
    }
    return excerpt
}
