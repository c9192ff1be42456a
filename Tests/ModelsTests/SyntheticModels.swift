import Features
import JSON
import Models
import OpenSSL
import Training
import XGBoost

/// Invented rows and the models XGBoost makes of them.
struct SyntheticRows {
    static let columnCount = 7
    let values: [Float]
    let labels: [Float]

    /// Rows in tenths, so that thresholds and values meet; with `missingShare` of them NaN.
    init(count: Int, seed: UInt64, missingShare: Double = 0) {
        var random = RandomSource(seed: seed)
        var values: [Float] = []
        var labels: [Float] = []
        for _ in 0..<count {
            let row = (0..<Self.columnCount).map { _ in Float(random.next(below: 200)) / 10 }
            let sum = row[0] + row[1] * row[2] / 20 + Float(random.next(below: 100)) / 10
            labels.append(sum > 22 ? 1 : 0)
            values += row.map { random.nextFraction() < missingShare ? .nan : $0 }
        }
        self.values = values
        self.labels = labels
    }

    @_lifetime(borrow self)
    func row(_ index: Int) -> Span<Float> {
        values.span.extracting(index * Self.columnCount..<(index + 1) * Self.columnCount)
    }
}

enum SyntheticModels {
    static let featureNames = (0..<SyntheticRows.columnCount).map { "f\($0)" }

    /// XGBoost's JSON of a model with these settings on top of the usual ones.
    static func document(
        depth: Int, rounds: Int = 20, rows: SyntheticRows = SyntheticRows(count: 600, seed: 1),
        settings: [(name: String, value: String)] = []
    ) throws -> [UInt8] {
        let matrix = try DataMatrix(rows: rows.values.span, columnCount: SyntheticRows.columnCount)
        try matrix.setLabels(rows.labels.span)
        var parameters = BoostingParameters.stumps
        parameters.depthMax = depth
        parameters.childWeightMin = 0.01
        let booster = try Booster(
            learning: matrix,
            parameters: parameters.settings(baseScore: 0.3, seed: 1) + settings)
        for round in 0..<rounds { try booster.update(round: round, learning: matrix) }
        return try booster.document()
    }

    static func ensemble(_ document: [UInt8]) throws -> Ensemble {
        try Ensemble(xgboostJSON: document.span, featureNames: featureNames)
    }
}

/// A whole bundle of an invented schema, its three files in memory.
struct SyntheticBundle {
    static let schemaText = """
        {"type":"object","properties":{
        "plan":{"type":"string","enum":["basic","plus","all"],"x-aliases":{"full":"all"}},
        "months":{"type":"integer","minimum":0,"maximum":60},
        "price":{"type":"number","minimum":0,"maximum":150}},
        "required":["plan","months","price"],"additionalProperties":false,
        "x-target":{"column":"left","positive":"yes","negative":"no"}}
        """

    var manifest: [UInt8]
    var model: [UInt8]
    var golden: [UInt8]

    init(calibration: Calibration = .none) throws {
        let schema = try Schema(json: Array(Self.schemaText.utf8).span)
        let encoding = FeatureEncoding(oneHot: schema)
        var random = RandomSource(seed: 5)
        var values: [Float] = []
        var labels: [Bool] = []
        var row = [Float](repeating: 0, count: encoding.columnCount)
        for _ in 0..<400 {
            let plan = random.next(below: 3)
            let months = random.next(below: 61)
            let price = Double(random.next(below: 1500)) / 10
            encoding.encode(
                Record(values: [Double(plan), Double(months), price]), into: &row)
            values += row
            labels.append(price + Double(random.next(below: 60)) > Double(40 + 2 * months))
        }
        var parameters = BoostingParameters.stumps
        parameters.depthMax = 2
        parameters.rounds = 10
        let trees = try TrainedTrees(
            learning: FeatureMatrix(
                values: values, columnCount: encoding.columnCount, labels: labels),
            featureNames: encoding.columnNames, parameters: parameters, seed: 1)
        let contents = try BundleWriter(
            model: try trees.document(), name: "synthetic", version: "1", schema: schema,
            encoding: encoding, calibration: calibration, thresholds: .standard,
            metrics: JSONObject(), provenance: JSONObject(), seed: 9)
        manifest = contents.manifest
        model = contents.model
        golden = contents.golden
    }

    func load(limits: ModelLimits = ModelLimits()) throws(ModelError) -> ModelBundle {
        try ModelBundle(
            manifest: manifest.span, model: model.span, golden: golden.span, limits: limits)
    }
}

extension [UInt8] {
    /// The text with the first `old` replaced, which must be there.
    func replacing(_ old: String, by new: String) -> [UInt8] {
        let text = String(decoding: self, as: UTF8.self)
        precondition(text.contains(old), "nothing to replace: \(old)")
        return Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
    }
}

extension SyntheticBundle {
    /// Makes the manifest name the model, or the golden rows, as they are now.
    mutating func resignModel() { resign("model.json", model) }
    mutating func resignGolden() { resign("golden.jsonl", golden) }

    private mutating func resign(_ name: String, _ bytes: [UInt8]) {
        let text = String(decoding: manifest, as: UTF8.self)
        let mark = "\"\(name)\": \""
        guard let start = text.ranges(of: mark).first?.upperBound else { preconditionFailure() }
        let end = text.index(start, offsetBy: 64)
        manifest = Array((text[..<start] + SHA256.hexDigest(bytes.span) + text[end...]).utf8)
    }
}
