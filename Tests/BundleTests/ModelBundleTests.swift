import Bundle
import Bytes
import Features
import JSON
import Models
import OpenSSL
import Tables
import TestSupport
import Testing
import XGBoost

struct ModelBundleTests {
    @Test func `a bundle loads with all its golden rows reproduced`() throws {
        let files = try SyntheticBundle()
        let bundle = try files.load()
        #expect(bundle.fullName == "synthetic/1")
        #expect(bundle.goldenRowCount == 100)
        #expect(bundle.ensemble.featureCount == 5)
        #expect(bundle.encoding.columnNames.count == 5)
        #expect(bundle.schema.fields.map(\.name) == ["plan", "months", "price"])
        #expect(bundle.sha256 == SHA256.hexDigest(files.manifest.span))
    }

    @Test func `the bundle of this project loads and is served by the schema of Config`() throws {
        let bundle = try ModelBundle(directory: "\(ProjectPlaces.root)/Models/telco-churn/3")
        #expect(bundle.fullName == "telco-churn/3")
        #expect(bundle.goldenRowCount >= 50)
        #expect(bundle.thresholds == Thresholds(decision: 0.5, high: 0.7, medium: 0.4))
        let schema = try contents(of: "\(ProjectPlaces.root)/Config/telco.schema.json")
        #expect(bundle.schema == (try Schema(json: schema.span)))
    }

    @Test(arguments: ["telco-churn/1", "telco-churn/2", "telco-logistic/1"])
    func `every other bundle that ships loads and takes the records of Config's schema`(
        _ name: String
    ) throws {
        let bundle = try ModelBundle(directory: "\(ProjectPlaces.root)/Models/\(name)")
        #expect(bundle.fullName == name)
        let text = try contents(of: "\(ProjectPlaces.root)/Config/telco.schema.json")
        let schema = try Schema(json: text.span)
        #expect(bundle.schema.fields.map(\.kind) == schema.fields.map(\.kind))
        #expect(bundle.schema.features == schema.features)
    }

