/// Every member name a schema document may use; `Docs/reference/schema.md` describes each.
package enum SchemaKeyword: String, CaseIterable, Sendable {
    case dialect = "$schema"
    case id = "$id"
    case comment = "$comment"
    case title
    case description
    case type
    case properties
    case required
    case additionalProperties
    case examples
    case enumeration = "enum"
    case minimum
    case maximum
    case aliases = "x-aliases"
    case blank = "x-blank"
    case outOfRange = "x-out-of-range"
    case identifier = "x-identifier"
    case derived = "x-derived"
    case target = "x-target"
    case implies = "x-implies"
    case kind
    case field
    case upperEdges
    case labels
    case of
    case column
    case positive
    case negative
    case condition = "if"
    case conclusion = "then"

    /// What the document as a whole may hold.
    static let document: Set<SchemaKeyword> = [
        .dialect, .id, .comment, .title, .description, .type, .properties, .required,
        .additionalProperties, .examples, .derived, .target, .implies,
    ]
    /// What any property may hold.
    private static let anyProperty: Set<SchemaKeyword> = [.comment, .title, .description, .type]
    static let identifierProperty = anyProperty.union([.identifier])
    static let category = anyProperty.union([.enumeration, .aliases])
    static let boundedNumber = anyProperty.union([
        .minimum, .maximum, .blank, .outOfRange,
    ])
    static let enumeratedInteger = anyProperty.union([.enumeration, .blank])
    static let targetColumn: Set<SchemaKeyword> = [.column, .positive, .negative]
    static let bins: Set<SchemaKeyword> = [.description, .kind, .field, .upperEdges, .labels]
    static let count: Set<SchemaKeyword> = [.description, .kind, .of]
    static let implication: Set<SchemaKeyword> = [.description, .condition, .conclusion]
}
