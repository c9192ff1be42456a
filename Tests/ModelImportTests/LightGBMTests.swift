import Bundle
import Bytes
import Features
import JSON
import ModelImport
import Models
import Testing

struct LightGBMTests {
    @Test(arguments: [
        "lightgbm-categories", "lightgbm-dummies", "lightgbm-forest", "lightgbm-regression",
    ])
    func `margins are those of LightGBM to a millionth`(name: String) throws {
        let result = try ImportedModels.run(ImportedModels.fixture("\(name).txt"))
        let bundle = try result.bundle.loaded()
        #expect(bundle.ensemble.sumPrecision == .double)
        #expect(bundle.manifest.provenance["saved_by"]?.asString == "LightGBM v4")
        #expect(try LibraryMargins.greatestDifference(bundle.scorer, column: name) <= 1e-6)
    }

    @Test func `categories of pandas are known by the codes in the file`() throws {
        let result = try ImportedModels.run(ImportedModels.fixture("lightgbm-categories.txt"))
        #expect(result.encoding.columns[0].content == .code(order: ["all", "basic", "plus"]))
        #expect(result.encoding.columns[1].content == .code(order: ["No", "Yes"]))
    }

    @Test func `without the categories of pandas the codes must be given`() throws {
        let file = LightGBMModels.small(#"[["all", "basic", "plus"]]"#, "null")
        #expect(
            try ImportedModels.error(file) == .noCodes("plan", values: ["basic", "plus", "all"]))
        let result = try ImportedModels.run(file, columns: LightGBMModels.categories)
        let known = try ImportedModels.run(Array(LightGBMModels.small.utf8))
        #expect(result.bundle.golden == known.bundle.golden)
    }

