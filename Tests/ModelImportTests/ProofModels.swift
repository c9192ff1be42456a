import Features
import ModelImport
import POSIX
import TestSupport
import Testing

/// Models of invented customers, made rightly and wrongly, with their table and what each of them
/// predicts in Python (`Fixtures/make-proofs.py`), and models that are written for a test.
enum ProofModels {
    static let schemaText = """
        {"type":"object","properties":{
        "id":{"type":"string","x-identifier":true},
        "plan":{"type":"string","enum":["basic","plus","none"]},
        "security":{"type":"string","enum":["Yes","No","No plan"]},
        "months":{"type":"integer","minimum":0,"maximum":60},
        "senior":{"type":"integer","minimum":0,"maximum":1},
        "price":{"type":"number","minimum":0,"maximum":150,"x-blank":0}},
        "required":["plan","security","months","senior","price"],"additionalProperties":false,
        "x-target":{"column":"left","positive":"yes","negative":"no"}}
        """

    static func schema() throws -> Schema { try Schema(json: Array(schemaText.utf8).span) }

    static func customers() throws -> [UInt8] {
        try ImportedModels.fixture("proof-customers.csv")
    }

    static func rows(_ table: [UInt8], needsTarget: Bool = false) throws -> ProofRows {
        try ProofRows(table: table, path: "t.csv", schema: schema(), needsTarget: needsTarget)
    }

    /// The identifiers and one model's column of what is predicted in Python.
    static func expected(_ name: String) throws -> [UInt8] {
        let text = String(decoding: try ImportedModels.fixture("proof-expected.csv"), as: UTF8.self)
        let lines = text.split(separator: "\n").map { $0.split(separator: ",") }
        let column = try #require(lines[0].firstIndex(of: Substring(name)))
        return Array(lines.map { "\($0[0]),\($0[column])\n" }.joined().utf8)
    }

    static func labelled(_ table: [UInt8]) throws -> ProofMaterial {
        var material = ProofMaterial()
        material.labelled = .init(try rows(table, needsTarget: true), file: table)
        return material
    }

    static func expecting(
        _ predictions: [UInt8], of table: [UInt8]
    ) throws -> ProofMaterial {
        var material = ProofMaterial()
        material.expected = .init(
            try Expectations(parsing: predictions, identifier: "id"), file: predictions,
            rows: try rows(table))
        return material
    }

    static func run(
        _ file: [UInt8], _ material: ProofMaterial = ProofMaterial(),
        schema text: String = schemaText, acceptsUnproven: Bool = false
    ) throws -> ModelImport.Result {
        var making = ModelImport(name: "imported", version: "1")
        making.material = material
        making.acceptsUnproven = acceptsUnproven
        return try making.run(file: file, schema: Schema(json: Array(text.utf8).span))
    }

    static func error(
        _ file: [UInt8], _ material: ProofMaterial = ProofMaterial(),
        schema text: String = schemaText
    ) throws -> ImportError? {
        do {
            _ = try run(file, material, schema: text)
        } catch let error as ImportError { return error }
        return nil
    }

    /// A split of a column, and the leaves at its sides.
    struct Stump {
        var column = 0
        let threshold: String
        var isDefaultLeft = false
        var leaves = ("1E-1", "-2E-1")
    }

    static func stumps(
        _ names: [String], _ stumps: [Stump], objective: String = "binary:logistic",
        baseScore: String = "5E-1"
    ) -> [UInt8] {
        let trees = stumps.enumerated().map { index, stump in
            """
            {"categories":[],"categories_nodes":[],"categories_segments":[],"categories_sizes":[],\
            "default_left":[\(stump.isDefaultLeft ? 1 : 0),0,0],"id":\(index),\
            "left_children":[1,-1,-1],"parents":[2147483647,0,0],"right_children":[2,-1,-1],\
            "base_weights":[0E0,0E0,0E0],"loss_changes":[1E0,0E0,0E0],"sum_hessian":[2E0,1E0,1E0],\
            "split_conditions":[\(stump.threshold),\(stump.leaves.0),\(stump.leaves.1)],\
            "split_indices":[\(stump.column),0,0],"split_type":[0,0,0],\
            "tree_param":{"num_deleted":"0","num_feature":"\(names.count)","num_nodes":"3",\
            "size_leaf_vector":"0"}}
            """
        }.joined(separator: ",")
        let list = names.map { "\"\($0)\"" }.joined(separator: ",")
        let classes = stumps.map { _ in "0" }.joined(separator: ",")
        return Array(
            """
            {"learner":{"attributes":{},"feature_names":[\(list)],"feature_types":[],\
            "gradient_booster":{"model":{"gbtree_model_param":{"num_parallel_tree":"1",\
            "num_trees":"\(stumps.count)","size_leaf_vector":"0"},"tree_info":[\(classes)],\
            "trees":[\(trees)]},"name":"gbtree"},"learner_model_param":{\
            "base_score":"\(baseScore)","boost_from_average":"1","num_class":"0",\
            "num_feature":"\(names.count)","num_target":"1"},"objective":{"name":"\(objective)",\
            "reg_loss_param":{"scale_pos_weight":"1"}}},"version":[1,7,4]}
            """.utf8)
    }
}
