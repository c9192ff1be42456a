package import JSON

extension FeatureEncoding {
    private enum Member: String, CaseIterable {
        case columns, name, feature, value, mean, scale
    }

    /// The encoding as JSON: `{"columns":[{"name":…,"feature":…,"value":…,"mean":…,"scale":…},…]}`.
    /// `value` is there for a category only, `mean` and `scale` only where they change something.
    package var document: JSONValue {
        let list = columns.map { column in
            var members: [(name: String, value: JSONValue)] = [
                (Member.name.rawValue, .string(column.name)),
                (Member.feature.rawValue, .string(features[column.feature].name)),
            ]
            if let category = column.category, let values = features[column.feature].categories {
                members.append((Member.value.rawValue, .string(values[category])))
            }
            if column.mean != 0 { members.append((Member.mean.rawValue, .number(column.mean))) }
            if column.scale != 1 { members.append((Member.scale.rawValue, .number(column.scale))) }
            return JSONValue.object(JSONObject(members: members))
        }
        return .object(JSONObject(members: [(Member.columns.rawValue, .array(list))]))
    }

    /// Reads what `document` gives. It must cover the schema exactly: each number by one column,
    /// each value of each category by one. Pointers in errors begin at `document`.
    package init(document: JSONValue, schema: Schema) throws(SchemaError) {
        let root = SchemaNode(value: document, pointer: .root)
        try FeatureEncoding.refuse(root, allBut: [.columns])
        let list = try FeatureEncoding.required(.columns, of: root)
        let features = schema.features
        let wanted = features.flatMap { $0.categories?.map { Optional($0) } ?? [nil] }
        var columns: [Column] = []
        var names: Set<String> = []
        var covered: Set<[Int]> = []
        for node in try list.elements(atMost: wanted.count) {
            let column = try FeatureEncoding.column(node, features)
            guard names.insert(column.name).inserted else {
                throw try FeatureEncoding.required(.name, of: node).error(.duplicate)
            }
            guard covered.insert([column.feature, column.category ?? -1]).inserted else {
                throw node.error(.duplicate)
            }
            columns.append(column)
        }
        for (index, feature) in features.enumerated() {
            guard let categories = feature.categories else {
                if covered.contains([index, -1]) { continue }
                throw list.error(.incomplete(lacking: feature.name))
            }
            for (category, value) in categories.enumerated()
            where !covered.contains([index, category]) {
                throw list.error(.incomplete(lacking: "\(feature.name)=\(value)"))
            }
        }
        self.init(columns: columns, features: features)
    }

    private static func column(
        _ node: SchemaNode, _ features: [Feature]
    ) throws(SchemaError) -> Column {
        try refuse(node, allBut: [.name, .feature, .value, .mean, .scale])
        let name = try required(.name, of: node).label(bytesMax: SchemaLimits.columnNameBytesMax)
        let source = try required(.feature, of: node)
        let sourceName = try source.string()
        guard let feature = features.firstIndex(where: { $0.name == sourceName }) else {
            throw source.error(.unknownName)
        }
        let category = try category(node, features[feature])
        let limit = SchemaLimits.boundMagnitudeMax
        let mean = try number(.mean, of: node, from: -limit, to: limit) ?? 0
        let scale = try number(.scale, of: node, from: SchemaLimits.scaleMin, to: limit) ?? 1
        return Column(name: name, feature: feature, category: category, mean: mean, scale: scale)
    }

    private static func category(
        _ node: SchemaNode, _ feature: Feature
    ) throws(SchemaError) -> Int? {
        guard let categories = feature.categories else {
            if let value = try node.member(Member.value.rawValue) {
                throw value.error(.inapplicableKeyword)
            }
            return nil
        }
        let value = try required(.value, of: node)
        let name = try value.string()
        guard let category = categories.firstIndex(of: name) else {
            throw value.error(.unknownName)
        }
        return category
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
