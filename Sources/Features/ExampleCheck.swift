internal import JSON

/// Holds the examples of a schema against it, as requests are.
struct ExampleCheck {
    private let schema: Schema

    init(_ schema: Schema) { self.schema = schema }

    /// Notes each example that is not a record, and everything that is wrong with it.
    func check(_ examples: [SchemaNode], _ mistakes: inout SchemaMistakes) {
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
                mistakes.note(example.error(.wrongKind(wanted: .object)))
                continue
            }
            for violation in decoder.violations {
                mistakes.note(
                    example.error(.notARecord(field: violation.field, violation.code)))
            }
        }
    }
}
