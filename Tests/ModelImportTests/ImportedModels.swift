import Features
import Models
import ModelImport
import POSIX
import TestSupport

/// The schema of invented customers, and models of it as Python makes them.
enum ImportedModels {
    static let schemaText = """
        {"type":"object","properties":{
        "plan":{"type":"string","enum":["basic","plus","all"],"x-aliases":{"full":"all"}},
        "paperless":{"type":"string","enum":["Yes","No"]},
        "months":{"type":"integer","minimum":0,"maximum":60},
        "senior":{"type":"integer","minimum":0,"maximum":1},
        "price":{"type":"number","minimum":0,"maximum":150}},
        "required":["plan","paperless","months","senior","price"],"additionalProperties":false,
        "x-derived":{"age":{"kind":"bins","field":"months","upperEdges":[12,60],
        "labels":["new","old"]}},
        "x-target":{"column":"left","positive":"yes","negative":"no"}}
        """

    static func schema(_ text: String = schemaText) throws -> Schema {
        try Schema(json: Array(text.utf8).span)
    }

    /// The schema, read once.
    static let parsedSchema: Schema = {
        guard let schema = try? schema() else { preconditionFailure("the schema is one") }
        return schema
    }()

    static func fixture(_ name: String) throws -> [UInt8] {
        try Files.read(
            "\(ProjectPlaces.root)/Tests/ModelImportTests/Fixtures/\(name)", bytesMax: 1 << 20)
    }

    /// A linear model of these columns, each with a weight of its own.
    static func linear(_ names: [String], types: [String] = []) -> [UInt8] {
        func list(_ texts: [String]) -> String {
            "[" + texts.map { "\"\($0)\"" }.joined(separator: ",") + "]"
        }
        let weights = (1...names.count + 1).map { "\($0).5E-1" }.joined(separator: ",")
        return Array(
            """
            {"learner":{"attributes":{},"feature_names":\(list(names)),\
            "feature_types":\(list(types)),\
            "gradient_booster":{"model":{"boosted_rounds":9,"weights":[\(weights)]},\
            "name":"gblinear"},"learner_model_param":{"base_score":"[2.5E-1]",\
            "boost_from_average":"1","num_class":"0","num_feature":"\(names.count)",\
            "num_target":"1"},"objective":{"name":"binary:logistic",\
            "reg_loss_param":{"scale_pos_weight":"1"}}},"version":[3,2,0]}
            """.utf8)
    }

    /// One stump that compares the first of two columns.
    static func stump(_ names: [String], threshold: String, attributes: String = "") -> [UInt8] {
        Array(
            """
            {"learner":{"attributes":{\(attributes)},"feature_names":["\(names[0])","\(names[1])"],\
            "feature_types":[],"gradient_booster":{"model":{"gbtree_model_param":{\
            "num_parallel_tree":"1","num_trees":"1","size_leaf_vector":"0"},"tree_info":[0],\
            "trees":[{"base_weights":[0E0,1E-1,2E-1],"categories":[],"categories_nodes":[],\
            "categories_segments":[],"categories_sizes":[],"default_left":[0,0,0],"id":0,\
            "left_children":[1,-1,-1],"loss_changes":[1E0,0E0,0E0],"parents":[2147483647,0,0],\
            "right_children":[2,-1,-1],"split_conditions":[\(threshold),1E-1,-2E-1],\
            "split_indices":[0,0,0],"split_type":[0,0,0],"sum_hessian":[2E0,1E0,1E0],\
            "tree_param":{"num_deleted":"0","num_feature":"2","num_nodes":"3",\
            "size_leaf_vector":"0"}}]},"name":"gbtree"},"learner_model_param":{\
            "base_score":"5E-1","boost_from_average":"1","num_class":"0","num_feature":"2",\
            "num_target":"1"},"objective":{"name":"binary:logistic",\
            "reg_loss_param":{"scale_pos_weight":"1"}}},"version":[1,7,4]}
            """.utf8)
    }

    static func run(
        _ file: [UInt8], columns: String? = nil, schema text: String = schemaText,
        allRounds: Bool = false
    ) throws -> ModelImport.Result {
        var making = ModelImport(name: "imported", version: "1")
        making.keepsAllRounds = allRounds
        // Models that are written for a test were never trained.
        making.acceptsUnproven = true
        return try making.run(
            file: file, schema: schema(text), columns: columns.map { Array($0.utf8) })
    }

    static func error(
        _ file: [UInt8], columns: String? = nil, schema text: String = schemaText
    ) throws -> ImportError? {
        do {
            _ = try run(file, columns: columns, schema: text)
        } catch let error as ImportError { return error }
        return nil
    }
}
