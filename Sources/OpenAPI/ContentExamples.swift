internal import Features
internal import JSON

// Examples of requests with several records, made of the example of one.
extension OpenAPIDocument.Model {
    /// What a content shows; empty where it shows nothing.
    func bytes(of example: ContentExample) -> [UInt8] {
        switch example {
        case .absent: []
        case .prediction: predictionExample
        case .json(let text): jsonText(text)
        case .record: recordExample
        case .records: recordExample.isEmpty ? [] : array
        case .wrapped(let name): recordExample.isEmpty ? [] : object(with: name)
        case .recordLine: recordExample.isEmpty ? [] : line
        case .tensors: recordExample.isEmpty ? [] : tensors
        }
    }

    private var array: [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        writer.raw(recordExample.span)
        writer.endArray()
        return writer.finish()
    }

    private func object(with name: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name(name)
        writer.raw(array.span)
        writer.endObject()
        return writer.finish()
    }

    private var line: [UInt8] {
        var writer = JSONWriter()
        let line = recordExample + [UInt8(ascii: "\n")]
        writer.string(line.span)
        return writer.finish()
    }

    /// An inference request of the Open Inference Protocol with one row.
    private var tensors: [UInt8] {
        // It is written by the program.
        guard let record = try? JSONValue(parsing: recordExample.span).asObject else { return [] }
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("inputs")
        writer.beginArray()
        for field in schema.fields {
            guard let value = record[field.name], value != .null else { continue }
            writer.beginObject()
            writer.name("name")
            writer.string(field.name)
            writer.name("shape")
            writer.raw(jsonText("[1,1]").span)
            writer.name("datatype")
            switch field.kind {
            case .category: writer.string("BYTES" as StaticString)
            case .integer: writer.string("INT64" as StaticString)
            case .number: writer.string("FP64" as StaticString)
            }
            writer.name("data")
            writer.beginArray()
            writer.value(value)
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.finish()
    }
}