    @Test func `a blank in a column's name may be an underscore`() throws {
        let schema = ImportedModels.schemaText.replacing("\"plus\",", with: "\"plus two\",")
        let file = LightGBMModels.small("months plan price", "months plan_plus_two price")
        let text = String(decoding: file, as: UTF8.self)
            .replacing("threshold=31.500000000000004 0", with: "threshold=31.5 0.5")
            .replacing("decision_type=2 1", with: "decision_type=2 2")
            .replacing("num_cat=1", with: "num_cat=0").replacing("0:1:2", with: "[0:1]")
            .replacing(#"[["all", "basic", "plus"]]"#, with: "null")
        let result = try ImportedModels.run(Array(text.utf8), schema: schema)
        #expect(result.encoding.columns[1].content == .presence(of: 1))
    }

    /// The first threshold t of XGBoost's x < t for x <= `text`.
    @Test(arguments: [
        ("31.5", Float(31.5).nextUp), ("31.500000000000004", Float(31.5).nextUp),
        ("31.499999999999996", 31.5), ("0.1", 0.1), ("0.10000000149011612", Float(0.1).nextUp),
        ("1.0000000180025095e-35", Float(1e-35).nextUp),
    ])
    func `a threshold separates the same numbers of single precision`(
        text: String, wanted: Float
    ) throws {
        let file = LightGBMModels.small("31.500000000000004", text)
        let ensemble = try ImportedModels.run(file).bundle.loaded().ensemble
        #expect(ensemble.featureUses[0].distinctThresholds == [wanted])
    }

    @Test(arguments: [
        ("version=v4", "version=v2", "version v2 is not supported"),
        ("version=v4\n", "", "version is missing"),
        ("num_class=1", "num_class=3", "num_class other than 1"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=3", "num_tree_per_iteration other"),
        ("label_index=0", "version=v4", "version: expected it once"),
        ("max_feature_idx=2", "max_feature_idx=3", "feature_names: expected 4 names"),
        ("max_feature_idx=2", "max_feature_idx=65535", "max_feature_idx: expected 0 to 65534"),
        ("binary sigmoid:1", "multiclass num_class:3", "objective multiclass num_class:3"),
        ("binary sigmoid:1", "binary sigmoid:-1", "objective: expected binary sigmoid:x"),
        ("binary sigmoid:1", "regression sqrt", "objective regression sqrt is not supported"),
        ("objective=binary sigmoid:1\n", "", "objective none is not supported"),
        ("tree_sizes=1 1 1", "tree_sizes=1 1", "3 trees, expected num_trees = 2"),
        ("Tree=1", "Tree=2", "the line after tree 0: expected Tree=1"),
        ("num_leaves=3", "num_leaves=0", "tree 0: num_leaves: expected 1 to 524288"),
        ("num_leaves=3", "num_leaves=524289", "tree 0: num_leaves: expected 1 to 524288"),
        ("num_leaves=3", "num_leaves=4", "tree 0: leaf_value: expected 4 finite numbers"),
        ("is_linear=0\nshrinkage=1\n", "is_linear=1\nshrinkage=1\n", "tree 0: linear leaves"),
        ("-0.5 0.25", "nan 0.25", "leaf_value: expected 3 finite numbers"),
        ("-0.5 0.25", "inf 0.25", "leaf_value: expected 3 finite numbers"),
        ("-0.5 0.25", "0x1p3 0.25", "leaf_value: expected 3 finite numbers"),
        ("-0.5 0.25", "-0.5  0.25", "leaf_value: expected 3 finite numbers"),
        ("-0.5 0.25", "-1e39 0.25", "beyond single precision"),
        ("split_feature=0 1", "split_feature=3 1", "tree 0: split 0: feature: expected 0 to 2"),
        ("split_feature=0 1", "split_feature=-1 1", "tree 0: split 0: feature: expected 0 to 2"),
        ("decision_type=2 1", "decision_type=12 1", "decision_type: expected a known one"),
        ("decision_type=2 1", "decision_type=18 1", "decision_type: expected a known one"),
        ("left_child=1 -1", "left_child=2 -1", "split 0: child: expected a split or a leaf"),
        ("left_child=1 -1", "left_child=1 -4", "split 1: child: expected a split or a leaf"),
        ("left_child=1 -1", "left_child=1 1", "node 1: reached twice"),
        ("left_child=1 -1", "left_child=0 -1", "node 0: reached twice"),
        ("left_child=1 -1", "left_child=-3 -1", "2 nodes are out of reach"),
        ("31.500000000000004 0", "31.500000000000004 1", "threshold: expected one of 1 sets"),
        ("31.500000000000004 0", "31.5 0.5", "threshold: expected one of 1 sets"),
        ("31.500000000000004", "1e300", "a split of missing values from all others"),
        ("cat_boundaries=0 1", "cat_boundaries=0 0", "cat_boundaries: expected ascending from 0"),
        ("cat_boundaries=0 1", "cat_boundaries=0 2", "cat_threshold: expected 2 integers"),
        ("cat_boundaries=0 1", "cat_boundaries=0 3000000", "bits of categories"),
        ("cat_threshold=5", "cat_threshold=0", "cat_threshold: expected a member in each set"),
        ("cat_threshold=5", "cat_threshold=4294967296", "cat_threshold: expected 1 integers"),
        ("end of trees", "end", "the line after tree 2: expected Tree=3"),
        ("end of parameters", "", "the line \"end of parameters\" is missing"),
        ("pandas_categorical:", "pandas:", "the text after the parameters: expected"),
        ("\"plus\"]]", "\"plus\"", "ends too early"),
    ])
    func `what would make another score is refused by its place`(
        old: String, new: String, words: String
    ) throws {
        let error = try ImportedModels.error(LightGBMModels.small(old, new))
        let text = error.map { "\($0)" } ?? "accepted"
        #expect(text.contains(words), "\(text)")
    }

    @Test(arguments: [-1, 0, 1])
    func `lines of a section have a limit`(excess: Int) throws {
        // The header has nine.
        let lines = (0..<247 + excess).map { "more\($0)=1\n" }.joined()
        let file = LightGBMModels.small("label_index=0\n", "label_index=0\n\(lines)")
        let wanted: ImportError? =
            excess > 0 ? .model(.tooMany("lines", found: 257, most: 256)) : nil
        #expect(try ImportedModels.error(file) == wanted)
    }

    @Test func `0 as a missing value is taken where it goes as other numbers do`() throws {
        // 0 is below 31.5, and goes to the left in both.
        let same = LightGBMModels.small("decision_type=2 1", "decision_type=6 1")
        let other = LightGBMModels.small("decision_type=2 1", "decision_type=4 1")
        let plain = try ImportedModels.run(Array(LightGBMModels.small.utf8))
        #expect(try ImportedModels.run(same).bundle.golden == plain.bundle.golden)
        #expect("\(try #require(try ImportedModels.error(other)))".contains("zero_as_missing"))
    }

    @Test func `a column with missing values in training is visible in the model`() throws {
        var making = ModelImport(name: "imported", version: "1")
        let schema = try ImportedModels.schema()
        let file = LightGBMModels.small("decision_type=2 1", "decision_type=10 1")
        #expect(throws: ImportError.suspicious([.missingValues(columns: ["months"])])) {
            try making.run(file: file, schema: schema)
        }
        making.acceptsUnproven = true
        _ = try making.run(file: file, schema: schema)
        // Splits to either side are no sign of them.
        making.acceptsUnproven = false
        _ = try making.run(file: Array(LightGBMModels.small.utf8), schema: schema)
    }

    @Test func `leaves that single precision cannot hold closely enough are refused`() throws {
        let file = LightGBMModels.small("-0.5 0.25 0.125", "-1000.00001 0.25 0.125")
        let text = String(decoding: file, as: UTF8.self)
            .replacing("-0.1 0.2", with: "1000.00002 1000.00002")
        guard case .imprecise = try ImportedModels.error(Array(text.utf8)) else {
            Issue.record("accepted")
            return
        }
    }

    @Test func `scale_pos_weight is known to the proof by outcomes`() throws {
        let file = LightGBMModels.small("[scale_pos_weight: 1]", "[scale_pos_weight: 2.5]")
        let document = try ImportedModels.run(file).bundle.model
        #expect(String(decoding: document, as: UTF8.self).contains(#""scale_pos_weight":"2.5""#))
    }

    @Test func `lines may end as on Windows`() throws {
        let text = LightGBMModels.small.replacing("\n", with: "\r\n")
        let plain = try ImportedModels.run(Array(LightGBMModels.small.utf8))
        #expect(try ImportedModels.run(Array(text.utf8)).bundle.model == plain.bundle.model)
    }

    @Test func `every proper prefix is refused, or has all that the model needs`() throws {
        let sound = Array(LightGBMModels.small.utf8)
        let model = try ImportedModels.run(sound).bundle.model
        let trees = try #require(LightGBMModels.small.ranges(of: "end of parameters").first)
        let end = LightGBMModels.small.utf8.distance(
            from: LightGBMModels.small.startIndex, to: trees.upperBound)
        for count in 0..<sound.count {
            let prefix = Array(sound[..<count])
            guard count >= end else {
                #expect(try ImportedModels.error(prefix) != nil, "\(count) bytes")
                continue
            }
            guard let result = try? ImportedModels.run(prefix) else { continue }
            #expect(result.bundle.model == model && count == sound.count - 1)
        }
    }

    @Test func `random bytes in a model never do more than make it refused`() throws {
        let sound = Array(LightGBMModels.small.utf8)
        var random = RandomSource(seed: 32)
        var accepted = 0
        for _ in 0..<2000 {
            var file = sound
            for _ in 0...random.next(below: 3) {
                // Digits and marks are changed by others, so that more of the file is still read.
                let place = random.next(below: file.count)
                file[place] =
                    random.next(below: 2) == 0
                    ? UInt8(random.next(below: 256))
                    : sound[random.next(below: sound.count)]
            }
            do throws(ImportError) {
                _ = try ModelImport(name: "imported", version: "1")
                    .run(file: file, schema: ImportedModels.parsedSchema)
                accepted += 1
            } catch {
                if case .marginsDiffer = error { Issue.record("\(error)") }
            }
        }
        #expect(accepted > 0 && accepted < 2000)
    }
}
