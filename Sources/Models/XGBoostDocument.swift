/// What XGBoost's own JSON says of a model, read in one pass over the bytes: a large model as a
/// tree of values would take many times the memory of its text.
struct XGBoostDocument {
    let booster: BoosterKind
    let objective: Objective
    let sumPrecision: SumPrecision
    /// No trees in a linear model.
    let forest: LinkedForest
    /// Nil in a model of trees.
    let linear: LinearModel?
    let featureCount: Int
    let baseMargin: Float
    /// Empty when the model names no features.
    let featureNames: [String]

    /// Reads a model as any XGBoost from 1.6 on saves it. What would make another score is refused
    /// by name.
    init(parsing bytes: Span<UInt8>, limits: ModelLimits) throws(ModelError) {
        guard bytes.count <= limits.modelBytesMax else {
            throw .tooMany("bytes", found: bytes.count, most: limits.modelBytesMax)
        }
        var learner = LearnerReader(limits: limits)
        var scanner = ModelScanner(bytes)
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch name {
            case "learner": try learner.read(&scanner)
            default: try scanner.skipValue()
            }
        }
        try scanner.finish()

        booster = try learner.booster.kind()
        objective = try learner.statedObjective()
        sumPrecision = learner.sumPrecision
        featureCount = try learner.statedFeatureCount()
        featureNames = learner.featureNames
        guard featureNames.isEmpty || featureNames.count == featureCount else {
            throw .invalid(path: "learner.feature_names", wanted: "no name or \(featureCount)")
        }
        switch booster {
        case .gbtree, .dart:
            forest = try learner.booster.forest(booster, featureCount: featureCount)
            linear = nil
        case .gblinear:
            forest = LinkedForest()
            linear = try learner.booster.linear(featureCount: featureCount)
        }
        baseMargin = try learner.baseMargin(objective)
    }
}

/// Reads `learner`, in which members may stand in any order.
private struct LearnerReader {
    private(set) var booster: XGBoostBoosterReader
    private(set) var featureNames: [String] = []
    private(set) var sumPrecision = SumPrecision.single
    private var objective: String?
    private var baseScore: String?
    private var featureCount: Int?
    private let limits: ModelLimits

    init(limits: ModelLimits) {
        self.limits = limits
        booster = XGBoostBoosterReader(limits: limits)
    }

    mutating func read(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch name {
            case "attributes": try readAttributes(&scanner)
            case "feature_names": try readFeatureNames(&scanner)
            case "gradient_booster": try booster.read(&scanner)
            case "learner_model_param": try readParameters(&scanner)
            case "objective": try readObjective(&scanner)
            default: try scanner.skipValue()
            }
        }
    }

    func statedObjective() throws(ModelError) -> Objective {
        guard let objective else { throw .missing(path: "learner.objective.name") }
        guard let known = Objective(rawValue: objective) else {
            throw .unsupported(
                feature: "objective", found: excerpt(objective),
                wanted: "binary:logistic, reg:logistic or reg:squarederror")
        }
        return known
    }

    func statedFeatureCount() throws(ModelError) -> Int {
        guard let featureCount else {
            throw .missing(path: "learner.learner_model_param.num_feature")
        }
        guard 1...limits.featuresMax ~= featureCount else {
            throw .invalid(
                path: "learner.learner_model_param.num_feature",
                wanted: "1 to \(limits.featuresMax)")
        }
        return featureCount
    }

    /// `2.65E-1` in older files and `[2.65E-1]`, a list of one, since XGBoost 3.1.
    func baseMargin(_ objective: Objective) throws(ModelError) -> Float {
        let path = "learner.learner_model_param.base_score"
        guard let baseScore else { throw .missing(path: path) }
        var digits = baseScore[...]
        if digits.hasPrefix("[") && digits.hasSuffix("]") { digits = digits.dropFirst().dropLast() }
        guard let score = Float(digits), let margin = objective.baseMargin(ofScore: score) else {
            throw .invalid(path: path, wanted: objective.baseScoreWanted)
        }
        return margin
    }

    private mutating func readAttributes(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            guard name == SumPrecision.attribute else {
                try scanner.skipValue()
                continue
            }
            let stated = try scanner.string()
            guard let known = SumPrecision(rawValue: stated) else {
                throw .unsupported(
                    feature: name, found: excerpt(stated), wanted: "single or double")
            }
            sumPrecision = known
        }
    }

    private mutating func readFeatureNames(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginArray()
        while try scanner.nextElement() {
            guard featureNames.count < limits.featuresMax else {
                throw .tooMany(
                    "feature names", found: featureNames.count + 1,
                    most: limits.featuresMax)
            }
            featureNames.append(try scanner.string())
        }
    }

    private mutating func readParameters(_ scanner: inout ModelScanner) throws(ModelError) {
        try scanner.beginObject()
        while let name = try scanner.nextName() {
            switch name {
            case "base_score": baseScore = try scanner.string()
            case "num_feature":
                guard let value = Int(try scanner.string()), value >= 0 else {
                    throw .invalid(
                        path: "learner.learner_model_param.num_feature",
                        wanted: "a count")
                }
                featureCount = value
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
}

/// The beginning of a name from a model, fit for a line of a log.
func excerpt(_ text: String) -> String {
    var excerpt = ""
    for scalar in text.unicodeScalars.prefix(32) {
        excerpt.unicodeScalars.append(scalar.properties.generalCategory == .control ? "?" : scalar)
    }
    return excerpt
}
