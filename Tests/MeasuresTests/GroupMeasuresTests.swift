import Features
import Measures
import TestSupport
import Testing

struct GroupMeasuresTests {
    private let records = [0.0, 2, 0, 2, 2].map { Record(values: [7, $0]) }
    private let predictions = Predictions(
        probabilities: [0.9, 0.2, 0.4, 0.6, 0.1], labels: [true, false, true, false, true])

    private func groups() throws -> [GroupMeasures] {
        let text = """
            {"type": "object", "properties": {
              "n": {"type": "number", "minimum": 0, "maximum": 9},
              "kind": {"type": "string", "enum": ["x", "unused", "z"]}},
             "required": ["n", "kind"], "additionalProperties": false}
            """
        return GroupMeasures.all(
            of: 1, schema: try Schema(json: Array(text.utf8).span), records: records,
            predictions: predictions)
    }

    @Test func `a group is of the rows with its value, and a value without rows has none`() throws {
        let groups = try groups()
        #expect(groups.map(\.field) == ["kind", "kind"])
        #expect(groups.map(\.value) == ["x", "z"])
        #expect(groups.map(\.count) == [2, 3])
        #expect(groups[0].positiveShare == 1)
        #expect(isNear(groups[0].meanProbability, 0.65, within: 1e-15))
        #expect(isNear(groups[1].positiveShare, 1.0 / 3, within: 1e-15))
        #expect(isNear(groups[1].meanProbability, 0.3, within: 1e-15))
        #expect(isNear(groups[1].calibrationError, (0.2 + 0.6 + 0.9) / 3, within: 1e-15))
    }

    @Test func `a group of one class has no ranking`() throws {
        let groups = try groups()
        #expect(groups[0].rocAUC == nil)
        #expect(groups[1].rocAUC == 0)
    }
}
