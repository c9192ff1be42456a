internal import Bytes
internal import JSON

/// What an answer says about one record.
package struct OpenInferenceResult: Equatable, Sendable {
    /// From 0 to 1, not rounded.
    package let probability: Float
    package let isPositive: Bool
    /// The name of the level.
    package let risk: String
    /// The customer's identifier in UTF-8.
    package let customerID: [UInt8]

    package init(probability: Float, isPositive: Bool, risk: String, customerID: [UInt8]) {
        self.probability = probability
        self.isPositive = isPositive
        self.risk = risk
        self.customerID = customerID
    }
}

/// Writes the answers to inference requests: JSON, and after it the outputs that are wanted in
/// binary.
package struct OpenInferenceAnswer {
    /// Of a probability, in JSON and in binary: the same that `/predict` shows.
    private static let decimals = 4
    private static let unitsOfProbability = 10_000.0

    package let modelName: String
    package let modelVersion: String
    /// The request's own.
    package let id: String?
    /// In the order in which they are written.
    package let outputs: [RequestedOutput]

    package init(
        modelName: String, modelVersion: String, id: String?, outputs: [RequestedOutput]
    ) {
        self.modelName = modelName
        self.modelVersion = modelVersion
        self.id = id
        self.outputs = outputs
    }

    /// Writes the content.
    ///
    /// - Returns: how many bytes of it are JSON, which a field has to say; nil where all are.
    package func append(
        _ results: [OpenInferenceResult], to content: inout [UInt8]
    ) -> Int? {
        var binary: [UInt8] = []
        let start = content.count
        var json = JSONWriter(appendingTo: content)
        content = []
        json.beginObject()
        json.name("model_name")
        json.string(modelName)
        json.name("model_version")
        json.string(modelVersion)
        if let id {
            json.name("id")
            json.string(id)
        }
        json.name("outputs")
        json.beginArray()
        for wanted in outputs { append(wanted, of: results, to: &json, &binary) }
        json.endArray()
        json.endObject()
        content = json.finish()
        guard outputs.contains(where: \.isBinary) else { return nil }
        let headerBytes = content.count - start
        content.append(contentsOf: binary)
        return headerBytes
    }

    private func append(
        _ wanted: RequestedOutput, of results: [OpenInferenceResult], to json: inout JSONWriter,
        _ binary: inout [UInt8]
    ) {
        json.beginObject()
        json.name("name")
        json.string(wanted.output.name)
        json.name("shape")
        json.beginArray()
        json.number(results.count)
        json.number(1)
        json.endArray()
        json.name("datatype")
        json.string(wanted.output.datatype)
        if wanted.isBinary {
            let start = binary.count
            for result in results { append(wanted.output, of: result, to: &binary) }
            json.name("parameters")
            json.beginObject()
            json.name("binary_data_size")
            json.number(binary.count - start)
            json.endObject()
        } else {
            json.name("data")
            json.beginArray()
            for result in results { append(wanted.output, of: result, to: &json) }
            json.endArray()
        }
        json.endObject()
    }

    private func append(
        _ output: OpenInferenceOutput, of result: OpenInferenceResult, to json: inout JSONWriter
    ) {
        switch output {
        case .probability:
            json.number(Double(result.probability), decimals: OpenInferenceAnswer.decimals)
        case .prediction: json.bool(result.isPositive)
        case .risk: json.string(result.risk)
        case .customer: json.string(result.customerID.span)
        }
    }

    private func append(
        _ output: OpenInferenceOutput, of result: OpenInferenceResult, to binary: inout [UInt8]
    ) {
        switch output {
        case .probability:
            // Exact: the 24 bits of a Float times 10,000 fit a Double, so that the division alone
            // rounds, to the Double that the decimal digits of the JSON are read as.
            let units = Double(result.probability) * OpenInferenceAnswer.unitsOfProbability
            let rounded =
                units.rounded(.toNearestOrEven) / OpenInferenceAnswer.unitsOfProbability
            OpenInferenceAnswer.append(rounded.bitPattern, bytes: 8, to: &binary)
        case .prediction: binary.append(result.isPositive ? 1 : 0)
        case .risk: OpenInferenceAnswer.append(result.risk.utf8, to: &binary)
        case .customer: OpenInferenceAnswer.append(result.customerID, to: &binary)
        }
    }

    private static func append(
        _ text: some Collection<UInt8>, to binary: inout [UInt8]
    ) {
        append(UInt64(text.count), bytes: 4, to: &binary)
        binary.append(contentsOf: text)
    }

    /// The lowest byte first.
    private static func append(_ bits: UInt64, bytes: Int, to binary: inout [UInt8]) {
        for index in 0..<bytes {
            binary.append(UInt8(truncatingIfNeeded: bits >> UInt64(index * 8)))
        }
    }
}
