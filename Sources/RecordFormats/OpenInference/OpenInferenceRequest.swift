internal import Bytes
internal import JSON

/// What an inference request holds.
package struct OpenInferenceRequest: Equatable, Sendable {
    /// Which answer it is, as the caller names it; nil: not at all.
    package let id: String?
    /// What is wanted, in this order.
    package let outputs: [RequestedOutput]
    /// Whether the request names them; else they are all that there are.
    package let namesOutputs: Bool
    package let texts: RecordTexts
}

/// A column of an answer.
package enum OpenInferenceOutput: String, CaseIterable, Sendable {
    case probability = "churn_probability"
    case prediction = "churn_prediction"
    case risk = "risk_level"
    case customer = "customer_id"

    package var name: String { rawValue }

    /// As the protocol spells it.
    package var datatype: String {
        switch self {
        case .probability: "FP64"
        case .prediction: "BOOL"
        case .risk, .customer: "BYTES"
        }
    }
}

/// A column that is wanted, and its form.
package struct RequestedOutput: Equatable, Sendable {
    package let output: OpenInferenceOutput
    /// In the answer's binary section, not in its JSON.
    package let isBinary: Bool

    package init(_ output: OpenInferenceOutput, isBinary: Bool = false) {
        self.output = output
        self.isBinary = isBinary
    }
}

/// What a request asks for beside its inputs.
struct RequestedAnswer {
    /// Longer ones are refused, since answers repeat them.
    static let idBytesMax = 256

    private(set) var id: String?
    private var isBinary = false
    private var named: [(output: OpenInferenceOutput, isBinary: Bool?)] = []

    var namesOutputs: Bool { !named.isEmpty }

    var outputs: [RequestedOutput] {
        guard namesOutputs else {
            return OpenInferenceOutput.allCases.map { RequestedOutput($0, isBinary: isBinary) }
        }
        return named.map { RequestedOutput($0.output, isBinary: $0.isBinary ?? isBinary) }
    }

    mutating func readID(_ scanner: inout InferenceScanner) throws(RecordFormatError) {
        if try scanner.isAbsent() { return }
        let string = try scanner.string("id")
        let text = scanner.text(string)
        guard text.utf8.count <= RequestedAnswer.idBytesMax else {
            throw .malformed(
                detail: "id has \(text.utf8.count) bytes, "
                    + "expected at most \(RequestedAnswer.idBytesMax)")
        }
        id = text
    }

    mutating func readParameters(_ scanner: inout InferenceScanner) throws(RecordFormatError) {
        if try scanner.isAbsent() { return }
        try scanner.beginObject("parameters")
        while let member = try scanner.nextName() {
            if scanner.equals(member, "binary_data_output") {
                isBinary = try scanner.bool("binary_data_output")
            } else {
                _ = try scanner.value()
            }
        }
    }

    mutating func readOutputs(_ scanner: inout InferenceScanner) throws(RecordFormatError) {
        if try scanner.isAbsent() { return }
        try scanner.beginArray("outputs")
        var place = 0
        while try scanner.nextElement() {
            let wanted = try RequestedAnswer.readOutput(&scanner, "outputs[\(place)]")
            guard !named.contains(where: { $0.output == wanted.output }) else {
                throw .malformed(
                    detail: "outputs[\(place)] is \(wanted.output.name) for the second time")
            }
            named.append(wanted)
            place += 1
        }
    }

    private static func readOutput(
        _ scanner: inout InferenceScanner, _ title: String
    ) throws(RecordFormatError) -> (output: OpenInferenceOutput, isBinary: Bool?) {
        var name: JSONString?
        var isBinary: Bool?
        try scanner.beginObject(title)
        while let member = try scanner.nextName() {
            if scanner.equals(member, "name") {
                name = try scanner.string("name of \(title)")
            } else if scanner.equals(member, "parameters") {
                isBinary = try readParameters(&scanner, of: title)
            } else {
                _ = try scanner.value()
            }
        }
        guard let name else { throw .malformed(detail: "\(title) has no name") }
        guard let output = OpenInferenceOutput(rawValue: scanner.text(name)) else {
            let names = OpenInferenceOutput.allCases.map(\.name).joined(separator: ", ")
            throw .malformed(detail: "\(title) is not an output of this model, expected \(names)")
        }
        return (output, isBinary)
    }

    private static func readParameters(
        _ scanner: inout InferenceScanner, of title: String
    ) throws(RecordFormatError) -> Bool? {
        if try scanner.isAbsent() { return nil }
        var isBinary: Bool?
        try scanner.beginObject("parameters of \(title)")
        while let member = try scanner.nextName() {
            if scanner.equals(member, "binary_data") {
                isBinary = try scanner.bool("binary_data of \(title)")
            } else if scanner.equals(member, "shared_memory_region")
                || scanner.equals(member, "classification")
            {
                // To ignore these would give another answer than the one that is read.
                throw .malformed(
                    detail: "\(title) asks for shared memory or a classification, "
                        + "expected binary_data alone")
            } else {
                _ = try scanner.value()
            }
        }
        return isBinary
    }
}