    @Test func `a leaf that is one unit off is found by the first golden row it moves`() throws {
        let sound = try SyntheticBundle()
        let wanted = try goldenMargins(sound.load(), sound.golden)
        var foundCount = 0
        let (children, values) = firstTree(of: sound.model)
        for (node, child) in children.enumerated() where child == "-1" {
            let weight = try #require(Float(values[node]))
            var changedValues = values
            changedValues[node] = "\(weight.nextUp)"
            var files = sound
            files.model = sound.model.replacing(
                values.joined(separator: ",") + "],\"split_indices",
                by: changedValues.joined(separator: ",") + "],\"split_indices")
            files.resignModel()
            // A sum may swallow one unit of a small summand: then all scores are the same.
            let changed = try Ensemble(
                xgboostJSON: files.model.span, featureNames: sound.load().encoding.columnNames)
            let found = try goldenMargins(sound.load(), sound.golden, ensemble: changed)
            guard let row = wanted.indices.first(where: { wanted[$0] != found[$0] }) else {
                #expect(loadError(files) == nil)
                continue
            }
            foundCount += 1
            #expect(
                loadError(files)
                    == .goldenRow(row + 1, .margin(found: found[row], wanted: wanted[row])))
        }
        #expect(foundCount >= 2)
    }

    @Test func `a file that is not the manifest's is refused before it is read`() throws {
        let files = try SyntheticBundle()
        var other = files
        other.model.append(UInt8(ascii: " "))
        #expect(
            throws: BundleError.digest(
                .model, found: SHA256.hexDigest(other.model.span),
                wanted: SHA256.hexDigest(files.model.span))
        ) { try other.load() }
        other = files
        other.golden.removeLast()
        #expect(
            throws: BundleError.digest(
                .golden, found: SHA256.hexDigest(other.golden.span),
                wanted: SHA256.hexDigest(files.golden.span))
        ) { try other.load() }
    }

    @Test(arguments: [
        ("\"months\":", "\"years\":", GoldenFault.request),
        ("\"plan\":\"", "\"plan\":\"none", .request),
        ("\"request\":", "\"question\":", .member("request")),
        ("\"margin_bits\":\"0x", "\"margin_bits\":\"0X", .member("margin_bits")),
        ("\"margin_bits\":", "\"margin\":", .member("margin_bits")),
        ("\"probability\":0", "\"probability\":-0", .member("probability")),
        ("\"probability\":0", "\"probability\":1", .member("probability")),
        ("{\"request\"", "[{\"request\"", .malformed(.unexpectedKind(found: .array, offset: 0))),
    ])
    func `a golden row that cannot be read is named`(
        old: String, new: String, fault: GoldenFault
    ) throws {
        var files = try SyntheticBundle()
        var lines = files.golden.split(separator: UInt8(ascii: "\n")).map { Array($0) }
        lines[2] = lines[2].replacing(old, by: new)
        files.golden = lines.flatMap { $0 + [UInt8(ascii: "\n")] }
        files.resignGolden()
        #expect(loadError(files) == .goldenRow(3, fault))
    }

    @Test func `a golden probability may be two units off and not three`() throws {
        var files = try SyntheticBundle()
        let lines = files.golden.split(separator: UInt8(ascii: "\n")).map { Array($0) }
        let first = lines[0]
        let row = try GoldenRow(parsing: first.span)
        for (units, isAccepted) in [(-3, false), (-2, true), (2, true), (3, false)] {
            let bits = UInt32(Int(row.probability.bitPattern) + units)
            let shifted = GoldenRow(
                request: row.request, marginBits: row.marginBits,
                probability: Float(bitPattern: bits))
            var writer = JSONWriter()
            shifted.write(to: &writer)
            files.golden =
                writer.finish() + lines.dropFirst().flatMap { $0 + [UInt8(ascii: "\n")] }
            files.resignGolden()
            let wanted: BundleError? =
                isAccepted
                ? nil
                : .goldenRow(
                    1,
                    .probability(found: row.probability, wanted: Float(bitPattern: bits)))
            #expect(loadError(files) == wanted, "\(units)")
        }
    }

    @Test func `fewer golden rows than the limit prove too little`() throws {
        var files = try SyntheticBundle()
        let lines = files.golden.split(separator: UInt8(ascii: "\n")).map { Array($0) }
        for (count, wanted) in [
            (49, BundleError.goldenRowCount(found: 49, least: 50)), (50, nil), (51, nil),
        ] {
            files.golden = lines[..<count].flatMap { $0 + [UInt8(ascii: "\n")] }
            files.resignGolden()
            #expect(loadError(files) == wanted)
        }
        files.golden = []
        files.resignGolden()
        #expect(loadError(files) == .goldenRowCount(found: 0, least: 50))
    }

    @Test func `each limit of a bundle's files holds at the limit and not above`() throws {
        let files = try SyntheticBundle()
        var limits = ModelLimits()
        limits.manifestBytesMax = files.manifest.count
        limits.modelBytesMax = files.model.count
        limits.goldenBytesMax = files.golden.count
        limits.goldenRowsMax = 100
        _ = try files.load(limits: limits)
        let lower: [(WritableKeyPath<ModelLimits, Int>, BundleError)] = [
            (
                \.manifestBytesMax,
                .tooMany(
                    .manifest, "bytes", found: files.manifest.count,
                    most: files.manifest.count - 1)
            ),
            (
                \.modelBytesMax,
                .model(
                    .tooMany("bytes", found: files.model.count, most: files.model.count - 1))
            ),
            (
                \.goldenBytesMax,
                .tooMany(
                    .golden, "bytes", found: files.golden.count, most: files.golden.count - 1)
            ),
            (\.goldenRowsMax, .tooMany(.golden, "rows", found: 100, most: 99)),
        ]
        for (limit, error) in lower {
            var lowered = limits
            lowered[keyPath: limit] -= 1
            #expect(throws: error) { try files.load(limits: lowered) }
        }
    }

    @Test func `a model of another number of features than the encoding is refused`() throws {
        var files = try SyntheticBundle()
        let rows = (0..<100).map { Float($0) }
        files.model = try SyntheticBundle.model(
            of: rows + rows.flatMap { _ in [Float](repeating: 1, count: 6) }, columnCount: 7,
            labels: rows.map { $0 < 50 ? 0 : 1 })
        files.resignModel()
        #expect(loadError(files) == .model(.featureCount(found: 7, wanted: 5)))
    }

    @Test func `a bundle is read from its directory, and a file that is missing is named`() throws {
        let directory = try TemporaryDirectory()
        let files = try SyntheticBundle()
        for (name, bytes) in [("manifest.json", files.manifest), ("model.json", files.model)] {
            try write(bytes, to: directory.path(of: name))
        }
        #expect {
            try ModelBundle(directory: directory.path)
        } throws: { error in
            "\(error)" == "\(directory.path)/golden.jsonl: open: No such file or directory"
        }
        try write(files.golden, to: directory.path(of: "golden.jsonl"))
        #expect(try ModelBundle(directory: directory.path).sha256 == files.load().sha256)
    }

    @Test func `random bytes in any file of a bundle never do more than make it refused`() throws {
        let sound = try SyntheticBundle()
        var random = RandomSource(seed: 13)
        for round in 0..<1500 {
            var files = sound
            func mutate(_ bytes: inout [UInt8]) {
                bytes[random.next(below: bytes.count)] = UInt8(random.next(below: 256))
            }
            switch round % 3 {
            case 0: mutate(&files.manifest)
            case 1:
                mutate(&files.model)
                files.resignModel()
            default:
                mutate(&files.golden)
                files.resignGolden()
            }
            guard let bundle = try? files.load() else { continue }
            #expect(bundle.goldenRowCount == 100)
        }
    }

    @Test func `a calibrated bundle loads and gives calibrated probabilities`() throws {
        let files = try SyntheticBundle(calibration: .platt(slope: 0.5, intercept: -0.25))
        let bundle = try files.load()
        #expect(bundle.calibration == .platt(slope: 0.5, intercept: -0.25))
        var scorer = bundle.scorer
        let score = scorer.score(Record(values: [1, 12, 99.5]))
        #expect(
            score.probability
                == Logistic.probability(fromMargin: Float(0.5 * Double(score.margin) - 0.25)))
    }

    @Test(.enabled(if: ProjectPlaces.telcoTable != nil))
    func `every customer of the Telco table is scored as XGBoost does`() throws {
        let bundle = try ModelBundle(directory: "\(ProjectPlaces.root)/Models/telco-churn/1")
        let rows = try telcoRows(bundle)
        #expect(rows.count == 7043)
        let document = try contents(of: "\(ProjectPlaces.root)/Models/telco-churn/1/model.json")
        let values = rows.flatMap { $0 }
        let wanted = try Booster.margins(
            of: values.span, columnCount: bundle.encoding.columnCount, document: document.span)
        var different = 0
        for index in rows.indices {
            let row = rows[index]
            let found = bundle.ensemble.margin(row.span)
            if found.bitPattern != wanted[index].bitPattern { different += 1 }
        }
        #expect(different == 0)
    }

    private func loadError(_ files: SyntheticBundle) -> BundleError? {
        do throws(BundleError) { _ = try files.load() } catch { return error }
        return nil
    }

    /// The bits of the margin of each golden row.
    private func goldenMargins(
        _ bundle: ModelBundle, _ golden: [UInt8], ensemble: Ensemble? = nil
    ) throws -> [UInt32] {
        var scorer = ModelScorer(
            ensemble ?? bundle.ensemble, bundle.encoding, schema: bundle.schema)
        return try golden.split(separator: UInt8(ascii: "\n")).map { line in
            let line = Array(line)
            let request = try GoldenRow(parsing: line.span).request
            #expect(try scorer.decode(request.span))
            return scorer.score().margin.bitPattern
        }
    }

    /// Left children and values of the first tree, as the model spells them.
    private func firstTree(of model: [UInt8]) -> (children: [String], values: [String]) {
        let text = String(decoding: model, as: UTF8.self)
        func list(_ name: String) -> [String] {
            guard let start = text.ranges(of: "\"\(name)\":[").first?.upperBound else { return [] }
            return text[start...].prefix { $0 != "]" }.split(separator: ",").map { String($0) }
        }
        return (list("left_children"), list("split_conditions"))
    }
}

/// The encoded rows of the Telco table.
private func telcoRows(_ bundle: ModelBundle) throws -> [[Float]] {
    let table = try contents(of: try #require(ProjectPlaces.telcoTable))
    var reader = CSVReader()
    var decoder: TableDecoder?
    var row = [Float](repeating: 0, count: bundle.encoding.columnCount)
    var rows: [[Float]] = []
    var offset = 0
    while try reader.next(in: table.span, from: &offset) || reader.finish() {
        guard var begun = decoder else {
            decoder = try TableDecoder(schema: bundle.schema, header: reader.record)
            continue
        }
        #expect(try begun.decode(reader.record))
        bundle.encoding.encode(begun.record, into: &row)
        rows.append(row)
    }
    return rows
}
