/// Models of ONNX, written byte by byte.
enum ONNXModels {
    enum Attribute: Sendable {
        case integer(Int)
        case text(String)
        case integers([Int])
        case floats([Float])
        case texts([String])
    }

    struct Node: Sendable {
        var type: String
        var domain = "ai.onnx.ml"
        var inputs: [String]
        var outputs: [String]
        var attributes: [String: Attribute] = [:]
    }

    struct Model {
        /// With the number of the elements' kind and the columns.
        var inputs: [(name: String, element: Int, width: Int)] = [
            ("plan", 8, 1), ("months", 1, 1), ("price", 1, 1),
        ]
        var constants: [String: [Int]] = ["shape": [-1, 3], "places": [2, 0]]
        var nodes = [
            Node(
                type: "OneHotEncoder", inputs: ["plan"], outputs: ["plans"],
                attributes: [
                    "cats_strings": .texts(["all", "basic", "plus"]), "zeros": .integer(0),
                ]),
            Node(type: "Reshape", domain: "", inputs: ["plans", "shape"], outputs: ["flat"]),
            Node(
                type: "Concat", domain: "", inputs: ["months", "price"], outputs: ["numbers"],
                attributes: ["axis": .integer(1)]),
            Node(
                type: "Scaler", inputs: ["numbers"], outputs: ["scaled"],
                attributes: ["offset": .floats([30, 70]), "scale": .floats([0.05, 0.025])]),
            Node(
                type: "Concat", domain: "", inputs: ["flat", "scaled"], outputs: ["row"],
                attributes: ["axis": .integer(1)]),
            trees,
            Node(
                type: "ZipMap", inputs: ["probabilities"], outputs: ["output"],
                attributes: ["classlabels_int64s": .integers([0, 1])]),
        ]

        var bytes: [UInt8] {
            var graph: [UInt8] = []
            for node in nodes { graph += message(1, node.bytes) }
            for (name, values) in constants.sorted(by: { $0.key < $1.key }) {
                graph += message(
                    5,
                    integer(1, values.count) + integer(2, 7)
                        + message(7, values.flatMap { varint(UInt64(bitPattern: Int64($0))) })
                        + message(8, Array(name.utf8)))
            }
            for input in inputs {
                let shape =
                    message(1, message(2, [UInt8]("N".utf8))) + message(1, integer(1, input.width))
                let tensor = integer(1, input.element) + message(2, shape)
                graph += message(
                    11, message(1, Array(input.name.utf8)) + message(2, message(1, tensor)))
            }
            return integer(1, 8) + message(2, Array("made by hand".utf8)) + message(7, graph)
        }
    }

    /// Splits by the value basic, then by months, which are scaled.
    static let trees = Node(
        type: "TreeEnsembleClassifier", inputs: ["row"], outputs: ["label", "probabilities"],
        attributes: [
            "nodes_treeids": .integers([0, 0, 0, 0, 0]),
            "nodes_nodeids": .integers([0, 1, 2, 3, 4]),
            "nodes_featureids": .integers([1, 0, 3, 0, 0]),
            "nodes_modes": .texts(["BRANCH_LEQ", "LEAF", "BRANCH_LT", "LEAF", "LEAF"]),
            "nodes_values": .floats([0.5, 0, 0.075, 0, 0]),
            "nodes_truenodeids": .integers([2, 0, 3, 0, 0]),
            "nodes_falsenodeids": .integers([1, 0, 4, 0, 0]),
            "class_treeids": .integers([0, 0, 0]), "class_nodeids": .integers([1, 3, 4]),
            "class_ids": .integers([0, 0, 0]), "class_weights": .floats([-0.5, 0.25, 1]),
            "base_values": .floats([0.125]), "classlabels_int64s": .integers([0, 1]),
            "post_transform": .text("LOGISTIC"),
        ])

    static let weights = Node(
        type: "LinearClassifier", inputs: ["row"], outputs: ["label", "probabilities"],
        attributes: [
            "coefficients": .floats([-1, -2, -3, -4, -5, 1, 2, 3, 4, 5]),
            "intercepts": .floats([-0.5, 0.5]), "classlabels_ints": .integers([0, 1]),
            "post_transform": .text("LOGISTIC"),
        ])

    static func varint(_ value: UInt64) -> [UInt8] {
        value < 0x80
            ? [UInt8(value)]
            : [UInt8(truncatingIfNeeded: value) | 0x80] + varint(value >> 7)
    }

    /// A field of bytes: a message, a text or a packed list.
    static func message(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        varint(UInt64(number << 3 | 2)) + varint(UInt64(bytes.count)) + bytes
    }

    static func integer(_ number: Int, _ value: Int) -> [UInt8] {
        varint(UInt64(number << 3)) + varint(UInt64(bitPattern: Int64(value)))
    }
}

extension ONNXModels.Node {
    fileprivate var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for input in inputs { bytes += ONNXModels.message(1, Array(input.utf8)) }
        for output in outputs { bytes += ONNXModels.message(2, Array(output.utf8)) }
        bytes += ONNXModels.message(4, Array(type.utf8)) + ONNXModels.message(7, Array(domain.utf8))
        for (name, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
            bytes += ONNXModels.message(
                5, ONNXModels.message(1, Array(name.utf8)) + attribute.bytes)
        }
        return bytes
    }
}

extension ONNXModels.Attribute {
    fileprivate var bytes: [UInt8] {
        switch self {
        case .integer(let value): ONNXModels.integer(3, value)
        case .text(let text): ONNXModels.message(4, Array(text.utf8))
        case .integers(let values): values.flatMap { ONNXModels.integer(8, $0) }
        case .texts(let texts): texts.flatMap { ONNXModels.message(9, Array($0.utf8)) }
        // Unpacked, as ONNX writes them.
        case .floats(let values):
            values.flatMap { value in
                [7 << 3 | 5]
                    + (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
            }
        }
    }
}
