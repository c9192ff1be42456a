internal import Features
internal import JSON

/// What a caller says about a model's columns: an array of names, or of columns as a manifest's
/// `encoding` has them, or of both.
struct ColumnList {
    enum Entry {
        case name(String)
        case column(FeatureEncoding.Column)
    }

    let entries: [Entry]

    init(parsing bytes: Span<UInt8>, schema: Schema) throws(ImportError) {
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: bytes)
        } catch { throw .columnList(.malformed(error), index: nil) }
        guard let elements = document.asArray else {
            throw .columnList(.wrongKind(wanted: .array), index: nil)
        }
        var entries: [Entry] = []
        for (index, element) in elements.enumerated() {
            if let name = element.asString {
                entries.append(.name(name))
                continue
            }
            do throws(SchemaError) {
                entries.append(
                    .column(try FeatureEncoding.column(document: element, schema: schema)))
            } catch { throw .column(error, index: index) }
        }
        self.entries = entries
    }
}
