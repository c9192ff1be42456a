package import Features
package import JSON

/// What `/predict` takes as a record of a schema, in JSON Schema 2020-12. It is not the document
/// of the schema: a request may also have blanks and other spellings of a value.
package enum RecordSchema {
    /// Writes it.
    package static func append(_ schema: Schema, to writer: inout JSONWriter) {
        writer.beginObject()
        if !schema.title.isEmpty {
            writer.name("description")
            writer.string(schema.title)
        }
        writer.name("type")
        writer.string("object" as StaticString)
        writer.name("properties")
        writer.beginObject()
        for (index, field) in schema.fields.enumerated() {
            if let identifier = schema.identifier, identifier.position == index {
                append(identifier, to: &writer)
            }
            append(field, to: &writer)
        }
        if let identifier = schema.identifier, identifier.position == schema.fields.count {
            append(identifier, to: &writer)
        }
        writer.endObject()
        writer.name("required")
        writer.beginArray()
        for field in schema.fields { writer.string(field.name) }
        writer.endArray()
        writer.name("additionalProperties")
        writer.bool(false)
        writer.endObject()
    }

    private static func append(_ identifier: IdentifierField, to writer: inout JSONWriter) {
        writer.name(identifier.name)
        writer.beginObject()
        describe(identifier.description, to: &writer)
        writer.name("anyOf")
        writer.beginArray()
        writer.beginObject()
        writer.name("type")
        writer.string("string" as StaticString)
        writer.name("minLength")
        writer.number(1)
        // The limit is one of bytes, which JSON Schema cannot express.
        writer.name("maxLength")
        writer.number(RecordLimits.identifierBytesMax)
        writer.name("pattern")
        writer.string(#"^[^\u0000-\u001f\u007f-\u009f]*$"# as StaticString)
        writer.endObject()
        type("integer", to: &writer)
        type("null", to: &writer)
        writer.endArray()
        writer.endObject()
    }

    private static func append(_ field: Field, to writer: inout JSONWriter) {
        writer.name(field.name)
        writer.beginObject()
        describe(description(of: field), to: &writer)
        if field.blank == nil {
            appendValues(of: field, to: &writer)
        } else {
            writer.name("anyOf")
            writer.beginArray()
            writer.beginObject()
            appendValues(of: field, to: &writer)
            writer.endObject()
            type("null", to: &writer)
            writer.beginObject()
            writer.name("type")
            writer.string("string" as StaticString)
            writer.name("pattern")
            writer.string("^ *$" as StaticString)
            writer.endObject()
            writer.endArray()
        }
        writer.endObject()
    }

    private static func description(of field: Field) -> String {
        var text = field.description
        func add(_ sentence: String) { text += (text.isEmpty ? "" : ". ") + sentence }
        if case .category(let values, let aliases) = field.kind {
            for alias in aliases { add("`\(alias.name)` stands for `\(values[alias.index])`") }
        }
        if let blank = field.blank { add("A blank stands for \(shortest(blank))") }
        switch (field.kind, field.outOfRange) {
        case (.integer(let minimum, let maximum), .clamp),
            (.number(let minimum, let maximum), .clamp):
            add(
                "Beyond \(shortest(minimum)) to \(shortest(maximum)) the nearest of them is taken")
        case (.integer(let minimum, let maximum), .flag),
            (.number(let minimum, let maximum), .flag):
            add("The answer names it beyond \(shortest(minimum)) to \(shortest(maximum))")
        case (.category, _), (_, .refuse): break
        }
        return text
    }

    private static func appendValues(of field: Field, to writer: inout JSONWriter) {
        writer.name("type")
        switch field.kind {
        case .category(let values, let aliases):
            writer.string("string" as StaticString)
            writer.name("enum")
            writer.beginArray()
            for value in values + aliases.map(\.name) { writer.string(value) }
            writer.endArray()
        case .integer(let minimum, let maximum):
            writer.string("integer" as StaticString)
            append(bounds: (minimum, maximum), of: field, to: &writer)
        case .number(let minimum, let maximum):
            writer.string("number" as StaticString)
            append(bounds: (minimum, maximum), of: field, to: &writer)
        }
    }

    private static func append(
        bounds: (minimum: Double, maximum: Double), of field: Field, to writer: inout JSONWriter
    ) {
        let accepted: (minimum: Double, maximum: Double)
        switch field.outOfRange {
        case .refuse: accepted = bounds
        // Any number that a double holds.
        case .clamp: return
        case .flag: accepted = (-SchemaLimits.boundMagnitudeMax, SchemaLimits.boundMagnitudeMax)
        }
        writer.name("minimum")
        writer.number(accepted.minimum)
        writer.name("maximum")
        writer.number(accepted.maximum)
    }

    private static func describe(_ text: String, to writer: inout JSONWriter) {
        guard !text.isEmpty else { return }
        writer.name("description")
        writer.string(text)
    }

    private static func type(_ name: StaticString, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("type")
        writer.string(name)
        writer.endObject()
    }

    private static func shortest(_ number: Double) -> String {
        let text = number.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
