package import Features
internal import JSON
package import Tables

/// What a check has found.
package struct DataReport: Sendable {
    /// The columns, in the table's order.
    package internal(set) var columns: [ColumnSummary] = []
    package internal(set) var rowCount = 0
    /// Rows with an error.
    package internal(set) var unusableCount = 0
    /// How often each oddity was found.
    package internal(set) var oddityCounts: [DataOddity: Int] = [:]
    /// The values of the target's column if no row has one of its two values.
    package internal(set) var otherOutcomes: OtherOutcomes?
    /// Whether there were more rows than are remembered, so that a row may repeat one unnoticed.
    package internal(set) var hasForgotten = false

    /// How many rows have the positive outcome and the negative one; nil without such a column.
    package var outcomes: (positive: Int, negative: Int)? {
        guard let target = columns.first(where: { $0.kind == .target }) else { return nil }
        return (target.valueCounts[0], target.valueCounts[1])
    }

    /// The report as one JSON object.
    package func json(schema: Schema) -> [UInt8] {
        var writer = JSONWriter(reserving: 4096)
        writer.beginObject()
        writer.name("rows")
        writer.number(rowCount)
        writer.name("unusable_rows")
        writer.number(unusableCount)
        writer.name("warnings")
        writer.beginObject()
        for oddity in DataOddity.allCases {
            writer.name(oddity.rawValue)
            writer.number(oddityCounts[oddity] ?? 0)
        }
        writer.endObject()
        writer.name("remembered_all_rows")
        writer.bool(!hasForgotten)
        writer.name("columns")
        writer.beginArray()
        for column in columns { DataReport.write(column, schema, to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.newline()
        return writer.finish()
    }

    private static func write(
        _ column: ColumnSummary, _ schema: Schema, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.name("name")
        writer.string(column.name)
        writer.name("type")
        writer.string(column.typeName(in: schema))
        writer.name("blank")
        writer.number(column.blankCount)
        writer.name("bad")
        writer.number(column.badCount)
        if let range = column.range {
            writer.name("minimum")
            writer.number(range.lowerBound)
            writer.name("maximum")
            writer.number(range.upperBound)
        }
        let values = column.values(in: schema)
        if !values.isEmpty {
            writer.name("values")
            writer.beginObject()
            for (value, count) in zip(values, column.valueCounts) {
                writer.name(value)
                writer.number(count)
            }
            writer.endObject()
            writer.name("unknown_values")
            writer.beginArray()
            for unknown in column.unknownValues {
                writer.beginObject()
                writer.name("text")
                writer.string(unknown.text)
                writer.name("count")
                writer.number(unknown.count)
                writer.name("first_line")
                writer.number(unknown.firstLine)
                writer.endObject()
            }
            writer.endArray()
            writer.name("further_unknown")
            writer.number(column.furtherUnknownCount)
        }
        writer.endObject()
    }
}

extension ColumnSummary {
    /// What the column holds, in a word.
    package func typeName(in schema: Schema) -> String {
        switch kind {
        case .identifier: "identifier"
        case .target: "target"
        case .field(let field):
            switch schema.fields[field].kind {
            case .category: "category"
            case .integer: "integer"
            case .number: "number"
            }
        }
    }

    /// What `valueCounts` counts.
    package func values(in schema: Schema) -> [String] {
        switch kind {
        case .identifier: []
        case .target: schema.target.map { [$0.positive, $0.negative] } ?? []
        case .field(let field): schema.features[field].categories ?? []
        }
    }
}
