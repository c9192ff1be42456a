internal import Models

/// Follows the columns of a model's inputs through its operators to the one that predicts.
struct ONNXReader {
    /// A column on its way: one of an input, a value of it, or a multiple.
    struct Column {
        /// Its place among the columns of all inputs.
        let base: Int
        var element: ONNXElement
        /// The value whose presence it shows.
        var presence: String?
        var mean = 0.0
        var scale = 1.0
        /// Whether a fraction was dropped, which no column of churnd does.
        var isTruncated = false
    }

    struct Tensor {
        var columns: [Column]
        /// Dimensions: 3 where values of several columns stand beside one another, until reshaped.
        var rank = 2
    }

    private enum Value {
        case tensor(Tensor)
        case label
        case probabilities
    }

    /// What predicts, and the columns that it reads.
    private struct PredictedColumns {
        let columns: [Column]
        let model: ONNXPredictor
    }

    static let supported =
        "Cast, Identity, Concat, Reshape, Gather, OneHotEncoder, Scaler, ArrayFeatureExtractor, "
        + "TreeEnsembleClassifier, TreeEnsembleRegressor, LinearClassifier, Normalizer, ZipMap"

    private let graph: ONNXGraph
    private var values: [String: Value] = [:]
    private var baseNames: [String?] = []
    private var columnCount = 0
    private var prediction: PredictedColumns?

    /// What would make another score is refused by name.
    static func model(_ file: [UInt8]) throws(ImportError) -> ConvertedModel {
        let reader: ONNXReader
        let prediction: PredictedColumns
        do throws(ONNXError) {
            var following = ONNXReader(graph: try ONNXGraph(file))
            try following.readInputs()
            for node in following.graph.nodes { try following.follow(node) }
            guard let found = following.prediction else {
                throw .invalid(
                    "the graph",
                    wanted: "TreeEnsembleClassifier, TreeEnsembleRegressor or "
                        + "LinearClassifier")
            }
            prediction = found
            reader = following
        } catch { throw .onnx(error) }
        do throws(ModelError) {
            return try reader.converted(prediction)
        } catch { throw .model(error) }
    }

    private init(graph: ONNXGraph) { self.graph = graph }

    private mutating func readInputs() throws(ONNXError) {
        for input in graph.inputs where graph.constants[input.name] == nil {
            let width = input.width ?? 1
            guard 1...graph.limits.inputsMax ~= width,
                baseNames.count + width <= graph.limits.inputsMax
            else { throw .tooMany("columns of inputs", most: graph.limits.inputsMax) }
            let first = baseNames.count
            baseNames += [String?](repeating: width == 1 ? input.name : nil, count: width)
            try set(
                input.name,
                .tensor(
                    Tensor(
                        columns: (first..<first + width).map {
                            Column(base: $0, element: input.element)
                        })))
        }
    }

    private mutating func set(_ name: String, _ value: Value) throws(ONNXError) {
        if case .tensor(let tensor) = value {
            columnCount += tensor.columns.count
            guard columnCount <= graph.limits.columnsMax else {
                throw .tooMany("columns on the way", most: graph.limits.columnsMax)
            }
        }
        guard values.updateValue(value, forKey: name) == nil else {
            throw .invalid("output \(name.prefix(32))", wanted: "one operator that makes it")
        }
    }

    private mutating func follow(_ node: ONNXGraph.Node) throws(ONNXError) {
        guard let first = node.inputs.first, let output = node.outputs.first else {
            throw .invalid("operator \(node.type.prefix(32))", wanted: "inputs and outputs")
        }
        switch (node.domain, node.type) {
        case ("", "Constant"), ("", "Shape"): throw unsupported(node)
        default: break
        }
        guard let value = values[first] else {
            throw .invalid(
                "input \(first.prefix(32)) of \(node.type.prefix(32))",
                wanted: "an input of the model or an output of an earlier operator")
        }
        switch value {
        case .label, .probabilities: try followOutcome(value, node, output)
        case .tensor(let tensor):
            if let model = try ONNXPredictor(node, graph, columnCount: tensor.columns.count) {
                try take(model, tensor, node)
            } else {
                let transformed = try transform(tensor, node)
                guard transformed.columns.count <= graph.limits.inputsMax else {
                    throw .tooMany("columns of \(node.type)", most: graph.limits.inputsMax)
                }
                try set(output, .tensor(transformed))
            }
        }
    }

