/// A validated record: one number for each of `Schema.features`, the fields first and then the
/// derived features. A category is the index of its value; a number is itself.
package struct Record: Equatable, Sendable {
    package var values: [Double]

    package init(values: [Double]) { self.values = values }
}

/// Computes the derived features of a schema from the fields.
package struct Derivation: Sendable {
    private struct Step {
        let isCount: Bool
        /// Into `bins` or into `terms`.
        let range: Range<Int>
        let field: Int
    }

    private struct Term {
        let field: Int
        /// Where the field's values begin in `counts`.
        let offset: Int
    }

    private let fieldCount: Int
    private var steps: [Step] = []
    private var upperEdges: [Double] = []
    private var terms: [Term] = []
    private var counts: [Bool] = []

    package init(_ schema: Schema) {
        fieldCount = schema.fields.count
        for feature in schema.derived {
            switch feature.kind {
            case .bins(let field, let edges, _):
                let range = upperEdges.count..<upperEdges.count + edges.count
                steps.append(Step(isCount: false, range: range, field: field))
                upperEdges += edges
            case .count(let fields):
                let range = terms.count..<terms.count + fields.count
                steps.append(Step(isCount: true, range: range, field: 0))
                for counted in fields { append(counted, of: schema) }
            }
        }
    }

    private mutating func append(_ counted: CountedField, of schema: Schema) {
        guard case .category(let values, _) = schema.fields[counted.field].kind else {
            preconditionFailure("a schema counts values of categories only")
        }
        terms.append(Term(field: counted.field, offset: counts.count))
        counts += values.indices.map { counted.values.contains($0) }
    }

    /// A record of these values of the schema's fields, which must be valid.
    package func record(of fieldValues: [Double]) -> Record {
        precondition(fieldValues.count == fieldCount)
        var values = fieldValues + repeatElement(0, count: steps.count)
        complete(&values)
        return Record(values: values)
    }

    /// Sets the derived features after the fields, which must be valid.
    package func complete(_ values: inout [Double]) {
        for i in 0..<steps.count {
            let step = steps[i]
            var result = 0
            if step.isCount {
                for term in step.range
                where counts[terms[term].offset + Int(values[terms[term].field])] {
                    result += 1
                }
            } else {
                let value = values[step.field]
                // A number beyond the field's maximum, if that is accepted, is in the last bin.
                let last = step.range.count - 1
                while result < last, value > upperEdges[step.range.lowerBound + result] {
                    result += 1
                }
            }
            values[fieldCount + i] = Double(result)
        }
    }
}
