package import JSON

extension FeatureEncoding {
    private enum Member: String, CaseIterable {
        case columns, omitted, name, feature, value, codes, mean, scale
    }

    /// The encoding as JSON: `{"columns":[{"name":…,"feature":…,"value":…,"mean":…,"scale":…},…]}`.
    /// `value` is there for the presence of a value only, `codes` for a code only, `mean` and
    /// `scale` only where they change something, and `omitted` where a column lacks.
    package var document: JSONValue {
        let list = columns.map { column in
            var members: [(name: String, value: JSONValue)] = [
                (Member.name.rawValue, .string(column.name)),
                (Member.feature.rawValue, .string(features[column.feature].name)),
            ]
            switch column.content {
            case .number: break
            case .presence(let place):
                let values = features[column.feature].values ?? []
                members.append((Member.value.rawValue, .string(values[place])))
            case .code(let order):
                members.append((Member.codes.rawValue, .array(order.map { .string($0) })))
            }
            if column.mean != 0 { members.append((Member.mean.rawValue, .number(column.mean))) }
            if column.scale != 1 { members.append((Member.scale.rawValue, .number(column.scale))) }
            return JSONValue.object(members)
        }
        var members: [(name: String, value: JSONValue)] = [(Member.columns.rawValue, .array(list))]
        let omitted = omissions.map { JSONValue.string($0) }
        if !omitted.isEmpty { members.append((Member.omitted.rawValue, .array(omitted))) }
        return .object(members)
    }

    /// Reads what `document` gives. Columns and `omitted` together must cover the schema exactly:
    /// each number once and each value of each category once. Pointers in errors begin at
    /// `document`.
    package init(document: JSONValue, schema: Schema) throws(SchemaError) {
        let root = SchemaNode(value: document, pointer: .root)
        try FeatureEncoding.refuse(root, allBut: [.columns, .omitted])
        let list = try FeatureEncoding.required(.columns, of: root)
        let features = schema.features
        let columnsMax = features.reduce(0) { $0 + ($1.values?.count ?? 1) }
        let nodes = try list.elements(atMost: columnsMax)
        var columns: [Column] = []
        for node in nodes { columns.append(try FeatureEncoding.column(node, features)) }
        let omissions = try FeatureEncoding.check(columns, nodes, features)

        var unnamed = omissions[...]
        if let omitted = try root.member(Member.omitted.rawValue) {
            for node in try omitted.elements(atMost: columnsMax) {
                let name = try node.string()
                guard omissions.contains(name) else { throw node.error(.notOmitted) }
                guard let index = unnamed.firstIndex(of: name) else { throw node.error(.duplicate) }
                unnamed.remove(at: index)
            }
        }
        if let lacking = unnamed.first { throw list.error(.incomplete(lacking: lacking)) }
        self.init(columns: columns, features: features)
    }

    /// Makes the encoding of columns that a model has; what none of them shows is omitted. Pointers
    /// in errors begin at the list of columns.
    package init(columns: [Column], schema: Schema) throws(SchemaError) {
        let features = schema.features
        let root = SchemaNode(value: .array([]), pointer: .root)
        let nodes = columns.indices.map { index in
            SchemaNode(value: .null, pointer: root.pointer.appending(index))
        }
        if columns.isEmpty { throw root.error(.empty) }
        _ = try FeatureEncoding.check(columns, nodes, features)
        self.init(columns: columns, features: features)
    }

    /// One column from its document, as it stands in `columns`. Pointers in errors begin at it.
    package static func column(
        document: JSONValue, schema: Schema
    ) throws(SchemaError) -> Column {
        try column(SchemaNode(value: document, pointer: .root), schema.features)
    }

    /// What no column shows. Throws for a name that comes twice, and for what is shown twice.
    private static func check(
        _ columns: [Column], _ nodes: [SchemaNode], _ features: [Feature]
    ) throws(SchemaError) -> [String] {
        var names: Set<String> = []
        var coverage = EncodingCoverage(features)
        for (column, node) in zip(columns, nodes) {
            guard names.insert(column.name).inserted else {
                throw SchemaError(.duplicate, at: node.pointer.appending(Member.name.rawValue))
            }
            guard coverage.add(column) else { throw node.error(.duplicate) }
        }
        return coverage.omissions
    }

    private static func column(
        _ node: SchemaNode, _ features: [Feature]
    ) throws(SchemaError) -> Column {
        try refuse(node, allBut: [.name, .feature, .value, .codes, .mean, .scale])
        let name = try required(.name, of: node).label(bytesMax: SchemaLimits.columnNameBytesMax)
        let source = try required(.feature, of: node)
        let sourceName = try source.string()
        guard let feature = features.firstIndex(where: { $0.name == sourceName }) else {
            throw source.error(.unknownName)
        }
        let content = try content(node, features[feature])
        let limit = SchemaLimits.boundMagnitudeMax
        let mean = try number(.mean, of: node, from: -limit, to: limit) ?? 0
        let scale = try number(.scale, of: node, from: SchemaLimits.scaleMin, to: limit) ?? 1
        return Column(name: name, feature: feature, content: content, mean: mean, scale: scale)
    }

    /// A category is shown by `value` or `codes`; an integer of few values may be, too.
    private static func content(
        _ node: SchemaNode, _ feature: Feature
    ) throws(SchemaError) -> Content {
        let value = try node.member(Member.value.rawValue)
        let codes = try node.member(Member.codes.rawValue)
        if value != nil, let codes { throw codes.error(.inapplicableKeyword) }
        guard let values = feature.values else {
            if let member = value ?? codes { throw member.error(.inapplicableKeyword) }
            return .number
        }
        if let codes { return .code(order: try order(codes, of: values)) }
        guard let value else {
            guard feature.categories == nil else {
                throw SchemaError(
                    .missing, at: node.pointer.appending(Member.value.rawValue))
            }
            return .number
        }
        guard let place = values.firstIndex(of: try value.string()) else {
            throw value.error(.unknownName)
        }
        return .presence(of: place)
    }

    private static func order(
        _ codes: SchemaNode, of values: [String]
    ) throws(SchemaError) -> [String] {
        var order: [String] = []
        for node in try codes.elements(atMost: SchemaLimits.codesMax) {
            let value = try node.label()
            if order.contains(value) { throw node.error(.duplicate) }
            order.append(value)
        }
        if let lacking = values.first(where: { !order.contains($0) }) {
            throw codes.error(.incomplete(lacking: lacking))
        }
        return order
    }

    private static func number(
        _ member: Member, of node: SchemaNode, from minimum: Double, to maximum: Double
    ) throws(SchemaError) -> Double? {
        guard let number = try node.member(member.rawValue) else { return nil }
        let value = try number.number()
        guard value >= minimum && value <= maximum else {
            throw number.error(.outOfRange(minimum: minimum, maximum: maximum))
        }
        return value
    }

    private static func required(
        _ member: Member, of node: SchemaNode
    ) throws(SchemaError) -> SchemaNode {
        guard let found = try node.member(member.rawValue) else {
            throw SchemaError(.missing, at: node.pointer.appending(member.rawValue))
        }
        return found
    }

    private static func refuse(
        _ node: SchemaNode, allBut members: Set<Member>
    ) throws(SchemaError) {
        for (name, member) in try node.members() {
            guard let known = Member(rawValue: name), members.contains(known) else {
                throw member.error(.unknownKeyword)
            }
        }
    }
}