    /// What follows the prediction may rename it and nothing else: probabilities add up to 1, so
    /// that the sum they are divided by changes nothing.
    private mutating func followOutcome(
        _ value: Value, _ node: ONNXGraph.Node, _ output: String
    ) throws(ONNXError) {
        switch (node.domain, node.type) {
        case ("", "Cast"), ("", "Identity"), ("ai.onnx.ml", "ZipMap"): try set(output, value)
        case ("ai.onnx.ml", "Normalizer"):
            guard try graph.text("norm", node) == "L1" else {
                throw .unsupported("Normalizer with another norm", wanted: "L1")
            }
            try set(output, value)
        default:
            throw .unsupported(
                "operator \(node.type.prefix(32)) after the prediction",
                wanted: "Cast, Identity, Normalizer or ZipMap")
        }
    }

    private mutating func take(
        _ model: ONNXPredictor, _ tensor: Tensor, _ node: ONNXGraph.Node
    ) throws(ONNXError) {
        guard prediction == nil else {
            throw .unsupported("a second \(node.type)", wanted: "one that predicts")
        }
        guard tensor.rank == 2 else {
            throw .invalid("input of \(node.type)", wanted: "rows of columns")
        }
        for column in tensor.columns {
            guard column.element != .string, !column.isTruncated else {
                let name = baseNames[column.base] ?? "\(column.base)"
                throw .unsupported(
                    "\(column.isTruncated ? "a cast to integers" : "a text") as a number, "
                        + "column \(name.prefix(32))", wanted: "OneHotEncoder or a number")
            }
        }
        prediction = PredictedColumns(columns: tensor.columns, model: model)
        if node.outputs.count == 1 {
            try set(node.outputs[0], .probabilities)
        } else {
            try set(node.outputs[0], .label)
            try set(node.outputs[1], .probabilities)
        }
    }

    private func transform(_ tensor: Tensor, _ node: ONNXGraph.Node) throws(ONNXError) -> Tensor {
        switch (node.domain, node.type) {
        case ("", "Identity"): return tensor
        case ("", "Cast"): return try cast(tensor, node)
        case ("", "Concat"): return try concat(node)
        case ("", "Reshape"):
            guard node.inputs.count == 2, let shape = graph.constants[node.inputs[1]],
                shape.count == 2, shape[0] == -1, shape[1] == tensor.columns.count
            else {
                throw .unsupported(
                    "Reshape to another shape", wanted: "-1 and \(tensor.columns.count)")
            }
            return Tensor(columns: tensor.columns)
        case ("", "Gather"):
            guard try isLast(graph.integer("axis", node) ?? 0, tensor) else {
                throw .unsupported("Gather of rows", wanted: "an axis of columns")
            }
            return try gather(tensor, node)
        case ("ai.onnx.ml", "ArrayFeatureExtractor"): return try gather(tensor, node)
        case ("ai.onnx.ml", "OneHotEncoder"): return try oneHot(tensor, node)
        case ("ai.onnx.ml", "Scaler"): return try scaled(tensor, node)
        default: throw unsupported(node)
        }
    }

    private func unsupported(_ node: ONNXGraph.Node) -> ONNXError {
        let domain = node.domain.isEmpty || node.domain == "ai.onnx.ml" ? "" : "\(node.domain)."
        return .unsupported(
            "operator \((domain + node.type).prefix(64))", wanted: ONNXReader.supported)
    }

    private func cast(_ tensor: Tensor, _ node: ONNXGraph.Node) throws(ONNXError) -> Tensor {
        guard let target = ONNXElement(rawValue: try graph.integer("to", node) ?? 0) else {
            throw .unsupported("Cast to another type", wanted: "numbers or strings")
        }
        var result = tensor
        for index in result.columns.indices {
            let column = result.columns[index]
            let isKept = column.element == target || column.presence != nil
            switch target {
            case .float, .double: if column.element == .string { throw castError }
            case .int64, .int32:
                if column.element == .string { throw castError }
                if !isKept, column.element == .float || column.element == .double {
                    result.columns[index].isTruncated = true
                }
            case .string:
                // A number would be a text with a fraction.
                guard column.element == .string || column.element == .int64 else { throw castError }
            }
            result.columns[index].element = target
        }
        return result
    }

    private var castError: ONNXError {
        .unsupported("Cast between texts and numbers with fractions", wanted: "integers")
    }

