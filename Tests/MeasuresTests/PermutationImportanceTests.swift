import Features
import Measures
import TestSupport
import Testing

struct PermutationImportanceTests {
    private struct Refusal: Error {}

    private let schema: Schema
    private let records: [Record]
    private let labels: [Bool]

    init() throws {
        let text = """
            {"type": "object", "properties": {
              "idle": {"type": "number", "minimum": 0, "maximum": 9},
              "months": {"type": "integer", "minimum": 0, "maximum": 72},
              "fixed": {"type": "string", "enum": ["a", "b"]}},
             "required": ["idle", "months", "fixed"], "additionalProperties": false,
             "x-derived": {"age": {"kind": "bins", "field": "months",
               "upperEdges": [36, 72], "labels": ["new", "old"]}}}
            """
        schema = try Schema(json: Array(text.utf8).span)
        let derivation = Derivation(schema)
        records = (0..<60).map { row in
            derivation.record(of: [Double(row % 10), Double(row), 1])
        }
        labels = (0..<60).map { $0 <= 36 }
    }

    @Test func `what a model does not use has no importance, what it uses has`() throws {
        let importance = PermutationImportance(
            records, labels: labels, schema: schema, repeats: 5, seed: 1
        ) { records in records.map { 1 - $0.values[1] / 100 } }
        #expect(importance.fields.map(\.name) == ["idle", "months", "fixed"])
        #expect(importance.fields[0].drop == Spread([0, 0]))
        #expect(importance.fields[2].drop == Spread([0, 0]))
        // Perfect before, a coin's toss after.
        #expect(isNear(importance.fields[1].drop.mean, 0.5, within: 0.1))
        #expect(importance.fields[1].drop.deviation > 0)
    }

    @Test func `a derived feature follows its field`() {
        let importance = PermutationImportance(
            records, labels: labels, schema: schema, repeats: 5, seed: 1
        ) { records in records.map { 1 - $0.values[3] } }
        #expect(isNear(importance.fields[1].drop.mean, 0.5, within: 0.15))
    }

    @Test func `a field takes the values it had, each as often`() {
        var seen: [[Double]] = []
        _ = PermutationImportance(
            records, labels: labels, schema: schema, repeats: 2, seed: 4
        ) { records in
            seen.append(records.map { $0.values[1] })
            return records.map { _ in 0.5 }
        }
        #expect(seen.count == 1 + 3 * 2)
        #expect(Set(seen).count == 3)
        #expect(Set(seen.map { $0.sorted() }).count == 1)
    }

    @Test func `the same seed gives the same importance, another seed another`() {
        func importance(seed: UInt64) -> PermutationImportance {
            PermutationImportance(
                records, labels: labels, schema: schema, repeats: 3, seed: seed
            ) { records in records.map { 1 - $0.values[1] / 100 } }
        }
        #expect(importance(seed: 1) == importance(seed: 1))
        #expect(importance(seed: 1) != importance(seed: 2))
    }

    @Test func `an error of the model is handed on`() {
        #expect(throws: Refusal.self) {
            try PermutationImportance(
                records, labels: labels, schema: schema, seed: 1
            ) { _ throws(Refusal) in throw Refusal() }
        }
    }
}
