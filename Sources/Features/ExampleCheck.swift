internal import JSON

/// Holds the examples of a schema against it, as requests are.
struct ExampleCheck {
    private let schema: Schema

    init(_ schema: Schema) { self.schema = schema }

    /// Throws the first example that is no record.
    func check(_ examples: [SchemaNode]) throws(SchemaError) {
        // Its tables are only made where there is something to be looked up in them.
        guard !examples.isEmpty else { return }
        var decoder = RecordDecoder(schema: schema)
        for example in examples {
            var writer = JSONWriter()
            writer.value(example.value)
            let body = writer.finish()
            do throws(BodyError) {
                if try decoder.decode(body.span) { continue }
            } catch {
                // What was parsed as a part of the document is sound JSON.
                throw example.error(.wrongKind(wanted: .object))
            }
            let violation = decoder.violations[0]
            throw example.error(.notARecord(field: violation.field, violation.code))
        }
    }
}
