import Features
import JSON
import Tables
import Testing

@Suite struct OutOfRangeTests {
    static let schemaText = """
        {"type":"object","properties":{
        "id":{"type":"string","x-identifier":true},
        "c":{"type":"string","enum":["a","b"]},
        "months":{"type":"integer","minimum":0,"maximum":72,"x-out-of-range":"refuse"},
        "paid":{"type":"number","minimum":0,"maximum":200,"x-blank":0,
        "x-out-of-range":"refuse"}},
        "required":["c","months","paid"],"additionalProperties":false,
        "x-derived":{"group":{"kind":"bins","field":"months","upperEdges":[12,72],
        "labels":["new","old"]}}}
        """

    static func schema(_ choice: OutOfRange) throws -> Schema {
        let text = schemaText.replacing("\"refuse\"", with: "\"\(choice.rawValue)\"")
        return try Schema(json: Array(text.utf8).span)
    }

    struct Row {
        let isValid: Bool
        let record: Record
        let outOfRange: [Int]
        let codes: [ViolationCode]
    }

    static func decodeCells(_ table: String, _ schema: Schema) throws -> Row {
        let bytes = Array(table.utf8)
        var reader = CSVReader()
        var offset = 0
        #expect(try reader.next(in: bytes.span, from: &offset))
        var decoder = try TableDecoder(schema: schema, header: reader.record)
        #expect(try reader.next(in: bytes.span, from: &offset))
        let isValid = try decoder.decode(reader.record)
        return Row(
            isValid: isValid, record: decoder.record, outOfRange: decoder.outOfRange,
            codes: decoder.violations.map(\.code))
    }

    private func decodeBody(_ body: String, _ schema: Schema) throws -> Row {
        var decoder = RecordDecoder(schema: schema)
        let isValid = try decoder.decode(Array(body.utf8).span)
        return Row(
            isValid: isValid, record: decoder.record, outOfRange: decoder.outOfRange,
            codes: decoder.violations.map(\.code))
    }

    @Test func `a schema that does not say so refuses, as before`() throws {
        let text = Self.schemaText.replacing(",\"x-out-of-range\":\"refuse\"", with: "")
            .replacing(",\n\"x-out-of-range\":\"refuse\"", with: "")
        let schema = try Schema(json: Array(text.utf8).span)
        #expect(schema.fields.map(\.outOfRange) == [.refuse, .refuse, .refuse])
        #expect(!schema.takesOutOfRange)
        #expect(try Self.schema(.refuse).fields == schema.fields)
    }

    /// At each bound, one below and one above; what the record holds, nil where it is refused.
    @Test(
        arguments: [
            (.refuse, "72", 72, false), (.refuse, "73", nil, false), (.refuse, "-1", nil, false),
            (.clamp, "72", 72, false), (.clamp, "73", 72, true), (.clamp, "-1", 0, true),
            (.clamp, "0", 0, false), (.clamp, "1e300", 72, true), (.clamp, "73.5", nil, false),
            (.clamp, "1e400", nil, false),
            (.flag, "72", 72, false), (.flag, "73", 73, true), (.flag, "-1", -1, true),
            (.flag, "-0.0", 0, false), (.flag, "73.5", nil, false),
            (.flag, "9007199254740992", 9_007_199_254_740_992, true),
            (.flag, "9007199254740994", nil, false),
            (.flag, "-9007199254740992", -9_007_199_254_740_992, true),
            (.flag, "1e300", nil, false), (.flag, "1e400", nil, false),
        ] as [(OutOfRange, String, Double?, Bool)])
    func `a number beyond the bounds is refused, clamped or taken, in every form alike`(
        choice: OutOfRange, text: String, wanted: Double?, isFlagged: Bool
    ) throws {
        let schema = try Self.schema(choice)
        let body = try decodeBody(#"{"c":"a","months":\#(text),"paid":1}"#, schema)
        let cells = try Self.decodeCells("c,months,paid\na,\(text),1\n", schema)
        for row in [body, cells] {
            #expect(row.isValid == (wanted != nil))
            guard let wanted else { continue }
            // The bins of what is beyond the last edge, or below the first, are those at the end.
            #expect(row.record.values == [0, wanted, 1, wanted > 12 ? 1 : 0])
            #expect(row.outOfRange == (isFlagged ? [1] : []))
        }
        #expect(body.codes == cells.codes)
    }

    @Test func `the fields are named in the schema's order, whatever the body's or the table's`()
        throws
    {
        let schema = try Self.schema(.flag)
        let body = #"{"paid":201,"months":73,"c":"a"}"#
        #expect(try decodeBody(body, schema).outOfRange == [1, 2])
        #expect(try Self.decodeCells("paid,months,c\n201,73,a\n", schema).outOfRange == [1, 2])
    }

    @Test func `a record leaves nothing behind for the next one`() throws {
        var decoder = RecordDecoder(schema: try Self.schema(.clamp))
        #expect(try decoder.decode(#"{"c":"a","months":73,"paid":1}"#.utf8.span))
        #expect(decoder.outOfRange == [1])
        #expect(try decoder.decode(#"{"c":"a","months":72,"paid":1}"#.utf8.span))
        #expect(decoder.outOfRange.isEmpty)
    }

    @Test func `columns of single values are refused where the values are not all known`() throws {
        let names = ["c", "months", "paid", "group"]
        for (choice, isAccepted) in [(OutOfRange.refuse, true), (.clamp, true), (.flag, false)] {
            let schema = try Self.schema(choice)
            let months = FeatureEncoding.Column(
                name: "months=7", feature: 1, content: .number)
            #expect(names[months.feature] == "months")
            let document = JSONValue.object(
                JSONObject(members: [
                    ("name", .string("months=7")), ("feature", .string("months")),
                    ("value", .string("7")),
                ]))
            let column = try? FeatureEncoding.column(document: document, schema: schema)
            #expect((column != nil) == isAccepted)
        }
    }

    @Test(arguments: [
        (
            #""months":{"type":"integer","minimum":0,"maximum":72,"x-out-of-range":"refuse"}"#,
            #""months":{"type":"integer","enum":[0,1],"x-out-of-range":"flag"}"#,
            "/properties/months/x-out-of-range", SchemaProblem.inapplicableKeyword
        ),
        (
            #""enum":["a","b"]"#, #""enum":["a","b"],"x-out-of-range":"flag""#,
            "/properties/c/x-out-of-range", .inapplicableKeyword
        ),
        (
            #""maximum":72,"x-out-of-range":"refuse""#, #""maximum":72,"x-out-of-range":"ignore""#,
            "/properties/months/x-out-of-range",
            .unsupported(wanted: ["refuse", "clamp", "flag"])
        ),
        (
            #""maximum":72,"x-out-of-range":"refuse""#, #""maximum":72,"x-out-of-range":true"#,
            "/properties/months/x-out-of-range", .wrongKind(wanted: .string)
        ),
    ])
    func `the keyword stands where bounds stand, with one of its words`(
        piece: String, replacement: String, pointer: String, problem: SchemaProblem
    ) {
        let text = Self.schemaText.replacing(piece, with: replacement)
        let error = #expect(throws: SchemaError.self) { try Schema(json: Array(text.utf8).span) }
        #expect(error?.pointer.text == pointer)
        #expect(error?.problem == problem)
    }
}
