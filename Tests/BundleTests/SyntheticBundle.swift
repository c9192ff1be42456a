import Bundle
import Bytes
import Features
import JSON
import Models
import OpenSSL
import POSIX
import XGBoost

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

    /// What wrote the files, as they were at first.
    let writer: BundleWriter
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
        let document = try SyntheticBundle.model(
            of: values, columnCount: encoding.columnCount, labels: labels,
            featureNames: encoding.columnNames)
        let requests = GoldenRequests(schema: schema, seed: 9)
        let margins = try Booster.margins(
            of: requests.values(schema, encoding).span, columnCount: encoding.columnCount,
            document: document.span)
        writer = BundleWriter(
            model: document,
            goldenRows: requests.rows(
                margins: margins, link: .logistic, calibration: calibration),
            name: "synthetic", version: "1", schema: schema, encoding: encoding,
            calibration: calibration, thresholds: .standard, metrics: JSONObject(),
            provenance: JSONObject())
        manifest = writer.manifest
        model = writer.model
        golden = writer.golden
    }

    func load(limits: ModelLimits = ModelLimits()) throws(BundleError) -> ModelBundle {
        try ModelBundle(
            manifest: manifest.span, model: model.span, golden: golden.span, limits: limits)
    }

    /// XGBoost's JSON of a model of rows.
    static func model(
        of values: [Float], columnCount: Int, labels: [Float], featureNames: [String] = []
    ) throws -> [UInt8] {
        let matrix = try DataMatrix(rows: values.span, columnCount: columnCount)
        try matrix.setLabels(labels.span)
        let booster = try Booster(
            learning: matrix,
            parameters: [
                ("objective", "binary:logistic"), ("tree_method", "hist"), ("max_bin", "64"),
                ("eta", "0.1"), ("min_child_weight", "0.01"), ("base_score", "0.3"),
                ("max_depth", "2"), ("seed", "1"), ("nthread", "1"), ("verbosity", "0"),
            ])
        if !featureNames.isEmpty { try booster.setFeatureNames(featureNames) }
        for round in 0..<10 { try booster.update(round: round, learning: matrix) }
        return try booster.document()
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

/// A file that a test takes for granted.
func contents(of path: String) throws -> [UInt8] { try Files.read(path, bytesMax: 1 << 26) }

func write(_ bytes: [UInt8], to path: String) throws {
    try Files.writeAtomically(bytes.span, to: path)
}

extension [UInt8] {
    /// The text with the first `old` replaced, which must be there.
    func replacing(_ old: String, by new: String) -> [UInt8] {
        let text = String(decoding: self, as: UTF8.self)
        precondition(text.contains(old), "nothing to replace: \(old)")
        return Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
    }
}
