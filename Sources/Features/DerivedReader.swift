/// Reads the derived features of a schema, which refer to its fields.
struct DerivedReader {
    let fields: [Field]
    /// Properties with mistakes of their own.
    let unread: Set<String>

    private enum Kind: String, CaseIterable {
        case bins, count
    }

    func read(
        _ document: SchemaNode, _ parts: SchemaReader.Contents, _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) -> [DerivedFeature] {
        guard let list = try document.member(.derived) else { return [] }
        var derived: [DerivedFeature] = []
        for (name, node) in try list.members(atMost: SchemaLimits.derivedMax) {
            mistakes.attempt { () throws(SchemaError) in
                try node.checkName(name)
                let taken =
                    name == parts.identifier?.name || name == parts.target?.column
                    || fields.contains { $0.name == name } || derived.contains { $0.name == name }
                if taken { throw node.error(.duplicate) }
            }
            mistakes.attempt { mistakes throws(SchemaError) in
                derived.append(
                    DerivedFeature(
                        name: name, kind: try readKind(node, &mistakes),
                        reason: try node.reason(&mistakes)))
            }
        }
        return derived
    }

    private func readKind(
        _ node: SchemaNode, _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) -> DerivedKind {
        let kind = try node.required(.kind).choice(Kind.self)
        mistakes.attempt { () throws(SchemaError) in
            _ = try node.member(.description)?.prose()
        }
        switch kind {
        case .bins:
            try node.refuse(allBut: SchemaKeyword.bins, &mistakes)
            return try readBins(node, &mistakes)
        case .count:
            try node.refuse(allBut: SchemaKeyword.count, &mistakes)
            return .count(of: try readCount(node.required(.of), &mistakes))
        }
    }

    private func readBins(
        _ node: SchemaNode, _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) -> DerivedKind {
        let source = try node.required(.field)
        let field = try index(of: source.string(), at: source)
        let bounds: (minimum: Double, maximum: Double)
        switch fields[field].kind {
        case .category: throw source.error(.unsuitableField)
        case .integer(let minimum, let maximum), .number(let minimum, let maximum):
            bounds = (minimum, maximum)
        }
        let edges = try readEdges(node.required(.upperEdges), bounds.minimum, bounds.maximum)
        let labels = try node.required(.labels)
        let before = mistakes.count
        let names = try PropertyReader.readValues(labels, &mistakes)
        guard names.count == edges.count || mistakes.count > before else {
            throw labels.error(.wrongCount(wanted: edges.count))
        }
        return .bins(field: field, upperEdges: edges, labels: names)
    }

    /// Edges that give every value of the field a bin, and every bin a value.
    private func readEdges(
        _ list: SchemaNode, _ minimum: Double, _ maximum: Double
    ) throws(SchemaError) -> [Double] {
        var edges: [Double] = []
        for node in try list.elements(atMost: SchemaLimits.binsMax) {
            let edge = try node.bound(integral: false)
            if let last = edges.last {
                guard edge > last else { throw node.error(.notAscending) }
                // The bin begins above the edge before it.
                guard last < maximum else { throw node.error(.emptyBin) }
            } else if edge < minimum {
                throw node.error(.emptyBin)
            }
            edges.append(edge)
        }
        let last = edges[edges.count - 1]
        guard last >= maximum else {
            throw SchemaError(
                .outOfRange(minimum: maximum, maximum: SchemaLimits.boundMagnitudeMax),
                at: list.pointer.appending(edges.count - 1))
        }
        return edges
    }

    private func readCount(
        _ list: SchemaNode, _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) -> [CountedField] {
        var counted: [CountedField] = []
        for (name, node) in try list.members(atMost: SchemaLimits.fieldsMax) {
            mistakes.attempt { mistakes throws(SchemaError) in
                counted.append(try readCounted(name, node, &mistakes))
            }
        }
        return counted
    }

    private func readCounted(
        _ name: String, _ node: SchemaNode, _ mistakes: inout SchemaMistakes
    ) throws(SchemaError) -> CountedField {
        let field = try index(of: name, at: node)
        guard case .category(let known, _) = fields[field].kind else {
            throw node.error(.unsuitableField)
        }
        var values: [Int] = []
        for element in try node.elements(atMost: SchemaLimits.valuesMax) {
            mistakes.attempt { () throws(SchemaError) in
                guard let value = known.firstIndex(of: try element.string()) else {
                    throw element.error(.unknownName)
                }
                if values.contains(value) { throw element.error(.duplicate) }
                values.append(value)
            }
        }
        return CountedField(field: field, values: values)
    }

    private func index(of name: String, at node: SchemaNode) throws(SchemaError) -> Int {
        guard let index = fields.firstIndex(where: { $0.name == name }) else {
            throw node.error(unread.contains(name) ? .unread : .unknownName)
        }
        return index
    }
}
