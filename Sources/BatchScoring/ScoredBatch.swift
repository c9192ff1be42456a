internal import Features
internal import JSON

/// What became of some rows, in their order.
package struct ScoredBatch: Sendable {
    /// A line for each row that was scored.
    package internal(set) var predictions: [UInt8] = []
    /// A line of JSON for each thing that is wrong with the others: `row`, `line`, `column` (null
    /// where it is the whole row), `code` and `detail`. Names are reported, values never.
    package internal(set) var refusals: [UInt8] = []
    package internal(set) var counts = ScoringCounts()

    mutating func removeAll() {
        predictions.removeAll(keepingCapacity: true)
        refusals.removeAll(keepingCapacity: true)
        counts = ScoringCounts()
    }

    /// Notes one thing that is wrong with a row.
    mutating func refuse(row: Int, line: Int, column: String?, code: String, detail: String) {
        var writer = JSONWriter(appendingTo: refusals)
        refusals = []
        writer.beginObject()
        writer.name("row")
        writer.number(row)
        writer.name("line")
        writer.number(line)
        writer.name("column")
        if let column { writer.string(column) } else { writer.null() }
        writer.name("code")
        writer.string(code)
        writer.name("detail")
        writer.string(detail)
        writer.endObject()
        writer.newline()
        refusals = writer.finish()
    }
}

/// How many rows were scored, and how many were not.
package struct ScoringCounts: Equatable, Sendable {
    package internal(set) var scored = 0
    package internal(set) var refused = 0
    /// Rows that were scored though a number of theirs is beyond its field's bounds.
    package internal(set) var outOfRange = 0

    package init() {}

    static func += (counts: inout ScoringCounts, others: ScoringCounts) {
        counts.scored += others.scored
        counts.refused += others.refused
        counts.outOfRange += others.outOfRange
    }
}
