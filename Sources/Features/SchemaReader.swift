internal import JSON

/// Reads the document of a schema, from the top down.
enum SchemaReader {
    /// The dialect the subset is taken from.
    static let dialect = "https://json-schema.org/draft/2020-12/schema"

    struct Contents {
        var title = ""
        var fields: [Field] = []
        var identifier: IdentifierField?
        var derived: [DerivedFeature] = []
        var target: TargetColumn?
        var implications: [Implication] = []
        /// Not yet held against the schema, which is read when all of these are.
        var examples: [SchemaNode] = []
    }

    /// Names of properties, and what came of them.
    private struct PropertyNames {
        /// Whether each name is one that a property may have.
        var areSound = true
        /// All of them but the identifier's.
        var fields: Set<String> = []
        /// Those of properties with a mistake.
        var unread: Set<String> = []
    }

    /// Reads all that can be read; everything that is wrong is in `mistakes` then. Nil where too
    /// little is left for `Contents`.
    static func read(_ document: SchemaNode, _ mistakes: inout SchemaMistakes) -> Contents? {
        guard document.value.asObject != nil else {
            mistakes.note(document.error(.wrongKind(wanted: .object)))
            return nil
        }
        readHead(document, &mistakes)
        var parts = Contents()
        if let title = mistakes.attempt({ () throws(SchemaError) in
            try document.member(.title)?.prose()
        }) {
            parts.title = title ?? ""
        }
        var names = PropertyNames()
        guard
            mistakes.attempt({ mistakes throws(SchemaError) in
                try readProperties(document, into: &parts, &names, &mistakes)
            }) != nil
        else { return nil }
        mistakes.attempt { mistakes throws(SchemaError) in
            try checkRequired(document, parts, names, &mistakes)
        }
        mistakes.attempt { mistakes throws(SchemaError) in
            parts.target = try readTarget(document, parts, &mistakes)
        }
        mistakes.attempt { mistakes throws(SchemaError) in
            parts.derived = try DerivedReader(fields: parts.fields, unread: names.unread)
                .read(document, parts, &mistakes)
        }
        mistakes.attempt { mistakes throws(SchemaError) in
            parts.implications =
                try ImplicationReader(fields: parts.fields, unread: names.unread)
                .read(document, &mistakes)
        }
        mistakes.attempt { () throws(SchemaError) in
            parts.examples =
                try document.member(.examples)?.elements(atMost: SchemaLimits.examplesMax) ?? []
        }
        return parts
    }

    /// The members that do not concern the properties.
    private static func readHead(_ document: SchemaNode, _ mistakes: inout SchemaMistakes) {
        mistakes.attempt { mistakes throws(SchemaError) in
            try document.refuse(allBut: SchemaKeyword.document, &mistakes)
        }
        mistakes.attempt { () throws(SchemaError) in
            if let node = try document.member(.dialect), try node.string() != dialect {
                throw node.error(.unsupported(wanted: [dialect]))
            }
        }
        for keyword in [SchemaKeyword.id, .comment, .description] {
            mistakes.attempt { () throws(SchemaError) in
                _ = try document.member(keyword)?.prose()
            }
        }
        mistakes.attempt { () throws(SchemaError) in
            let type = try document.required(.type)
            guard try type.string() == "object" else {
                throw type.error(.unsupported(wanted: ["object"]))
            }
        }
        // A caller's validator must refuse what this service refuses.
        mistakes.attempt { () throws(SchemaError) in
            let additional = try document.required(.additionalProperties)
            guard try !additional.boolean() else {
                throw additional.error(.unsupported(wanted: ["false"]))
            }
        }
    }

    private static func readProperties(
        _ document: SchemaNode, into parts: inout Contents, _ names: inout PropertyNames,
        _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) {
        let properties = try document.required(.properties)
        for (name, node) in try properties.members(atMost: SchemaLimits.fieldsMax) {
            if mistakes.attempt({ () throws(SchemaError) in try node.checkName(name) }) == nil {
                names.areSound = false
            }
            names.fields.insert(name)
            let property = mistakes.attempt { mistakes throws(SchemaError) in
                try PropertyReader.read(name, node, &mistakes)
            }
            switch property {
            case nil: names.unread.insert(name)
            case .field(let field): parts.fields.append(field)
            case .identifier(let description):
                if parts.identifier != nil {
                    mistakes.attempt { () throws(SchemaError) in
                        throw try node.required(.identifier).error(.duplicate)
                    }
                    names.unread.insert(name)
                    continue
                }
                names.fields.remove(name)
                parts.identifier = IdentifierField(
                    name: name, position: parts.fields.count, description: description)
            }
        }
        if parts.fields.isEmpty && names.unread.isEmpty { throw properties.error(.empty) }
    }

    /// Every field is required and the identifier is not; the document must say so, because other
    /// validators read it too.
    private static func checkRequired(
        _ document: SchemaNode, _ parts: Contents, _ names: PropertyNames,
        _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) {
        let required = try document.required(.required)
        var named: Set<String> = []
        var areSound = names.areSound
        for node in try required.elements() {
            let isSound: Void? = mistakes.attempt { () throws(SchemaError) in
                let name = try node.string()
                if name == parts.identifier?.name { throw node.error(.identifierRequired) }
                if !names.fields.contains(name) {
                    throw node.error(names.areSound ? .unknownName : .unread)
                }
                if !named.insert(name).inserted { throw node.error(.duplicate) }
            }
            if isSound == nil { areSound = false }
        }
        // Any wrong entry may be meant for the missing one; and a property that could not be read
        // may be the identifier.
        guard areSound else { return }
        for field in parts.fields where !named.contains(field.name) {
            mistakes.note(required.error(.incomplete(lacking: field.name)))
        }
    }

    private static func readTarget(
        _ document: SchemaNode, _ parts: Contents, _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) -> TargetColumn? {
        guard let node = try document.member(.target) else { return nil }
        try node.refuse(allBut: SchemaKeyword.targetColumn, &mistakes)
        let column = mistakes.attempt { () throws(SchemaError) in
            let column = try node.required(.column)
            let name = try column.name()
            if name == parts.identifier?.name
                || parts.fields.contains(where: { $0.name == name })
            {
                throw column.error(.duplicate)
            }
            return name
        }
        let positive = mistakes.attempt { () throws(SchemaError) in
            try node.required(.positive).label()
        }
        let negative = mistakes.attempt { () throws(SchemaError) in
            let negative = try node.required(.negative)
            if try negative.label() == positive { throw negative.error(.duplicate) }
            return try negative.label()
        }
        guard let column, let positive, let negative else { return nil }
        return TargetColumn(column: column, positive: positive, negative: negative)
    }
}
