/// Reads one property of a schema.
enum PropertyReader {
    enum Property {
        case field(Field)
        case identifier(description: String)
    }

    private enum PropertyType: String, CaseIterable {
        case string, integer, number
    }

    static func read(_ name: String, _ node: SchemaNode) throws(SchemaError) -> Property {
        let type = try node.required(.type).choice(PropertyType.self)
        for keyword in [SchemaKeyword.comment, .title] { _ = try node.member(keyword)?.prose() }
        let description = try node.member(.description)?.prose() ?? ""
        let kind: FieldKind
        switch type {
        case .string:
            if let identifier = try node.member(.identifier) {
                try node.refuse(allBut: SchemaKeyword.identifierProperty)
                guard try identifier.boolean() else {
                    throw identifier.error(.unsupported(wanted: ["true"]))
                }
                return .identifier(description: description)
            }
            try node.refuse(allBut: SchemaKeyword.category)
            let values = try readValues(node.required(.enumeration))
            kind = .category(values: values, aliases: try readAliases(node, values))
        case .integer:
            let (minimum, maximum) = try readIntegers(node)
            kind = .integer(minimum: minimum, maximum: maximum)
        case .number:
            try node.refuse(allBut: SchemaKeyword.boundedNumber)
            let (minimum, maximum) = try readBounds(node, integral: false)
            kind = .number(minimum: minimum, maximum: maximum)
        }
        let blank = try readBlank(node, kind)
        return .field(Field(name: name, kind: kind, blank: blank, description: description))
    }

    static func readValues(_ node: SchemaNode) throws(SchemaError) -> [String] {
        var values: [String] = []
        for element in try node.elements(atMost: SchemaLimits.valuesMax) {
            let value = try element.label()
            if values.contains(value) { throw element.error(.duplicate) }
            values.append(value)
        }
        return values
    }

    private static func readAliases(
        _ node: SchemaNode, _ values: [String]
    ) throws(SchemaError) -> [CategoryAlias] {
        guard let list = try node.member(.aliases) else { return [] }
        var aliases: [CategoryAlias] = []
        for (name, alias) in try list.members(atMost: SchemaLimits.valuesMax) {
            try alias.check(name, bytesMax: SchemaLimits.valueBytesMax)
            if values.contains(name) || aliases.contains(where: { $0.name == name }) {
                throw alias.error(.duplicate)
            }
            guard let index = values.firstIndex(of: try alias.string()) else {
                throw alias.error(.unknownName)
            }
            aliases.append(CategoryAlias(name: name, index: index))
        }
        return aliases
    }

    /// The bounds of an integer, or an `enum` of consecutive integers, which says the same.
    private static func readIntegers(
        _ node: SchemaNode
    ) throws(SchemaError) -> (Double, Double) {
        guard let list = try node.member(.enumeration) else {
            try node.refuse(allBut: SchemaKeyword.boundedNumber)
            return try readBounds(node, integral: true)
        }
        try node.refuse(allBut: SchemaKeyword.enumeratedInteger)
        var values: [Double] = []
        for element in try list.elements(atMost: SchemaLimits.valuesMax) {
            let value = try element.bound(integral: true)
            if let last = values.last, value != last + 1 { throw element.error(.notConsecutive) }
            values.append(value)
        }
        return (values[0], values[values.count - 1])
    }

    private static func readBounds(
        _ node: SchemaNode, integral: Bool
    ) throws(SchemaError) -> (Double, Double) {
        let minimum = try node.required(.minimum).bound(integral: integral)
        let upper = try node.required(.maximum)
        let maximum = try upper.bound(integral: integral)
        guard maximum >= minimum else {
            throw upper.error(
                .outOfRange(minimum: minimum, maximum: SchemaLimits.boundMagnitudeMax))
        }
        return (minimum, maximum)
    }

    private static func readBlank(
        _ node: SchemaNode, _ kind: FieldKind
    ) throws(SchemaError) -> Double? {
        guard let blank = try node.member(.blank) else { return nil }
        switch kind {
        case .category:
            throw blank.error(.inapplicableKeyword)
        case .integer(let minimum, let maximum):
            return try readBlank(blank, integral: true, minimum, maximum)
        case .number(let minimum, let maximum):
            return try readBlank(blank, integral: false, minimum, maximum)
        }
    }

    private static func readBlank(
        _ blank: SchemaNode, integral: Bool, _ minimum: Double, _ maximum: Double
    ) throws(SchemaError) -> Double {
        let value = try blank.bound(integral: integral)
        guard value >= minimum && value <= maximum else {
            throw blank.error(.outOfRange(minimum: minimum, maximum: maximum))
        }
        return value
    }
}
