import Bytes
import Models
import Testing

/// A sound model of two trees and three features, as XGBoost writes it.
private let sound = Array(
    """
    {"learner":{"attributes":{},"feature_names":[],"feature_types":[],"gradient_booster":{"model":{\
    "gbtree_model_param":{"num_parallel_tree":"1","num_trees":"2","size_leaf_vector":"0"},\
    "tree_info":[0,0],"trees":[\
    {"categories":[],"categories_nodes":[],"default_left":[0,1,0,0,0],"id":0,\
    "left_children":[1,3,-1,-1,-1],"right_children":[2,4,-1,-1,-1],\
    "parents":[2147483647,0,0,1,1],"split_conditions":[5E-1,2.5E0,1E-1,2E-1,-3E-1],\
    "split_indices":[0,2,0,0,0],"split_type":[0,0,0,0,0],\
    "tree_param":{"num_deleted":"0","num_feature":"3","num_nodes":"5","size_leaf_vector":"0"}},\
    {"default_left":[0],"id":1,"left_children":[-1],"right_children":[-1],"parents":[2147483647],\
    "split_conditions":[4E-2],"split_indices":[0],"split_type":[0],\
    "tree_param":{"num_deleted":"0","num_feature":"3","num_nodes":"1","size_leaf_vector":"0"}}]},\
    "name":"gbtree"},"learner_model_param":{"base_score":"5E-1","boost_from_average":"1",\
    "num_class":"0","num_feature":"3","num_target":"1"},\
    "objective":{"name":"binary:logistic","reg_loss_param":{"scale_pos_weight":"1"}}},\
    "version":[1,7,4]}
    """.utf8)

private func load(
    _ document: [UInt8], limits: ModelLimits = ModelLimits()
) throws(ModelError) -> Ensemble {
    try Ensemble(xgboostJSON: document.span, featureNames: ["a", "b", "c"], limits: limits)
}

private func margin(_ ensemble: Ensemble, _ row: [Float]) -> Float { ensemble.margin(row.span) }

