import FeatureStore
import Features
import JSON
import Testing

/// Records made of a hash in plain text, and of several views.
struct FeatureQueryTests {
    private let schema: Schema

    init() throws {
        schema = try Schema(
            json: Array(
                """
                {"title": "t", "type": "object",
                 "properties": {
                  "id": {"type": "string", "x-identifier": true},
                  "plan": {"type": "string", "enum": ["a", "b"]},
                  "tenure": {"type": "integer", "minimum": 0, "maximum": 72},
                  "charge": {"type": "number", "minimum": 0, "maximum": 10}},
                 "required": ["plan", "tenure", "charge"], "additionalProperties": false}
                """.utf8
            ).span)
    }

    private func record(
        _ answers: [String?], ageMax: Int64? = nil, now: Int64 = 0
    ) throws -> (text: String, time: Int64?) {
        let query = FeatureQuery(schema, in: .hash(prefix: "c:"), ageMillisecondsMax: ageMax)
        var record: [UInt8] = []
        let time = try query.write(
            answers.map { $0.map { Array($0.utf8) } }, of: "C\"1".utf8.span,
            nowUnixMilliseconds: now, to: &record)
        return (String(decoding: record, as: UTF8.self), time)
    }

    @Test func `asks for the fields of the schema and the time`() throws {
        let query = FeatureQuery(schema, in: .hash(prefix: "c:"), ageMillisecondsMax: nil)
        #expect(
            query.fields.map { String(decoding: $0, as: UTF8.self) }
                == ["plan", "tenure", "charge", "_ts"])
    }

    @Test func `writes the object that a caller would send`() throws {
        let (text, time) = try record(["a", "3", "1.50", "100"])
        #expect(text == #"{"id":"C\"1","plan":"a","tenure":3,"charge":1.50}"#)
        #expect(time == 100_000)
    }

    @Test(arguments: ["0x10", "NaN", "3 ", "[1]", "null", "1,2"])
    func `leaves what is no number to the decoder`(text: String) throws {
        #expect(
            try record(["a", text, "1", "100"]).text
                == "{\"id\":\"C\\\"1\",\"plan\":\"a\",\"tenure\":\"\(text)\",\"charge\":1}")
    }

    @Test func `tells a customer that is not there from one with missing features`() {
        #expect(throws: FeatureProblem.unknownCustomer) { try record([nil, nil, nil, nil]) }
        #expect(throws: FeatureProblem.missing(["plan", "charge"])) {
            try record([nil, "3", "", "100"])
        }
        #expect(throws: FeatureProblem.missing(["plan", "tenure", "charge"])) {
            try record([nil, nil, nil, "100"])
        }
    }

    @Test func `takes features up to the greatest age`() throws {
        #expect(try record(["a", "3", "1", "100"], ageMax: 5000, now: 105_000).time == 100_000)
        #expect(throws: FeatureProblem.stale(ageMilliseconds: 5001)) {
            try record(["a", "3", "1", "100"], ageMax: 5000, now: 105_001)
        }
        #expect(throws: FeatureProblem.stale(ageMilliseconds: nil)) {
            try record(["a", "3", "1", nil], ageMax: 5000, now: 105_000)
        }
        #expect(try record(["a", "3", "1", nil]).time == nil)
    }

    @Test func `names what cannot be read`() {
        #expect(throws: FeatureProblem.unreadable("_ts", .notATime)) {
            try record(["a", "3", "1", "yesterday"])
        }
        let long = String(repeating: "a", count: 1025)
        #expect(throws: FeatureProblem.unreadable("plan", .textTooLong(bytesMax: 1024))) {
            try record([long, "3", "1", "100"])
        }
        #expect(throws: FeatureProblem.foreignAnswer) { try record(["a", "3", "1"]) }
    }

    @Test func `takes each feature from the view that lists it and the oldest of the times`() throws
    {
        let layout = FeatureLayout.feast(
            EntityKeyLayout(
                FeatureEntity(name: "id", kind: .string), project: "p", version: .three),
            views: [FeatureView(name: "rest"), FeatureView(name: "use", features: ["tenure"])])
        let query = FeatureQuery(schema, in: layout, ageMillisecondsMax: 1000)
        #expect(
            query.fields == [
                FieldHash.name(view: "rest", feature: "plan"),
                FieldHash.name(view: "use", feature: "tenure"),
                FieldHash.name(view: "rest", feature: "charge"),
                FieldHash.time(view: "rest"), FieldHash.time(view: "use"),
            ])
        let answers = try ["12 01 61", "18 03", "29 0000000000000440", "08 02", "08 01"].map {
            try hexadecimal($0)
        }
        var record: [UInt8] = []
        let time = try query.write(
            answers, of: "x".utf8.span, nowUnixMilliseconds: 2000, to: &record)
        #expect(time == 1000)
        #expect(
            String(decoding: record, as: UTF8.self)
                == #"{"id":"x","plan":"a","tenure":3,"charge":2.5}"#)
    }
}
