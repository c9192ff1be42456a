package import JSON

/// Why a document is not a schema, or not an encoding of a schema.
package struct SchemaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where in the document: what was found there, or is missing there.
    package let pointer: JSONPointer
    /// What is wrong with it.
    package let problem: SchemaProblem
    /// What else is wrong with the document, in its order; at most `SchemaLimits.mistakesMax` are
    /// reported in all.
    package let others: [SchemaError]
    /// How many mistakes the document has, also those that are not in `others`.
    package let count: Int

    package init(_ problem: SchemaProblem, at pointer: JSONPointer) {
        self.pointer = pointer
        self.problem = problem
        others = []
        count = 1
    }

    /// `first` as the first mistake of several.
    init(_ first: SchemaError, others: [SchemaError], count: Int) {
        pointer = first.pointer
        problem = first.problem
        self.others = others
        self.count = count
    }

    /// One line, for example `/properties/tenure/maximum: missing (1 of 3 mistakes)`.
    package var description: String {
        count == 1 ? text : "\(text) (1 of \(count) mistakes)"
    }

    /// A line for each mistake, and one for those that are only counted.
    package var lines: [String] {
        let lines = [text] + others.map(\.text)
        let rest = count - lines.count
        return rest > 0 ? lines + ["and \(rest) more"] : lines
    }

    /// Names from the document are in it, so that nothing may end its line.
    private var text: String {
        let text = (pointer.text.isEmpty ? "the document" : pointer.text) + ": \(problem)"
        guard ControlCharacters.occur(in: text.utf8.span) else { return text }
        var visible = ""
        for scalar in text.unicodeScalars {
            visible.unicodeScalars.append(
                scalar.properties.generalCategory == .control ? "?" : scalar)
        }
        return visible
    }
}

/// What is wrong at one place of a document.
package enum SchemaProblem: Equatable, Sendable {
    /// The bytes are not JSON.
    case malformed(JSONError)
    /// The document holds more bytes than the limit.
    case documentTooLarge(bytesMax: Int)
    /// A member that must be there is not.
    case missing
    /// A member no version of this subset knows.
    case unknownKeyword
    /// A known keyword that says nothing about a value of this type.
    case inapplicableKeyword
    /// The value is of another kind than the keyword takes.
    case wrongKind(wanted: SchemaValueKind)
    /// The value is of the right kind, but only these are supported.
    case unsupported(wanted: [String])
    /// A list, an object or a text that must hold something holds nothing.
    case empty
    /// A list or an object holds more members than the limit.
    case tooMany(limit: Int)
    /// A list holds another number of elements than it must.
    case wrongCount(wanted: Int)
    /// A text holds more bytes than the limit.
    case tooLong(bytesMax: Int)
    /// A name or a value with a control character, or a name with `=`.
    case forbiddenCharacter
    /// The same name or value stands earlier.
    case duplicate
    /// The text names nothing the schema has.
    case unknownName
    /// The field that is named is of a type that cannot be used so.
    case unsuitableField
    /// `required` names the identifier, which is never required.
    case identifierRequired
    /// A list lacks this entry, which it must hold.
    case incomplete(lacking: String)
    /// What is said to be omitted is shown, or is nothing the schema has.
    case notOmitted
    /// A number that must be integral is not.
    case notIntegral
    /// A number lies outside these bounds.
    case outOfRange(minimum: Double, maximum: Double)
    /// A number is not larger than the one before it.
    case notAscending
    /// The integers of an `enum` leave one out, or go down.
    case notConsecutive
    /// No value of the field falls into this bin.
    case emptyBin
    /// An example is no record of the schema: what is wrong with this field of it.
    case notARecord(field: String, ViolationCode)
    /// What it names has a mistake of its own; never reported.
    case unread
}

/// The kinds of value a keyword may take.
package enum SchemaValueKind: String, Equatable, Sendable {
    case object = "an object"
    case array = "an array"
    case string = "a string"
    case number = "a number"
    case boolean = "true or false"
}

extension SchemaProblem: CustomStringConvertible {
    /// What was found, then what was wanted; never longer than the limits make it.
    package var description: String {
        switch self {
        case .malformed(let error): "not JSON, \(error)"
        case .documentTooLarge(let bytesMax): "too large, expected at most \(bytesMax) bytes"
        case .missing: "missing"
        case .unknownKeyword: "unknown keyword"
        case .inapplicableKeyword: "not a keyword for a value of this type"
        case .wrongKind(let wanted): "wrong kind of value, expected \(wanted.rawValue)"
        case .unsupported(let wanted): "unsupported, expected \(wanted.joined(separator: " or "))"
        case .empty: "empty"
        case .tooMany(let limit): "too many, expected at most \(limit)"
        case .wrongCount(let wanted): "wrong number of elements, expected \(wanted)"
        case .tooLong(let bytesMax): "too long, expected at most \(bytesMax) bytes"
        case .forbiddenCharacter: "holds a control character or, in a name, `=`"
        case .duplicate: "appears twice"
        case .unknownName: "names nothing the schema has"
        case .unsuitableField: "names a field of a type that cannot be used here"
        case .identifierRequired: "names the identifier, which is never required"
        case .incomplete(let lacking): "incomplete, lacks `\(lacking)`"
        case .notOmitted: "names something that a column shows, or nothing the schema has"
        case .notIntegral: "not integral, expected an integer"
        case .outOfRange(let minimum, let maximum):
            "out of range, expected \(Numerals.text(minimum)) to \(Numerals.text(maximum))"
        case .notAscending: "not larger than the number before it"
        case .notConsecutive: "not the integer after the one before it"
        case .emptyBin: "a bin no value of the field falls into"
        case .notARecord(let field, let code):
            "not a record of this schema, `\(field)` is \(code.rawValue)"
        case .unread: "names a property that could not be read"
        }
    }
}

/// Numbers in messages.
enum Numerals {
    /// `72`, `0.5`: integral values without a fraction.
    static func text(_ value: Double) -> String {
        if let integer = Int64(exactly: value) { String(integer) } else { String(value) }
    }
}
