/// A rule that records of the data keep: where all conditions hold, all conclusions do. It is there
/// to find contradictions in a table; no request is refused for one.
package struct Implication: Equatable, Sendable {
    /// Some fields, each with the values it may have.
    package let conditions: [FieldValues]
    package let conclusions: [FieldValues]
    /// What the document says about it; empty where it says nothing.
    package let description: String

    /// The conclusions that a valid record breaks, as indices into `conclusions`.
    package func broken(by record: borrowing Record) -> [Int] {
        for condition in conditions where !condition.holds(in: record) { return [] }
        var broken: [Int] = []
        for index in conclusions.indices where !conclusions[index].holds(in: record) {
            broken.append(index)
        }
        return broken
    }
}

/// A field and some of its values.
package struct FieldValues: Equatable, Sendable {
    /// An index into `Schema.fields`.
    package let field: Int
    /// As a `Record` has them: a number is itself, a category the index of its value.
    package let values: [Double]

    package init(field: Int, values: [Double]) {
        self.field = field
        self.values = values
    }

    func holds(in record: borrowing Record) -> Bool { values.contains(record.values[field]) }
}

/// Reads the implications of a schema, which refer to its fields.
struct ImplicationReader {
    let fields: [Field]
    /// Properties with mistakes of their own.
    let unread: Set<String>

    func read(
        _ document: SchemaNode, _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) -> [Implication] {
        guard let list = try document.member(.implies) else { return [] }
        var implications: [Implication] = []
        for node in try list.elements(atMost: SchemaLimits.implicationsMax) {
            mistakes.attempt { mistakes throws(SchemaError) in
                try node.refuse(allBut: SchemaKeyword.implication, &mistakes)
            }
            let description = mistakes.attempt { () throws(SchemaError) in
                try node.member(.description)?.prose() ?? ""
            }
            let conditions = mistakes.attempt { mistakes throws(SchemaError) in
                try readValues(node.required(.condition), &mistakes)
            }
            let conclusions = mistakes.attempt { mistakes throws(SchemaError) in
                try readValues(node.required(.conclusion), &mistakes)
            }
            guard let description, let conditions, let conclusions else { continue }
            implications.append(
                Implication(
                    conditions: conditions, conclusions: conclusions, description: description))
        }
        return implications
    }

    private func readValues(
        _ object: SchemaNode, _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) -> [FieldValues] {
        var list: [FieldValues] = []
        for (name, node) in try object.members(atMost: SchemaLimits.fieldsMax) {
            mistakes.attempt { mistakes throws(SchemaError) in
                guard let index = fields.firstIndex(where: { $0.name == name }) else {
                    throw node.error(unread.contains(name) ? .unread : .unknownName)
                }
                var values: [Double] = []
                for element in try node.elements(atMost: SchemaLimits.valuesMax) {
                    mistakes.attempt { () throws(SchemaError) in
                        let value = try read(element, of: fields[index].kind)
                        if values.contains(value) { throw element.error(.duplicate) }
                        values.append(value)
                    }
                }
                list.append(FieldValues(field: index, values: values))
            }
        }
        return list
    }

    private func read(_ node: SchemaNode, of kind: FieldKind) throws(SchemaError) -> Double {
        switch kind {
        case .category(let known, _):
            guard let index = known.firstIndex(of: try node.string()) else {
                throw node.error(.unknownName)
            }
            return Double(index)
        case .integer(let minimum, let maximum):
            return try read(node, integral: true, minimum, maximum)
        case .number(let minimum, let maximum):
            return try read(node, integral: false, minimum, maximum)
        }
    }

    private func read(
        _ node: SchemaNode, integral: Bool, _ minimum: Double, _ maximum: Double
    ) throws(SchemaError) -> Double {
        let value = try node.bound(integral: integral)
        guard value >= minimum && value <= maximum else {
            throw node.error(.outOfRange(minimum: minimum, maximum: maximum))
        }
        return value
    }
}