struct XGBoostDocumentTests {
    @Test func `a split sends less to the left, the rest to the right, missing by default`() throws
    {
        let ensemble = try load(sound)
        let threshold: Float = 0.5
        let cases: [(row: [Float], leaf: Float)] = [
            ([threshold.nextDown, 0, 2.4], 0.2), ([threshold.nextDown, 0, 2.5], -0.3),
            ([threshold, 0, 0], 0.1), ([.nan, 0, 0], 0.1), ([0, 0, .nan], 0.2),
        ]
        for (row, leaf) in cases { #expect(margin(ensemble, row) == leaf + 0.04, "\(row)") }
    }

    @Test(arguments: [
        ("\"5E-1\"", "\"2.65E-1\""), ("\"5E-1\"", "\"[2.65E-1]\""), ("\"5E-1\"", "\"0.265\""),
    ])
    func `a base score is read in the spelling of every release`(old: String, new: String) throws {
        let ensemble = try load(
            sound.replacing("\"base_score\":" + old, by: "\"base_score\":" + new))
        #expect(ensemble.baseMargin == Logistic.margin(fromProbability: 0.265))
        #expect(abs(ensemble.baseMargin + 1.0201) < 1e-3)
    }

    @Test func `what newer and older releases write besides is passed over`() throws {
        let newer =
            sound
            .replacing(
                "\"model\":{",
                by: "\"model\":{\"cats\":{\"enc\":[],\"feature_segments\":[]},"
                    + "\"iteration_indptr\":[0,1,2],"
            )
            .replacing("\"size_leaf_vector\":\"0\"}},", by: "\"size_leaf_vector\":\"1\"}},")
            .replacing(
                "\"default_left\":[0,1,0,0,0]", by: "\"default_left\":[false,true,false,0,0]")
        #expect(try margin(load(newer), [0, 0, .nan]) == Float(0.2) + 0.04)
    }

    @Test func `a model of XGBoost 3 is scored as XGBoost 3 does`() throws {
        let ensemble = try load(XGBoost3Model.document)
        for (row, bits) in XGBoost3Model.rows {
            #expect(margin(ensemble, row).bitPattern == bits, "\(row)")
        }
    }

    @Test func `the names of features must be those of the encoding`() throws {
        _ = try load(sound.replacing("\"feature_names\":[]", by: #""feature_names":["a","b","c"]"#))
        #expect(throws: ModelError.featureName(index: 1, found: "c", wanted: "b")) {
            try load(sound.replacing("\"feature_names\":[]", by: #""feature_names":["a","c","b"]"#))
        }
    }

    @Test func `a weight is the nearest float to its decimal, also where a double lies half-way`()
        throws
    {
        // 1 + 2⁻²⁴ lies half-way between two floats; the decimal is a little above, and the nearest
        // double is half-way again, from where a second rounding would go down to 1.
        let text = "1.000000059604644775390625000000000000001"
        #expect(Float(Double(text)!) == 1)
        let ensemble = try load(sound.replacing("[4E-2]", by: "[\(text)]"))
        #expect(margin(ensemble, [1, 0, 0]) == Float(0.1) + Float(1).nextUp)
    }

    @Test func `a model may ask for a sum in double precision`() throws {
        // 2⁻²⁴ is lost beside 1 in single precision, and twice of it is not.
        let trees = sound.replacing("-3E-1", by: "5.9604644775390625E-8")
            .replacing("[4E-2]", by: "[5.9604644775390625E-8]")
            .replacing("binary:logistic", by: "reg:squarederror")
            .replacing("\"base_score\":\"5E-1\"", by: "\"base_score\":\"1E0\"")
        let stated = trees.replacing(
            "\"attributes\":{}", by: "\"attributes\":{\"a\":[1],\"churnd_sum\":\"double\"}")
        let row: [Float] = [0, 0, 3]
        #expect(try load(trees).sumPrecision == .single)
        #expect(margin(try load(trees), row) == 1)
        #expect(try load(stated).sumPrecision == .double)
        #expect(margin(try load(stated), row) == Float(1).nextUp)
    }

    @Test(arguments: HostileModel.all)
    func `a model that cannot be scored as XGBoost would is refused by name`(
        hostile: HostileModel
    ) {
        #expect(throws: hostile.error) { try load(hostile.applied(to: sound)) }
    }

    @Test(arguments: HostileModel.categories)
    func `splits by category that cannot be read are refused`(hostile: HostileModel) throws {
        _ = try load(HostileModel.soundCategories)
        #expect(throws: hostile.error) {
            try load(hostile.applied(to: HostileModel.soundCategories))
        }
    }

    @Test(arguments: HostileModel.dart)
    func `weights of trees that are not theirs are refused`(hostile: HostileModel) throws {
        _ = try load(HostileModel.soundDart)
        #expect(throws: hostile.error) { try load(hostile.applied(to: HostileModel.soundDart)) }
    }

    @Test(arguments: HostileModel.linear)
    func `weights of features that are not theirs are refused`(hostile: HostileModel) throws {
        _ = try load(HostileModel.soundLinear)
        #expect(throws: hostile.error) { try load(hostile.applied(to: HostileModel.soundLinear)) }
    }

    @Test func `every proper prefix of a model is refused`() {
        for count in 0..<sound.count {
            #expect(throws: ModelError.self) { try load(Array(sound[..<count])) }
        }
    }

    @Test(arguments: [
        sound, HostileModel.soundCategories, HostileModel.soundDart, HostileModel.soundLinear,
    ])
    func `random bytes in a model never do more than make it refused`(model: [UInt8]) {
        var random = RandomSource(seed: 11)
        var accepted = 0
        for _ in 0..<4000 {
            var document = model
            for _ in 0...random.next(below: 3) {
                document[random.next(below: document.count)] = UInt8(random.next(below: 256))
            }
            // A change of a threshold makes another sound model.
            guard let ensemble = try? load(document) else { continue }
            accepted += 1
            #expect(!margin(ensemble, [0, 1, 2]).isNaN)
        }
        #expect(accepted > 0 && accepted < 4000)
    }

    @Test(arguments: [
        sound, HostileModel.soundCategories, HostileModel.soundDart, HostileModel.soundLinear,
    ])
    func `random digits in a model never do more than make it refused`(model: [UInt8]) {
        var random = RandomSource(seed: 12)
        let digits = model.indices.filter { model[$0] >= 0x30 && model[$0] <= 0x39 }
        for _ in 0..<4000 {
            var document = model
            for _ in 0...random.next(below: 4) {
                document[digits[random.next(below: digits.count)]] = UInt8(
                    0x30 + random.next(below: 10))
            }
            guard let ensemble = try? load(document) else { continue }
            #expect(!margin(ensemble, [0, .nan, 2]).isNaN)
        }
    }

    @Test func `each limit holds at the limit and not above`() throws {
        var limits = ModelLimits()
        limits.modelBytesMax = sound.count
        limits.treesMax = 2
        limits.nodesMax = 5
        limits.featuresMax = 3
        _ = try load(sound, limits: limits)

        func refused(_ change: (inout ModelLimits) -> Void) -> ModelError? {
            var lower = limits
            change(&lower)
            do throws(ModelError) { _ = try load(sound, limits: lower) } catch { return error }
            return nil
        }
        let tooLong = refused { $0.modelBytesMax -= 1 }
        #expect(tooLong == .tooMany("bytes", found: sound.count, most: sound.count - 1))
        #expect(refused { $0.treesMax -= 1 } == .tooMany("trees", found: 2, most: 1))
        let tooManyNodes = refused { $0.nodesMax -= 1 }
        #expect(tooManyNodes == .tooMany("nodes of tree 0", found: 5, most: 4))
        let tooManyFeatures = refused { $0.featuresMax -= 1 }
        #expect(tooManyFeatures == .tooMany("num_feature of tree 0", found: 3, most: 2))
    }

    @Test func `sets of categories take as many bits as the limit and no more`() throws {
        // One set up to 3 and one up to 0, each of whole words.
        var limits = ModelLimits()
        limits.categoryBitsMax = 128
        _ = try load(HostileModel.soundCategories, limits: limits)
        limits.categoryBitsMax = 127
        #expect(throws: ModelError.tree(index: 0, .categoryBits(node: 1, most: 127))) {
            try load(HostileModel.soundCategories, limits: limits)
        }
        let largest = HostileModel.soundCategories
            .replacing("\"categories\":[1,3,0]", by: "\"categories\":[1,16777215,0]")
        limits.categoryBitsMax = 1 << 24
        #expect(throws: ModelError.tree(index: 0, .categoryBits(node: 1, most: 1 << 24))) {
            try load(largest, limits: limits)
        }
        #expect(try margin(load(largest), [16_777_215, 0, 0]) == 0.1)
    }

    @Test func `a weight too many is found at the limit of trees and of features`() throws {
        var limits = ModelLimits()
        limits.treesMax = 2
        _ = try load(HostileModel.soundDart, limits: limits)
        #expect(throws: ModelError.tooMany("weight_drop", found: 3, most: 2)) {
            try load(
                HostileModel.soundDart.replacing("[5E-1,2E-1]", by: "[5E-1,2E-1,1]"),
                limits: limits)
        }
        limits.featuresMax = 3
        _ = try load(HostileModel.soundLinear, limits: limits)
        #expect(throws: ModelError.tooMany("weights", found: 5, most: 4)) {
            try load(HostileModel.soundLinear.replacing("-5E-1]", by: "-5E-1,1]"), limits: limits)
        }
    }

    @Test func `a model too large once it is padded is scored along its links`() throws {
        // A tree of depth 2 takes three splits, a lone leaf none.
        for (most, isPadded) in [(4, true), (3, true), (2, false)] {
            var limits = ModelLimits()
            limits.paddedSplitsMax = most
            let ensemble = try load(sound, limits: limits)
            #expect(ensemble.isPadded == isPadded)
            #expect(margin(ensemble, [0, 0, 2.4]) == Float(0.2) + 0.04)
        }
    }

    @Test func `a branch of a hundred thousand splits is linked without recursion`() throws {
        let splits = 100_000
        let count = 2 * splits + 1
        func list(_ value: (Int) -> String) -> String {
            "[" + (0..<count).map(value).joined(separator: ",") + "]"
        }
        // Splits are the even nodes but the last, each with a leaf and the next split below it.
        func isSplit(_ node: Int) -> Bool { node % 2 == 0 && node < count - 1 }
        let tree = """
            {"left_children":\(list { isSplit($0) ? "\($0 + 1)" : "-1" }),\
            "right_children":\(list { isSplit($0) ? "\($0 + 2)" : "-1" }),\
            "split_indices":\(list { _ in "0" }),"default_left":\(list { _ in "0" }),\
            "split_conditions":\(list { isSplit($0) ? "0" : "1" }),\
            "tree_param":{"num_deleted":"0","num_feature":"3","num_nodes":"\(count)"}}
            """
        let document = Array(
            """
            {"learner":{"gradient_booster":{"model":{"gbtree_model_param":{"num_trees":"1"},\
            "trees":[\(tree)]},"name":"gbtree"},\
            "learner_model_param":{"base_score":"0.5","num_feature":"3"},\
            "objective":{"name":"reg:logistic"}}}
            """.utf8)
        let ensemble = try load(document)
        #expect(ensemble.depth == splits)
        #expect(margin(ensemble, [1, 0, 0]) == 1)
    }
}
