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
    case protected = "x-protected"
    case reason = "x-reason"
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
    case code
    case raises
    case lowers

    /// What the document as a whole may hold.
    static let document: Set<SchemaKeyword> = [
        .dialect, .id, .comment, .title, .description, .type, .properties, .required,
        .additionalProperties, .examples, .derived, .target, .implies,
    ]
    /// What any property may hold.
    private static let anyProperty: Set<SchemaKeyword> = [.comment, .title, .description, .type]
    private static let anyField = anyProperty.union([.protected, .reason])
    static let identifierProperty = anyProperty.union([.identifier])
    static let category = anyField.union([.enumeration, .aliases])
    static let boundedNumber = anyField.union([
        .minimum, .maximum, .blank, .outOfRange,
    ])
    static let enumeratedInteger = anyField.union([.enumeration, .blank])
    static let reasonTexts: Set<SchemaKeyword> = [.code, .raises, .lowers]
    static let targetColumn: Set<SchemaKeyword> = [.column, .positive, .negative]
    static let bins: Set<SchemaKeyword> = [.description, .kind, .field, .upperEdges, .labels]
    static let count: Set<SchemaKeyword> = [.description, .kind, .of, .reason]
    static let implication: Set<SchemaKeyword> = [.description, .condition, .conclusion]
}