    private func concat(_ node: ONNXGraph.Node) throws(ONNXError) -> Tensor {
        var result = Tensor(columns: [])
        for (index, name) in node.inputs.enumerated() {
            guard case .tensor(let part) = values[name] else {
                throw .invalid(
                    "input \(name.prefix(32)) of Concat",
                    wanted: "columns that are known by then")
            }
            guard index == 0 || part.rank == result.rank else {
                throw .invalid("inputs of Concat", wanted: "as many dimensions in each")
            }
            result.rank = part.rank
            result.columns += part.columns
            guard result.columns.count <= graph.limits.inputsMax else {
                throw .tooMany("columns of Concat", most: graph.limits.inputsMax)
            }
        }
        guard try isLast(graph.integer("axis", node) ?? 0, result) else {
            throw .unsupported("Concat of rows", wanted: "an axis of columns")
        }
        return result
    }

    private func isLast(_ axis: Int, _ tensor: Tensor) -> Bool {
        axis == -1 || axis == tensor.rank - 1
    }

    private func gather(_ tensor: Tensor, _ node: ONNXGraph.Node) throws(ONNXError) -> Tensor {
        guard node.inputs.count == 2, let places = graph.constants[node.inputs[1]] else {
            throw .unsupported("\(node.type) of computed columns", wanted: "constant ones")
        }
        guard places.count <= graph.limits.inputsMax else {
            throw .tooMany("columns of \(node.type)", most: graph.limits.inputsMax)
        }
        let count = tensor.columns.count
        var result = Tensor(columns: [], rank: tensor.rank)
        for place in places {
            let index = place < 0 ? place &+ count : place
            guard tensor.columns.indices ~= index else {
                throw .invalid("index of \(node.type)", wanted: "0 to \(count - 1)")
            }
            result.columns.append(tensor.columns[index])
        }
        return result
    }

    private func oneHot(_ tensor: Tensor, _ node: ONNXGraph.Node) throws(ONNXError) -> Tensor {
        guard tensor.columns.count == 1, tensor.rank == 2, let column = tensor.columns.first,
            column.presence == nil, column.mean == 0, column.scale == 1
        else {
            throw .unsupported("OneHotEncoder of several columns", wanted: "one for each column")
        }
        let texts = try graph.texts("cats_strings", node)
        let integers = try graph.integers("cats_int64s", node).map { "\($0)" }
        let isText = column.element == .string
        let categories = isText ? texts : integers
        guard !categories.isEmpty, isText ? integers.isEmpty : texts.isEmpty else {
            throw .invalid(
                "OneHotEncoder", wanted: isText ? "cats_strings" : "cats_int64s")
        }
        return Tensor(
            columns: categories.map { Column(base: column.base, element: .float, presence: $0) },
            rank: 3)
    }

    private func scaled(_ tensor: Tensor, _ node: ONNXGraph.Node) throws(ONNXError) -> Tensor {
        let count = tensor.columns.count
        let offsets = try graph.floats("offset", node)
        let scales = try graph.floats("scale", node)
        guard tensor.rank == 2, [1, count].contains(offsets.count),
            [1, count].contains(scales.count), scales.allSatisfy({ $0 > 0 })
        else {
            throw .invalid("Scaler", wanted: "an offset and a scale above 0 for each column")
        }
        var result = tensor
        for index in result.columns.indices {
            let offset = Double(offsets[offsets.count == 1 ? 0 : index])
            let scale = Double(scales[scales.count == 1 ? 0 : index])
            guard result.columns[index].element != .string else { throw castError }
            result.columns[index].mean += offset * result.columns[index].scale
            result.columns[index].scale /= scale
            result.columns[index].element = .float
        }
        return result
    }

    private func converted(_ prediction: PredictedColumns) throws(ModelError) -> ConvertedModel {
        let columns = prediction.columns
        let writer = XGBoostWriter(
            featureNames: [], featureCount: columns.count, objective: prediction.model.objective)
        let document = try writer.document(prediction.model.source)
        return ConvertedModel(
            library: graph.producer, document: document,
            columns: baseNames.map { SourceColumn(name: $0 ?? "") },
            transformations: columns.map { column in
                SourceTransformation(
                    base: column.base, presence: column.presence, mean: column.mean,
                    scale: column.scale)
            }, columnsWithMissing: [], source: prediction.model.source,
            positiveLabel: prediction.model.positiveLabel)
    }
}
