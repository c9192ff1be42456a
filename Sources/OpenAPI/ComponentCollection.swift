internal import Features
internal import JSON

/// What operations have in common, each written once and referred to by name.
struct ComponentCollection {
    private var schemas: [NamedSchema] = []
    private var fields: Set<AnswerField> = []
    /// Names by content.
    private var responseNames: [[UInt8]: String] = [:]
    private var responses: [(name: String, json: [UInt8])] = []
    private var examples: [DescribedFailure] = []

    /// Writes a schema, or a reference to it.
    mutating func append(_ shape: ContentShape, to writer: inout JSONWriter) {
        if case .named(let schema) = shape { add(schema) }
        switch shape {
        case .record, .named:
            appendReference(shape.reference ?? "", to: &writer)
        case .anyObject: writer.raw(jsonText(#"{"type":"object"}"#).span)
        case .anyArray: writer.raw(jsonText(#"{"type":"array"}"#).span)
        case .text: writer.raw(jsonText(#"{"type":"string"}"#).span)
        }
    }

    mutating func appendReference(to field: AnswerField, in writer: inout JSONWriter) {
        fields.insert(field)
        appendReference("#/components/headers/\(field.rawValue)", to: &writer)
    }

    mutating func appendReference(
        toExample failure: DescribedFailure, in writer: inout JSONWriter
    ) {
        if !examples.contains(where: { $0.name == failure.name }) { examples.append(failure) }
        appendReference("#/components/examples/\(failure.name)", to: &writer)
    }

    mutating func appendReference(
        toResponse json: [UInt8], of status: UInt16, to writer: inout JSONWriter
    ) {
        let known = responseNames[json]
        let name = known ?? "Answer\(status)-\(responses.count + 1)"
        if known == nil {
            responseNames[json] = name
            responses.append((name, json))
        }
        appendReference("#/components/responses/\(name)", to: &writer)
    }

    private func appendReference(_ reference: String, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("$ref")
        writer.string(reference)
        writer.endObject()
    }

    private mutating func add(_ schema: NamedSchema) {
        guard !schemas.contains(where: { "\($0.name)" == "\(schema.name)" }) else { return }
        schemas.append(schema)
        for needed in schema.needs { add(needed) }
    }

    /// Writes the object `components`.
    func append(_ record: Schema, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("securitySchemes")
        writer.raw(
            jsonText(#"{"bearer":{"type":"http","scheme":"bearer","bearerFormat":"JWT"}}"#).span)
        writer.name("schemas")
        writer.beginObject()
        writer.name(NamedSchema.recordName)
        RecordSchema.append(record, to: &writer)
        for schema in schemas {
            writer.name(schema.name)
            writer.raw(jsonText(schema.schema).span)
        }
        writer.endObject()
        writer.name("headers")
        writer.beginObject()
        for field in AnswerField.allCases where fields.contains(field) {
            writer.name(field.rawValue)
            writer.beginObject()
            writer.name("description")
            writer.string(field.meaning)
            writer.name("schema")
            writer.raw(jsonText(field.schema).span)
            writer.endObject()
        }
        writer.endObject()
        writer.name("examples")
        writer.beginObject()
        for example in examples {
            writer.name(example.name)
            writer.beginObject()
            writer.name("summary")
            writer.string(example.title)
            writer.name("value")
            writer.raw(example.example.span)
            writer.endObject()
        }
        writer.endObject()
        writer.name("responses")
        writer.beginObject()
        for response in responses {
            writer.name(response.name)
            writer.raw(response.json.span)
        }
        writer.endObject()
        writer.endObject()
    }
}

/// The bytes of JSON that stands in the program, on one line: JSON has no line feed in a string.
func jsonText(_ text: StaticString) -> [UInt8] {
    "\(text)".utf8.filter { $0 != UInt8(ascii: "\n") }
}
