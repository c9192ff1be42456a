internal import Features
internal import HTTP
internal import JSON

/// Writes a record as a request's body would spell it: the schema's fields in their order, each
/// with its one spelling.
struct FeatureText {
    private struct FieldText {
        /// A comma or the brace, the name and the colon.
        let prefix: [UInt8]
        /// The JSON text of each category; nil for a number.
        let categories: [[UInt8]]?
    }

    private let fields: [FieldText]

    init(schema: Schema) {
        fields = schema.fields.enumerated().map { index, field in
            var prefix: [UInt8] = [UInt8(ascii: index == 0 ? "{" : ",")]
            prefix += FeatureText.quoted(field.name)
            prefix.append(UInt8(ascii: ":"))
            let categories: [[UInt8]]? =
                switch field.kind {
                case .category(let values, _): values.map(FeatureText.quoted)
                case .integer, .number: nil
                }
            return FieldText(prefix: prefix, categories: categories)
        }
    }

    /// Appends a record, which must be a valid one of the schema.
    func append(_ record: Record, to text: inout [UInt8]) {
        for index in 0..<fields.count {
            text.append(contentsOf: fields[index].prefix)
            let value = record.values[index]
            if let categories = fields[index].categories {
                text.append(contentsOf: categories[Int(value)])
            } else {
                var writer = JSONWriter(appendingTo: text)
                text = []
                writer.number(value)
                text = writer.finish()
            }
        }
        text.append(UInt8(ascii: "}"))
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.string(text)
        return writer.finish()
    }
}
