package import JSON

/// What a record holds: the fields a caller sends, the features derived from them, and the column a
/// model learns to predict. It is data, read from a documented subset of JSON Schema
/// (`Docs/reference/schema.md`); no field is known to the program.
package struct Schema: Equatable, Sendable {
    /// What a record of it is called; empty where the document has no title.
    package let title: String
    /// The fields in the document's order, the identifier not among them.
    package let fields: [Field]
    /// The property that names a record, where there is one.
    package let identifier: IdentifierField?
    /// The features computed from the fields, in the document's order.
    package let derived: [DerivedFeature]
    /// The column of a table that holds the outcome, where there is one.
    package let target: TargetColumn?
    /// What the records of a table are known to keep, in the document's order.
    package let implications: [Implication]
    /// Records that callers may be shown, each an object that the schema takes.
    package let examples: [JSONValue]
    /// The document this was read from, members in its order: reading it again gives an equal
    /// schema.
    package let document: JSONValue

    /// Reads a schema from JSON text.
    package init(json bytes: Span<UInt8>) throws(SchemaError) {
        guard bytes.count <= SchemaLimits.documentBytesMax else {
            throw SchemaError(
                .documentTooLarge(bytesMax: SchemaLimits.documentBytesMax), at: .root)
        }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw SchemaError(.malformed(error), at: .root)
        }
        try self.init(document: document)
    }

    /// Reads a schema that stands in a larger document; pointers in errors begin at `document`.
    package init(document: JSONValue) throws(SchemaError) {
        var mistakes = SchemaMistakes()
        let read = SchemaReader.read(SchemaNode(value: document, pointer: .root), &mistakes)
        try mistakes.check(in: document)
        guard let parts = read else {
            preconditionFailure("a schema that cannot be read has a mistake")
        }
        title = parts.title
        fields = parts.fields
        identifier = parts.identifier
        derived = parts.derived
        target = parts.target
        implications = parts.implications
        examples = parts.examples.map(\.value)
        self.document = document
        ExampleCheck(self).check(parts.examples, &mistakes)
        try mistakes.check(in: document)
    }

    /// Whether a number beyond its field's bounds may be taken.
    package var takesOutOfRange: Bool { fields.contains { $0.outOfRange != .refuse } }

    /// What a `Record` holds at each place: the fields, then the derived features.
    package var features: [Feature] {
        fields.map { field in
            switch field.kind {
            case .category(let values, _): Feature(name: field.name, categories: values)
            case .integer(let minimum, let maximum) where field.outOfRange != .flag:
                Feature(name: field.name, integersFrom: minimum, to: maximum)
            // Where values beyond the bounds are taken, no list of columns would have them all.
            case .integer, .number: Feature(name: field.name)
            }
        }
            + derived.map { feature in
                switch feature.kind {
                case .bins(_, _, let labels): Feature(name: feature.name, categories: labels)
                case .count: Feature(name: feature.name)
                }
            }
    }
}

/// One place of a `Record`.
package struct Feature: Equatable, Sendable {
    /// The name of the field or the derived feature.
    package let name: String
    /// What the value at this place is an index of, or nil when the value is the number itself.
    package let categories: [String]?
    /// All that a column may show the presence or the code of: the categories, or the numerals of
    /// an integer that has no more values than a category may have.
    package let values: [String]?
    /// The number that is the first of `values`: 0 for a category.
    let minimum: Double

    init(name: String, categories: [String]? = nil) {
        self.name = name
        self.categories = categories
        values = categories
        minimum = 0
    }

    /// An integer with these bounds.
    init(name: String, integersFrom minimum: Double, to maximum: Double) {
        self.name = name
        categories = nil
        // Up to the magnitude that a bound may have, a Double holds every integer.
        let isListed = maximum - minimum < Double(SchemaLimits.valuesMax)
        values = isListed ? (Int(minimum)...Int(maximum)).map { String($0) } : nil
        self.minimum = minimum
    }
}

/// A property every record must have.
package struct Field: Equatable, Sendable {
    /// The property's name, and the column's.
    package let name: String
    /// The values it takes.
    package let kind: FieldKind
    /// The value of a blank cell, and of `null` in JSON; nil when such are refused.
    package let blank: Double?
    /// How a number beyond the bounds is treated.
    package let outOfRange: OutOfRange
    /// What the document says about it; empty where it says nothing.
    package let description: String
    /// Whether it may not be given as a reason, or be changed for another probability: gender, age.
    package let isProtected: Bool
    /// What it is called as a reason; nil where the document does not say.
    package let reason: ReasonTexts?
}

/// What a field is called as a reason for a probability.
package struct ReasonTexts: Equatable, Sendable {
    /// A short name that does not change, for example `R15`.
    package let code: String
    /// A sentence for a value that raises the probability, and one for a value that lowers it.
    package let raises: String
    package let lowers: String

    package init(code: String, raises: String, lowers: String) {
        self.code = code
        self.raises = raises
        self.lowers = lowers
    }
}

/// The values a field takes.
package enum FieldKind: Equatable, Sendable {
    /// One of a few strings, compared byte for byte; an alias is read as the value it stands for.
    case category(values: [String], aliases: [CategoryAlias])
    /// An integral number, bounds included.
    case integer(minimum: Double, maximum: Double)
    /// A number, bounds included.
    case number(minimum: Double, maximum: Double)
}

/// How a number beyond a field's bounds is treated. The raw values are those of `x-out-of-range`.
package enum OutOfRange: String, CaseIterable, Equatable, Sendable {
    case refuse
    /// The nearest bound is taken, and the answer names the field.
    case clamp
    /// The number is taken as it is, up to `SchemaLimits.boundMagnitudeMax`, and the answer names
    /// the field.
    case flag
}

/// Another spelling of a value.
package struct CategoryAlias: Equatable, Sendable {
    /// The other spelling.
    package let name: String
    /// The value it stands for, as an index into the category's values.
    package let index: Int
}

/// The property that names a record: a string that is echoed, neither required nor a feature.
package struct IdentifierField: Equatable, Sendable {
    /// The property's name, and the column's.
    package let name: String
    /// How many fields stand before it in the document.
    package let position: Int
    /// What the document says about it; empty where it says nothing.
    package let description: String
}

/// A feature that is computed from fields.
package struct DerivedFeature: Equatable, Sendable {
    /// Its name, unlike that of any field.
    package let name: String
    /// How it is computed.
    package let kind: DerivedKind
    /// What it is called as a reason; nil where the document does not say, and for bins, which are
    /// a part of their field.
    package let reason: ReasonTexts?
}

/// The ways to compute a feature.
package enum DerivedKind: Equatable, Sendable {
    /// A category: the first label whose upper edge is not below the value of the field (an index
    /// into `Schema.fields`). Edges ascend, and the last one is not below the field's maximum.
    case bins(field: Int, upperEdges: [Double], labels: [String])
    /// A number: of how many of these fields the value is among those listed.
    case count(of: [CountedField])
}

/// One field of a count.
package struct CountedField: Equatable, Sendable {
    /// An index into `Schema.fields`.
    package let field: Int
    /// The values that count, as indices into the category's values.
    package let values: [Int]
}

/// The column of a table that holds the outcome.
package struct TargetColumn: Equatable, Sendable {
    /// The column's name, unlike that of any field.
    package let column: String
    /// The cell of a record with the outcome that is predicted.
    package let positive: String
    /// The cell of a record without it.
    package let negative: String
}
