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

    /// What every model here is trained with. Defaults differ between releases of XGBoost.
    static let settings: [(name: String, value: String)] = [
        ("objective", "binary:logistic"), ("tree_method", "hist"), ("max_bin", "64"),
        ("eta", "0.1"), ("min_child_weight", "0.01"), ("base_score", "0.3"), ("seed", "1"),
        ("nthread", "1"), ("verbosity", "0"),
    ]

    /// XGBoost's JSON of a model with these settings on top of the usual ones.
    static func document(
        depth: Int, rounds: Int = 20, rows: SyntheticRows = SyntheticRows(count: 600, seed: 1),
        settings: [(name: String, value: String)] = []
    ) throws -> [UInt8] {
        try document(
            values: rows.values, columnCount: SyntheticRows.columnCount, labels: rows.labels,
            rounds: rounds, settings: [("max_depth", "\(depth)")] + settings)
    }

    static func document(
        values: [Float], columnCount: Int, labels: [Float], rounds: Int,
        settings: [(name: String, value: String)], featureNames: [String] = []
    ) throws -> [UInt8] {
        let matrix = try DataMatrix(rows: values.span, columnCount: columnCount)
        try matrix.setLabels(labels.span)
        let booster = try Booster(
            learning: matrix, parameters: SyntheticModels.settings + settings)
        if !featureNames.isEmpty { try booster.setFeatureNames(featureNames) }
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
        var labels: [Float] = []
        var row = [Float](repeating: 0, count: encoding.columnCount)
        for _ in 0..<400 {
            let plan = random.next(below: 3)
            let months = random.next(below: 61)
            let price = Double(random.next(below: 1500)) / 10
            encoding.encode(
                Record(values: [Double(plan), Double(months), price]), into: &row)
            values += row
            labels.append(price + Double(random.next(below: 60)) > Double(40 + 2 * months) ? 1 : 0)
        }
        let document = try SyntheticModels.document(
            values: values, columnCount: encoding.columnCount, labels: labels, rounds: 10,
            settings: [("max_depth", "2")], featureNames: encoding.columnNames)
        let contents = try BundleWriter(
            model: document, name: "synthetic", version: "1", schema: schema,
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
