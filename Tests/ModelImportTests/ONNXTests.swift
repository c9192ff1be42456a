import Bundle
import Bytes
import Features
import JSON
import ModelImport
import Models
import Testing

struct ONNXTests {
    /// Columns of a model with one input for all of them.
    private static let columns = #"""
        ["months","senior","price","plan_all","plan_basic","plan_plus","paperless_No",
        "paperless_Yes"]
        """#

    @Test(arguments: [
        ("onnx-logistic", nil), ("onnx-drop-first", nil), ("onnx-forest", nil),
        ("onnx-boosting", nil), ("onnx-xgboost", columns),
    ])
    func `probabilities are those of onnxruntime to a millionth`(
        name: String, columns: String?
    ) throws {
        let file = try ImportedModels.fixture("\(name).onnx")
        let result = try ImportedModels.run(file, columns: columns)
        let bundle = try result.bundle.loaded()
        let difference = try LibraryMargins.greatestDifference(
            bundle.scorer, column: name, of: { $0.probability })
        #expect(difference <= 1e-6)
        let maker = bundle.manifest.provenance["saved_by"]?.asString
        #expect(maker == (columns == nil ? "skl2onnx 1.19.1" : "OnnxMLTools 1.14.0"))
    }

    @Test func `a model with one input of several columns needs their names`() throws {
        let file = try ImportedModels.fixture("onnx-xgboost.onnx")
        #expect(try ImportedModels.error(file) == .noNames(featureCount: 8))
        #expect(
            try ImportedModels.error(file, columns: #"["months"]"#)
                == .nameCount(found: 1, wanted: 8))
    }

    @Test func `inputs are fields, their values columns, and a scaler is in the encoding`() throws {
        let encoding = try ImportedModels.run(ONNXModels.Model().bytes).encoding
        #expect(encoding.columnNames == ["plan_all", "plan_basic", "plan_plus", "months", "price"])
        #expect(encoding.columns[1].content == .presence(of: 0))
        #expect(encoding.columns[3].mean == 30 && abs(encoding.columns[3].scale - 20) < 1e-5)
    }

    private func margin(
        _ model: ONNXModels.Model, plan: String, months: Int
    ) throws -> Float {
        var scorer = try ImportedModels.run(model.bytes).bundle.loaded().scorer
        let request =
            #"{"plan":"\#(plan)","paperless":"No","months":\#(months),"senior":0,"price":70}"#
        #expect(try scorer.decode(Array(request.utf8).span))
        return scorer.score().margin
    }

    @Test func `trees compare scaled columns and add their base value`() throws {
        let model = ONNXModels.Model()
        #expect(try margin(model, plan: "basic", months: 0) == -0.375)
        #expect(try margin(model, plan: "all", months: 31) == 0.375)
        #expect(try margin(model, plan: "plus", months: 32) == 1.125)
    }

    @Test func `weights are those of the second class, or with SOFTMAX its lead`() throws {
        var model = ONNXModels.Model()
        model.nodes[5] = ONNXModels.weights
        // 2 of the value basic, 0.5 of the intercept, and 4 times −1 of the months.
        #expect(abs(try margin(model, plan: "basic", months: 10) + 1.5) < 1e-5)
        model.nodes[5].attributes["post_transform"] = .text("SOFTMAX")
        #expect(abs(try margin(model, plan: "basic", months: 10) + 3) < 1e-5)
    }

    @Test func `weights of both classes are probabilities of each`() throws {
        var model = ONNXModels.Model()
        model.nodes[5].attributes["class_nodeids"] = .integers([1, 1, 3, 3, 4, 4])
        model.nodes[5].attributes["class_treeids"] = .integers([0, 0, 0, 0, 0, 0])
        model.nodes[5].attributes["class_ids"] = .integers([0, 1, 0, 1, 0, 1])
        model.nodes[5].attributes["class_weights"] = .floats([0.25, 0.75, 0.5, 0.5, 0.875, 0.125])
        model.nodes[5].attributes["base_values"] = nil
        model.nodes[5].attributes["post_transform"] = .text("NONE")
        #expect(try margin(model, plan: "basic", months: 0) == 0.75)
        #expect(try margin(model, plan: "plus", months: 60) == 0.125)
    }

    @Test func `named outcomes must be those of the schema`() throws {
        var model = ONNXModels.Model()
        model.nodes[5].attributes["classlabels_int64s"] = nil
        model.nodes[5].attributes["classlabels_strings"] = .texts(["no", "yes"])
        #expect(try ImportedModels.error(model.bytes) == nil)
        model.nodes[5].attributes["classlabels_strings"] = .texts(["yes", "zero"])
        #expect(
            try ImportedModels.error(model.bytes) == .otherOutcome(found: "zero", wanted: "yes"))
    }

    /// A change of the small model, and what its error says.
    struct Change: Sendable, CustomTestStringConvertible {
        let words: String
        let apply: @Sendable (inout ONNXModels.Model) -> Void
        var testDescription: String { words }

        init(_ words: String, _ apply: @escaping @Sendable (inout ONNXModels.Model) -> Void) {
            self.words = words
            self.apply = apply
        }

        /// Of an attribute of an operator.
        init(
            _ words: String, _ node: Int, _ name: String, _ value: ONNXModels.Attribute?
        ) {
            self.init(words) { $0.nodes[node].attributes[name] = value }
        }
    }

    @Test(arguments: [
        Change("operator Softplus is not supported, expected Cast, Identity") {
            $0.nodes[3].type = "Softplus"
        },
        Change("operator com.microsoft.Scaler is not supported") {
            $0.nodes[3].domain = "com.microsoft"
        },
        Change("operator Softplus after the prediction is not supported") {
            $0.nodes[6].type = "Softplus"
        },
        Change("the graph: expected TreeEnsembleClassifier") { $0.nodes.removeLast(2) },
        Change("input row of TreeEnsembleClassifier: expected an input of the model") {
            $0.nodes.remove(at: 4)
        },
        // A cycle: an operator that reads what a later one makes.
        Change("input scaled of Concat: expected columns that are known") { $0.nodes.swapAt(3, 4) },
        Change("output numbers: expected one operator that makes it") {
            $0.nodes[3].outputs = ["numbers"]
        },
        Change("column plans_all: nothing the schema has") {
            $0.inputs[0].name = "plans"
            $0.nodes[0].inputs = ["plans"]
            $0.nodes[0].outputs = ["x"]
            $0.nodes[1].inputs = ["x", "shape"]
        },
        Change("input plan is not supported, expected numbers") { $0.inputs[0].element = 9 },
        Change("a text as a number, column plan") {
            $0.nodes[4].inputs = ["plan", "months", "price", "scaled"]
        },
        Change("Reshape to another shape is not supported") { $0.constants["shape"] = [-1, 4] },
        Change("Concat of rows is not supported", 2, "axis", .integer(0)),
        Change("inputs of Concat: expected as many dimensions") { $0.nodes[4].inputs[0] = "plans" },
        Change("OneHotEncoder: expected cats_strings", 0, "cats_strings", .texts([])),
        Change("OneHotEncoder: expected cats_strings", 0, "cats_int64s", .integers([1])),
        Change(
            "column plan_gold: nothing the schema has", 0, "cats_strings",
            .texts(["all", "gold", "plus"])),
        Change("Scaler: expected an offset and a scale", 3, "scale", .floats([1, 0])),
        Change("Scaler: expected an offset and a scale", 3, "offset", .floats([1, 2, 3])),
        Change("Scaler.offset: expected finite numbers", 3, "offset", .floats([.nan, 0])),
        Change(
            "TreeEnsembleClassifier of 3 classes", 5, "classlabels_int64s", .integers([0, 1, 2])),
        Change("TreeEnsembleClassifier of other classes", 5, "class_ids", .integers([0, 2, 0])),
        Change("post_transform PROBIT", 5, "post_transform", .text("PROBIT")),
        Change(
            "post_transform LOGISTIC, weights of one class, none below 0", 5, "class_weights",
            .floats([0, 1, 2])),
        Change("post_transform NONE, weights of one class, some below 0", 5, "post_transform", nil),
        Change("with 2 base_values", 5, "base_values", .floats([1, 2])),
        Change(
            "class_weights: expected finite numbers", 5, "class_weights",
            .floats([.infinity, 0, -1])),
        Change(
            "nodes_values: expected finite numbers", 5, "nodes_values",
            .floats([.nan, 0, 0, 0, 0])),
        Change(
            "lists of TreeEnsembleClassifier: expected 5 elements", 5, "nodes_values",
            .floats([0, 0, 0, 0])),
        Change(
            "lists of TreeEnsembleClassifier: expected 5 elements", 5, "nodes_truenodeids",
            .integers([2])),
        Change(
            "lists of TreeEnsembleClassifier: expected 3 elements", 5, "class_ids",
            .integers([0, 0])),
        Change(
            "with mode BRANCH_EQ", 5, "nodes_modes",
            .texts(["BRANCH_EQ", "LEAF", "BRANCH_LT", "LEAF", "LEAF"])),
        Change("of column 5: expected 0 to 4", 5, "nodes_featureids", .integers([5, 0, 3, 0, 0])),
        Change(
            "of column -1: expected 0 to 4", 5, "nodes_featureids", .integers([-1, 0, 3, 0, 0])),
        Change(
            "node 9 of tree 0: expected a node", 5, "nodes_truenodeids",
            .integers([9, 0, 3, 0, 0])),
        Change("reached twice", 5, "nodes_truenodeids", .integers([0, 0, 3, 0, 0])),
        Change("reached twice", 5, "nodes_truenodeids", .integers([2, 0, 2, 0, 0])),
        Change(
            "tree 0: 2 nodes are out of reach", 5, "nodes_modes",
            .texts(["BRANCH_LEQ", "LEAF", "LEAF", "LEAF", "LEAF"])),
        Change(
            "node 1 of tree 0: expected it once", 5, "nodes_nodeids", .integers([0, 1, 1, 3, 4])),
        Change("class_nodeids: expected leaves", 5, "class_nodeids", .integers([1, 3, 2])),
        Change("in double precision", 5, "nodes_values_as_tensor", .integer(0)),
        Change("LinearClassifier: expected 2 times 5 coefficients") {
            $0.nodes[5] = ONNXModels.weights
            $0.nodes[5].attributes["coefficients"] = .floats([1, 2, 3, 4, 5])
        },
        Change("LinearClassifier with post_transform NONE") {
            $0.nodes[5] = ONNXModels.weights
            $0.nodes[5].attributes["post_transform"] = nil
        },
        Change("too many columns of inputs") { $0.inputs[1].width = 65_536 },
        Change("too many operators, expected at most 4096") { model in
            for index in 0..<4097 {
                model.nodes.insert(
                    ONNXModels.Node(
                        type: "Identity", domain: "", inputs: ["months"], outputs: ["i\(index)"]),
                    at: 0)
            }
        },
        Change("too many columns on the way, expected at most 1048576") { model in
            model.inputs.append(("wide", 1, 65_000))
            for index in 0..<17 {
                model.nodes.insert(
                    ONNXModels.Node(
                        type: "Identity", domain: "", inputs: ["wide"], outputs: ["w\(index)"]),
                    at: 0)
            }
        },
    ])
    func `what would make another score is refused by its name`(change: Change) throws {
        var model = ONNXModels.Model()
        change.apply(&model)
        let error = try ImportedModels.error(model.bytes)
        let text = error.map { "\($0)" } ?? "accepted"
        #expect(text.contains(change.words), "\(text)")
    }

    @Test func `columns are picked and cast as the operators say`() throws {
        var model = ONNXModels.Model()
        model.nodes.insert(
            ONNXModels.Node(
                type: "Gather", domain: "", inputs: ["flat", "places"], outputs: ["some"],
                attributes: ["axis": .integer(1)]), at: 2)
        model.nodes[5].inputs[0] = "some"
        model.nodes[6].attributes["nodes_featureids"] = .integers([1, 0, 2, 0, 0])
        let encoding = try ImportedModels.run(model.bytes).encoding
        #expect(encoding.columnNames == ["plan_plus", "plan_all", "months", "price"])
        model.constants["places"] = [3, 0]
        #expect(
            try ImportedModels.error(model.bytes)
                == .onnx(.invalid("index of Gather", wanted: "0 to 2")))
    }

    @Test func `trees of a regression give the outcome itself, or with LOGISTIC its margin`() throws
    {
        var model = ONNXModels.Model()
        model.nodes.removeLast()
        model.nodes[5].type = "TreeEnsembleRegressor"
        model.nodes[5].outputs = ["variable"]
        for (name, value) in model.nodes[5].attributes where name.hasPrefix("class_") {
            model.nodes[5].attributes["target_\(name.dropFirst(6))"] = value
        }
        model.nodes[5].attributes["n_targets"] = .integer(1)
        #expect(try margin(model, plan: "plus", months: 32) == 1.125)
        model.nodes[5].attributes["post_transform"] = .text("NONE")
        let ensemble = try ImportedModels.run(model.bytes).bundle.loaded().ensemble
        #expect(ensemble.objective == .regSquaredError)
        model.nodes[5].attributes["aggregate_function"] = .text("AVERAGE")
        #expect("\(try #require(try ImportedModels.error(model.bytes)))".contains("AVERAGE"))
    }

    @Test func `integers are read as numbers and as values, and numbers not as integers`() throws {
        var model = ONNXModels.Model()
        model.inputs[1].element = 7
        let cast = ONNXModels.Node(
            type: "Cast", domain: "", inputs: ["months"], outputs: ["number"],
            attributes: ["to": .integer(1)])
        model.nodes.insert(cast, at: 0)
        model.nodes[3].inputs[0] = "number"
        #expect(try ImportedModels.error(model.bytes) == nil)
        // A fraction would be lost.
        model.inputs[1].element = 1
        model.nodes[0].attributes["to"] = .integer(7)
        #expect(
            "\(try #require(try ImportedModels.error(model.bytes)))"
                .contains("a cast to integers as a number, column months"))
        model.nodes[0].attributes["to"] = .integer(8)
        #expect(
            "\(try #require(try ImportedModels.error(model.bytes)))"
                .contains("Cast between texts and numbers"))
    }

    @Test func `probabilities are divided by their sum and by nothing else`() throws {
        var model = ONNXModels.Model()
        model.nodes[6] = ONNXModels.Node(
            type: "Normalizer", inputs: ["probabilities"], outputs: ["output"],
            attributes: ["norm": .text("L1")])
        #expect(try ImportedModels.error(model.bytes) == nil)
        model.nodes[6].attributes["norm"] = .text("MAX")
        #expect(
            try ImportedModels.error(model.bytes)
                == .onnx(.unsupported("Normalizer with another norm", wanted: "L1")))
    }

    @Test func `columns may be named, and those of which values are shown by name alone`() throws {
        var model = ONNXModels.Model()
        model.inputs[0].name = "a"
        model.nodes[0].inputs = ["a"]
        let names = #"["plan",{"name":"m","feature":"months","mean":1,"scale":1},"price"]"#
        let encoding = try ImportedModels.run(model.bytes, columns: names).encoding
        #expect(encoding.columnNames == ["plan_all", "plan_basic", "plan_plus", "m", "price"])
        #expect(encoding.columns[3].mean == 31 && abs(encoding.columns[3].scale - 20) < 1e-5)
        let column = #"{"name":"p","feature":"plan","value":"all"}"#
        #expect(
            try ImportedModels.error(
                model.bytes, columns: names.replacing("\"plan\"", with: column))
                == .presenceOfColumn("p"))
    }

    @Test(arguments: [
        ([8, 8, 0x12, 2, 65], ONNXError.truncated(offset: 2)),
        ([8, 8, 0x12, 0, 0x38], .truncated(offset: 5)),
        ([8, 8, 0x12, 0, 0], .field(offset: 4)), ([8, 8, 0x12, 0, 0x3B], .field(offset: 4)),
        ([8, 8, 0x12, 0, 0x3D, 0, 0, 0], .truncated(offset: 5)),
        (
            [8, 8, 0x12, 0, 0x28] + [UInt8](repeating: 0xFF, count: 9) + [1],
            .invalid("graph", wanted: "one")
        ),
        (
            [8, 8, 0x12, 0, 0x28] + [UInt8](repeating: 0xFF, count: 9) + [2],
            .integerTooLong(offset: 5)
        ),
        ([8, 8, 0x12, 0, 0x38, 1], .wrongKind(offset: 4)),
        ([8, 8, 0x12, 1, 0xFF, 0x38], .text(offset: 2)),
    ])
    func `what is not a message of Protocol Buffers is refused at its byte`(
        bytes: [UInt8], error: ONNXError
    ) throws {
        #expect(try ImportedModels.error(bytes) == .onnx(error))
    }

    @Test func `every proper prefix is refused, or has all that the model needs`() throws {
        let sound = try ImportedModels.fixture("onnx-logistic.onnx")
        let model = try ImportedModels.run(sound).bundle.model
        var accepted = 0
        for count in 0..<sound.count {
            guard let result = try? ImportedModels.run(Array(sound[..<count])) else { continue }
            // Without what follows the graph.
            #expect(result.bundle.model == model, "\(count) bytes")
            accepted += 1
        }
        #expect(accepted < 3)
    }

    @Test(arguments: ["onnx-logistic.onnx", "onnx-boosting.onnx"])
    func `random bytes in a model never do more than make it refused`(name: String) throws {
        let sound = try ImportedModels.fixture(name)
        var random = RandomSource(seed: 33)
        var accepted = 0
        for _ in 0..<400 {
            var file = sound
            for _ in 0...random.next(below: 3) {
                file[random.next(below: file.count)] = UInt8(random.next(below: 256))
            }
            do throws(ImportError) {
                _ = try ModelImport(name: "imported", version: "1")
                    .run(file: file, schema: ImportedModels.parsedSchema)
                accepted += 1
            } catch {
                if case .marginsDiffer = error { Issue.record("\(error)") }
            }
        }
        #expect(accepted > 0 && accepted < 400)
    }
}
