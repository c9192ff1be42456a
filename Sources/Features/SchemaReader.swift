/// Reads the document of a schema, from the top down.
enum SchemaReader {
    /// The dialect the subset is taken from.
    static let dialect = "https://json-schema.org/draft/2020-12/schema"

    struct Parts {
        var title = ""
        var fields: [Field] = []
        var identifier: IdentifierField?
        var derived: [DerivedFeature] = []
        var target: TargetColumn?
        var implications: [Implication] = []
        /// Not yet held against the schema, which is read when all of these are.
        var examples: [SchemaNode] = []
    }

    static func read(_ document: SchemaNode) throws(SchemaError) -> Parts {
        try document.refuse(allBut: SchemaKeyword.document)
        if let node = try document.member(.dialect), try node.string() != dialect {
            throw node.error(.unsupported(wanted: [dialect]))
        }
        for keyword in [SchemaKeyword.id, .comment, .description] {
            _ = try document.member(keyword)?.prose()
        }
        let type = try document.required(.type)
        guard try type.string() == "object" else {
            throw type.error(.unsupported(wanted: ["object"]))
        }
        var parts = Parts()
        if let node = try document.member(.title) { parts.title = try node.prose() }
        try readProperties(document, into: &parts)
        try checkRequired(document, parts)
        // A caller's validator must refuse what this service refuses.
        let additional = try document.required(.additionalProperties)
        guard try !additional.boolean() else {
            throw additional.error(.unsupported(wanted: ["false"]))
        }
        parts.target = try readTarget(document, parts)
        parts.derived = try DerivedReader(fields: parts.fields).read(document, parts)
        parts.implications = try ImplicationReader(fields: parts.fields).read(document)
        if let node = try document.member(.examples) {
            parts.examples = try node.elements(atMost: SchemaLimits.examplesMax)
        }
        return parts
    }

    private static func readProperties(
        _ document: SchemaNode, into parts: inout Parts
    ) throws(SchemaError) {
        let properties = try document.required(.properties)
        for (name, node) in try properties.members(atMost: SchemaLimits.fieldsMax) {
            try node.checkName(name)
            switch try PropertyReader.read(name, node) {
            case .field(let field):
                parts.fields.append(field)
            case .identifier(let description):
                if parts.identifier != nil {
                    throw try node.required(.identifier).error(.duplicate)
                }
                parts.identifier = IdentifierField(
                    name: name, position: parts.fields.count, description: description)
            }
        }
        if parts.fields.isEmpty { throw properties.error(.empty) }
    }

    /// Every field is required and the identifier is not; the document must say so, because other
    /// validators read it too.
    private static func checkRequired(
        _ document: SchemaNode, _ parts: Parts
    ) throws(SchemaError) {
        let required = try document.required(.required)
        let known = Set(parts.fields.map(\.name))
        var named: Set<String> = []
        for node in try required.elements() {
            let name = try node.string()
            if name == parts.identifier?.name { throw node.error(.identifierRequired) }
            if !known.contains(name) { throw node.error(.unknownName) }
            if !named.insert(name).inserted { throw node.error(.duplicate) }
        }
        if let field = parts.fields.first(where: { !named.contains($0.name) }) {
            throw required.error(.incomplete(lacking: field.name))
        }
    }

    private static func readTarget(
        _ document: SchemaNode, _ parts: Parts
    ) throws(SchemaError) -> TargetColumn? {
        guard let node = try document.member(.target) else { return nil }
        try node.refuse(allBut: SchemaKeyword.targetColumn)
        let column = try node.required(.column)
        let name = try column.name()
        if name == parts.identifier?.name || parts.fields.contains(where: { $0.name == name }) {
            throw column.error(.duplicate)
        }
        let positive = try node.required(.positive).label()
        let negative = try node.required(.negative)
        if try negative.label() == positive { throw negative.error(.duplicate) }
        return TargetColumn(column: name, positive: positive, negative: try negative.label())
    }
}
