import Bundle
import Features
import JSON
import ModelImport
import Models
import Testing
import XGBoost

extension BundleWriter {
    /// The bundle as churnd would load it.
    func loaded() throws(BundleError) -> ModelBundle {
        try ModelBundle(manifest: manifest.span, model: model.span, golden: golden.span)
    }
}

struct ModelImportTests {
    private static let codes = #"""
        ["months",{"name":"plan","feature":"plan","codes":["all","basic","gold","plus"]},
        "price","paperless_Yes"]
        """#

    @Test(arguments: ["release-3.json", "release-3.ubj"])
    func `a model of XGBoost 3 is imported with the codes it knows`(name: String) throws {
        let file = try ImportedModels.fixture(name)
        let result = try ImportedModels.run(file)
        #expect(
            result.encoding.columns[1].content
                == .code(order: ["all", "basic", "gold", "plus"]))
        #expect(result.encoding.omissions == ["paperless=No", "senior", "age"])
        let bundle = try result.bundle.loaded()
        #expect(bundle.fullName == "imported/1" && bundle.goldenRowCount == 100)
        #expect(bundle.ensemble.baseMargin == Logistic.margin(fromProbability: 0.3))
        #expect(bundle.manifest.provenance["saved_by"]?.asString == "XGBoost 3.2.0")
        // The file goes into the bundle byte for byte.
        if name.hasSuffix(".json") { #expect(result.bundle.model == file) }
    }

    @Test(arguments: ["release-3", "release-1"])
    func `UBJSON gives the bundle that JSON gives, but for its bytes`(name: String) throws {
        let columns = name == "release-1" ? Self.codes : nil
        let json = try ImportedModels.run(ImportedModels.fixture("\(name).json"), columns: columns)
        let binary = try ImportedModels.run(ImportedModels.fixture("\(name).ubj"), columns: columns)
        #expect(json.bundle.golden == binary.bundle.golden)
        #expect(json.encoding == binary.encoding)
    }

    @Test func `a model of XGBoost 1 needs its codes told`() throws {
        let file = try ImportedModels.fixture("release-1.json")
        #expect(
            try ImportedModels.error(file)
                == .noCodes("plan", values: ["basic", "plus", "all"]))
        let result = try ImportedModels.run(file, columns: Self.codes)
        #expect(try result.bundle.loaded().goldenRowCount == 100)
        // Codes in another order are another model.
        let turned = Self.codes.replacing(#""gold","plus""#, with: #""plus","gold""#)
        #expect(
            try ImportedModels.run(file, columns: turned).bundle.golden != result.bundle.golden)
    }

    @Test func `golden margins are not what an older library makes of a newer base score`() throws {
        let file = try ImportedModels.fixture("release-3.json")
        let result = try ImportedModels.run(file)
        let golden = try result.bundle.golden.split(separator: UInt8(ascii: "\n")).map { line in
            let line = Array(line)
            return try GoldenRow(parsing: line.span)
        }
        var decoder = RecordDecoder(schema: try ImportedModels.schema())
        var row = [Float](repeating: 0, count: 4)
        var values: [Float] = []
        for line in golden {
            #expect(try decoder.decode(line.request.span))
            result.encoding.encode(decoder.record, into: &row)
            values += row
        }
        let misread = try Booster(document: file.span)
            .margins(of: DataMatrix(rows: values.span, columnCount: 4))
        let shift = Logistic.margin(fromProbability: 0.3)
        for (line, margin) in zip(golden, misread) {
            let difference = Float(bitPattern: line.marginBits) - margin
            // 1.7 takes the list for one half, of which the margin is 0.
            #expect(abs(difference - shift) < 1e-5 || difference == 0)
        }
    }

    @Test func `categories beyond ASCII, which XGBoost 3 cuts in wrong places, must be told`()
        throws
    {
        let file = String(decoding: try ImportedModels.fixture("release-3.json"), as: UTF8.self)
            .replacing("103,111,108,100", with: "103,-61,-74,100")
        #expect(
            try ImportedModels.error(Array(file.utf8))
                == .noCodes("plan", values: ["basic", "plus", "all"]))
        #expect(
            try ImportedModels.run(Array(file.utf8), columns: Self.codes).encoding.columnCount == 4)
    }

    @Test func `a value the model has never seen is named`() throws {
        let wider = ImportedModels.schemaText.replacing(
            #"["basic","plus","all"]"#, with: #"["basic","plus","all","max"]"#)
        #expect(
            try ImportedModels.error(ImportedModels.fixture("release-3.json"), schema: wider)
                == .unseenCategory("plan", value: "max"))
    }

    @Test func `a model that was stopped early is taken only where all its rounds are wanted`()
        throws
    {
        let best = #""best_iteration":"1","best_score":"0.5""#
        let file = String(decoding: try ImportedModels.fixture("release-3.json"), as: UTF8.self)
            .replacing(#""attributes":{}"#, with: #""attributes":{\#(best)}"#)
        #expect(
            try ImportedModels.error(Array(file.utf8)) == .stoppedEarly(best: 1, rounds: 4))
        #expect(
            try ImportedModels.run(Array(file.utf8), allRounds: true).bundle.loaded()
                .ensemble.treeCount == 4)
        // What was trained to its best round is no question, nor what the attribute does not tell.
        for value in ["3", "many", "-1", "9223372036854775807"] {
            let last = file.replacing(
                #""best_iteration":"1""#, with: #""best_iteration":"\#(value)""#)
            #expect(try ImportedModels.error(Array(last.utf8)) == nil)
        }
    }

    @Test(arguments: [
        ("3.05E1", true), ("6E1", true), ("-1E-5", true), ("1.2E2", true), ("-8.7E-1", false),
        ("1.201E2", false),
    ])
    func `a threshold that no value comes near tells a column that was scaled`(
        threshold: String, isAccepted: Bool
    ) throws {
        let file = ImportedModels.stump(["num__months", "price"], threshold: threshold)
        let wanted: ImportError? =
            isAccepted
            ? nil
            : .thresholdOutside(
                "num__months", threshold: try #require(Float(threshold)), lowest: 0, highest: 60)
        #expect(try ImportedModels.error(file) == wanted)
    }

    @Test func `a column that was scaled is taken with its mean and scale`() throws {
        let columns = #"""
            [{"name":"num__months","feature":"months","mean":32.5,"scale":24.5},"price"]
            """#
        let file = ImportedModels.stump(["num__months", "price"], threshold: "-8.7E-1")
        let result = try ImportedModels.run(file, columns: columns)
        #expect(result.unscaledColumns == [])
        #expect(try result.bundle.loaded().encoding.columns[0].mean == 32.5)
    }

    @Test(arguments: [
        ("", ImportError.notAModel), ("\u{80}pickle", .notAModel),
        ("{", .malformed(.unexpectedEnd(offset: 1))),
        (#"{"learner":{}}"#, .noNames(featureCount: 0)),
    ])
    func `what is no model is refused`(text: String, error: ImportError) throws {
        #expect(try ImportedModels.error(Array(text.utf8)) == error)
    }

    @Test(arguments: [
        (
            "binary:logistic", "rank:pairwise",
            ModelError.unsupported(
                feature: "objective", found: "rank:pairwise",
                wanted: "binary:logistic, reg:logistic or reg:squarederror")
        ),
        ("1.5E-1", "NaN", .weightNotFinite(list: "weights", index: 0)),
        ("1.5E-1", "-Infinity", .weightNotFinite(list: "weights", index: 0)),
    ])
    func `a model that is not served is refused by name`(
        old: String, new: String, error: ModelError
    ) throws {
        let file = String(decoding: ImportedModels.linear(["months"]), as: UTF8.self)
            .replacing(old, with: new)
        #expect(try ImportedModels.error(Array(file.utf8)) == .model(error))
    }
}
