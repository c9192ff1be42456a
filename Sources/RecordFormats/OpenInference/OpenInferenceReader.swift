internal import Bytes
package import Features
internal import JSON

/// Reads the inference requests of the Open Inference Protocol v2 over REST, with its extension for
/// binary tensors, as the records of one schema: each input is a field, each row a record.
///
/// Pure, and linear in the size of the body.
package struct OpenInferenceReader: Sendable {
    private let table: FieldTable

    package init(schema: Schema) { table = FieldTable(schema) }

    /// The value of a field `Inference-Header-Content-Length`, in bytes.
    package static func headerBytes(_ field: Span<UInt8>) throws(RecordFormatError) -> Int {
        guard let count = Int(decimal: Array(copying: field)) else {
            throw .malformed(
                detail: "Inference-Header-Content-Length is not a number of bytes")
        }
        return count
    }

    /// The records of a body.
    ///
    /// - Parameters:
    ///   - headerBytes: how many bytes of the body are JSON; what follows is binary. Nil: all.
    ///   - rowsMax: how many records are taken.
    package func read(
        _ body: Span<UInt8>, headerBytes: Int? = nil, rowsMax: Int
    ) throws(RecordFormatError) -> OpenInferenceRequest {
        let count = headerBytes ?? body.count
        guard count <= body.count else {
            throw .malformed(
                detail: "Inference-Header-Content-Length is \(count), and the body has "
                    + "\(body.count) bytes")
        }
        if headerBytes == 0 {
            throw .malformed(
                detail: "Inference-Header-Content-Length is 0, as for a raw tensor; "
                    + "expected the length of the JSON")
        }
        let header = body.extracting(0..<count)
        var answer = RequestedAnswer()
        let inputs = try readHeader(header, headerBytes: headerBytes, rowsMax, &answer)
        let columns = try columns(inputs, in: body, from: count)
        // The decoder is fastest with the fields in the schema's order.
        let texts = try OpenInferenceReader.write(
            columns.sorted { $0.slot < $1.slot }, of: body, rowsMax: rowsMax)
        return OpenInferenceRequest(
            id: answer.id, outputs: answer.outputs, namesOutputs: answer.namesOutputs,
            texts: texts)
    }

    private func readHeader(
        _ header: Span<UInt8>, headerBytes: Int?, _ rowsMax: Int, _ answer: inout RequestedAnswer
    ) throws(RecordFormatError) -> [InferenceInput] {
        var inputs: [InferenceInput]?
        var scanner = InferenceScanner(header, headerBytes: headerBytes)
        try scanner.beginObject("the request")
        while let member = try scanner.nextName() {
            if scanner.equals(member, "inputs") {
                inputs = try readInputs(&scanner, of: header, rowsMax)
            } else if scanner.equals(member, "outputs") {
                try answer.readOutputs(&scanner)
            } else if scanner.equals(member, "parameters") {
                try answer.readParameters(&scanner)
            } else if scanner.equals(member, "id") {
                try answer.readID(&scanner)
            } else {
                // KServe's client sends the model's name, which is in the path.
                _ = try scanner.value()
            }
        }
        try scanner.finish()
        guard let inputs, !inputs.isEmpty else {
            throw .malformed(detail: "the request has no inputs, expected one for each field")
        }
        return inputs
    }

    private func readInputs(
        _ scanner: inout InferenceScanner, of header: Span<UInt8>, _ rowsMax: Int
    ) throws(RecordFormatError) -> [InferenceInput] {
        var inputs: [InferenceInput] = []
        var isKnown = Array(repeating: false, count: table.slots.count)
        try scanner.beginArray("inputs")
        while try scanner.nextElement() {
            var reader = InferenceInputReader(place: inputs.count, rowsMax: rowsMax)
            try reader.read(&scanner, of: header)
            let input = try reader.finish(table, in: header, scanner)
            if isKnown[input.slot] {
                throw .malformed(
                    detail: "inputs[\(inputs.count)] is \(input.name) for the second time")
            }
            isKnown[input.slot] = true
            if let first = inputs.first, first.rowCount != input.rowCount {
                throw .malformed(
                    detail: "input \(input.name) has \(input.rowCount) rows, expected "
                        + "\(first.rowCount) as input \(first.name)")
            }
            inputs.append(input)
        }
        return inputs
    }

    /// The elements of all inputs, those in the binary section in the inputs' order.
    private func columns(
        _ inputs: [InferenceInput], in body: Span<UInt8>, from headerEnd: Int
    ) throws(RecordFormatError) -> [InferenceColumn] {
        var columns: [InferenceColumn] = []
        var start = headerEnd
        for input in inputs {
            switch input.elements {
            case .json(let elements):
                columns.append(
                    InferenceColumn(
                        slot: input.slot, name: input.name, elements: .json(elements),
                        rowCount: input.rowCount))
            case .binary(let byteCount):
                guard byteCount <= body.count - start else {
                    throw .malformed(
                        detail: "input \(input.name) has a binary_data_size of \(byteCount), and "
                            + "\(body.count - start) bytes of the body are left")
                }
                let tensor = try BinaryTensor(
                    input, in: body, section: start..<start + byteCount)
                columns.append(
                    InferenceColumn(
                        slot: input.slot, name: input.name, elements: .binary(tensor),
                        rowCount: input.rowCount))
                start += byteCount
            }
        }
        guard start == body.count else {
            throw .malformed(
                detail: "\(body.count - start) bytes follow the last input's binary data")
        }
        return columns
    }

    private static func write(
        _ columns: [InferenceColumn], of body: Span<UInt8>, rowsMax: Int
    ) throws(RecordFormatError) -> RecordTexts {
        var texts = RecordTexts(rowsMax: rowsMax)
        for row in 0..<(columns.first?.rowCount ?? 0) {
            try texts.append { json throws(RecordFormatError) in
                json.beginObject()
                for column in columns {
                    json.name(column.name)
                    column.append(row, of: body, to: &json)
                }
                json.endObject()
            }
        }
        return texts
    }
}

/// An input whose elements are known to be good.
private struct InferenceColumn {
    enum Elements {
        case json([Range<Int>])
        case binary(BinaryTensor)
    }

    let slot: Int
    let name: String
    let elements: Elements
    let rowCount: Int

    /// Writes an element as a JSON value. One that came as JSON stays as it was written, so that no
    /// digit is lost.
    func append(_ row: Int, of body: Span<UInt8>, to json: inout JSONWriter) {
        switch elements {
        case .json(let elements): json.raw(body.extracting(elements[row]))
        case .binary(let tensor): tensor.append(row, of: body, to: &json)
        }
    }
}
