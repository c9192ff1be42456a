/// Reads one property of a schema.
enum PropertyReader {
    enum Property {
        case field(Field)
        case identifier(description: String)
    }

    private enum PropertyType: String, CaseIterable {
        case string, integer, number
    }

    /// Throws where nothing more can be read of the property; its other mistakes are noted, and
    /// then this throws `unread`.
    static func read(
        _ name: String, _ node: SchemaNode, _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) -> Property {
        let before = mistakes.count
        let type = try node.required(.type).choice(PropertyType.self)
        var description = ""
        for keyword in [SchemaKeyword.comment, .title, .description] {
            let text = mistakes.attempt { () throws(SchemaError) in
                try node.member(keyword)?.prose() ?? ""
            }
            if keyword == .description { description = text ?? "" }
        }
        let kind: FieldKind?
        switch type {
        case .string:
            if let identifier = try node.member(.identifier) {
                try node.refuse(allBut: SchemaKeyword.identifierProperty, &mistakes)
                guard try identifier.boolean() else {
                    throw identifier.error(.unsupported(wanted: ["true"]))
                }
                return .identifier(description: description)
            }
            try node.refuse(allBut: SchemaKeyword.category, &mistakes)
            let values = try readValues(node.required(.enumeration), &mistakes)
            kind = .category(
                values: values, aliases: try readAliases(node, values, &mistakes))
        case .integer:
            kind = try readIntegers(node, &mistakes).map { .integer(minimum: $0, maximum: $1) }
        case .number:
            try node.refuse(allBut: SchemaKeyword.boundedNumber, &mistakes)
            kind = readBounds(node, integral: false, &mistakes)
                .map { .number(minimum: $0, maximum: $1) }
        }
        let outOfRange = mistakes.attempt { () throws(SchemaError) in
            try readOutOfRange(node, type)
        }
        let blank = mistakes.attempt { () throws(SchemaError) in
            try kind.flatMap { kind throws(SchemaError) in try readBlank(node, kind) }
        }
        let isProtected = mistakes.attempt { () throws(SchemaError) in
            try node.member(.protected)?.boolean() ?? false
        }
        let reason = mistakes.attempt { mistakes throws(SchemaError) in
            try node.reason(&mistakes)
        }
        guard mistakes.count == before, let kind, let blank, let outOfRange, let isProtected,
            let reason
        else { throw node.error(.unread) }
        return .field(
            Field(
                name: name, kind: kind, blank: blank, outOfRange: outOfRange,
                description: description, isProtected: isProtected, reason: reason))
    }

    static func readValues(
        _ node: SchemaNode, _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) -> [String] {
        var values: [String] = []
        for element in try node.elements(atMost: SchemaLimits.valuesMax) {
            mistakes.attempt { () throws(SchemaError) in
                let value = try element.label()
                if values.contains(value) { throw element.error(.duplicate) }
                values.append(value)
            }
        }
        return values
    }

    private static func readAliases(
        _ node: SchemaNode, _ values: [String], _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) -> [CategoryAlias] {
        guard let list = try node.member(.aliases) else { return [] }
        var aliases: [CategoryAlias] = []
        for (name, alias) in try list.members(atMost: SchemaLimits.valuesMax) {
            mistakes.attempt { () throws(SchemaError) in
                try alias.check(name, bytesMax: SchemaLimits.valueBytesMax)
                if values.contains(name) || aliases.contains(where: { $0.name == name }) {
                    throw alias.error(.duplicate)
                }
                guard let index = values.firstIndex(of: try alias.string()) else {
                    throw alias.error(.unknownName)
                }
                aliases.append(CategoryAlias(name: name, index: index))
            }
        }
        return aliases
    }

    /// The bounds of an integer, or an `enum` of consecutive integers, which says the same.
    private static func readIntegers(
        _ node: SchemaNode, _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) -> (Double, Double)? {
        guard let list = try node.member(.enumeration) else {
            try node.refuse(allBut: SchemaKeyword.boundedNumber, &mistakes)
            return readBounds(node, integral: true, &mistakes)
        }
        try node.refuse(allBut: SchemaKeyword.enumeratedInteger, &mistakes)
        var values: [Double] = []
        for element in try list.elements(atMost: SchemaLimits.valuesMax) {
            let value = try element.bound(integral: true)
            if let last = values.last, value != last + 1 { throw element.error(.notConsecutive) }
            values.append(value)
        }
        return (values[0], values[values.count - 1])
    }

    /// Nil where one of them is wrong.
    private static func readBounds(
        _ node: SchemaNode, integral: Bool, _ mistakes: inout SchemaMistakes
    ) -> (Double, Double)? {
        let minimum = mistakes.attempt { () throws(SchemaError) in
            try node.required(.minimum).bound(integral: integral)
        }
        let maximum = mistakes.attempt { () throws(SchemaError) in
            let upper = try node.required(.maximum)
            let maximum = try upper.bound(integral: integral)
            if let minimum, maximum < minimum {
                throw upper.error(
                    .outOfRange(minimum: minimum, maximum: SchemaLimits.boundMagnitudeMax))
            }
            return maximum
        }
        guard let minimum, let maximum, maximum >= minimum else { return nil }
        return (minimum, maximum)
    }

    private static func readOutOfRange(
        _ node: SchemaNode, _ type: PropertyType
    ) throws(SchemaError) -> OutOfRange {
        // Where it does not apply, that has been noted.
        guard type != .string, let choice = try node.member(.outOfRange) else { return .refuse }
        return try choice.choice(OutOfRange.self)
    }

    private static func readBlank(
        _ node: SchemaNode, _ kind: FieldKind
    ) throws(SchemaError) -> Double? {
        guard let blank = try node.member(.blank) else { return nil }
        switch kind {
        // Noted already.
        case .category: return nil
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
