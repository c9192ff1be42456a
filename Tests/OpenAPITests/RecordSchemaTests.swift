import Features
import JSON
import OpenAPI
import Testing

@Suite struct RecordSchemaTests {
    private func written(_ properties: String, required: String) throws -> JSONObject {
        let text = Array(
            """
            {"title":"A thing","type":"object","properties":{\(properties)},\
            "required":[\(required)],"additionalProperties":false}
            """.utf8)
        var writer = JSONWriter()
        RecordSchema.append(try Schema(json: text.span), to: &writer)
        let bytes = writer.finish()
        return try #require(try JSONValue(parsing: bytes.span).asObject)
    }

    private func property(_ definition: String) throws -> JSONObject {
        let schema = try written(#""f":{\#(definition)}"#, required: #""f""#)
        return try #require(schema["properties"]?.asObject?["f"]?.asObject)
    }

    @Test func `the fields are required and others are refused, in the schema's order`() throws {
        let schema = try written(
            #""b":{"type":"number","minimum":0,"maximum":1},"#
                + #""id":{"type":"string","x-identifier":true},"#
                + #""a":{"type":"string","enum":["x","y"]}"#, required: #""b","a""#)
        #expect(schema["description"] == .string("A thing"))
        #expect(schema["properties"]?.asObject?.members.map(\.name) == ["b", "id", "a"])
        #expect(schema["required"] == .array([.string("b"), .string("a")]))
        #expect(schema["additionalProperties"] == .bool(false))
    }

    @Test func `an identifier is a string within its limit, an integer or null`() throws {
        let schema = try written(
            #""a":{"type":"string","enum":["x","y"]},"id":{"type":"string","x-identifier":true}"#,
            required: #""a""#)
        let identifier = try #require(schema["properties"]?.asObject?["id"]?.asObject)
        let kinds = (identifier["anyOf"]?.asArray ?? []).compactMap(\.asObject)
        try #require(kinds.count == 3)
        #expect(kinds.map { $0["type"]?.asString } == ["string", "integer", "null"])
        #expect(kinds[0]["minLength"] == .number(1))
        #expect(kinds[0]["maxLength"] == .number(64))
    }

    @Test func `a category has its values and the other spellings of them`() throws {
        let field = try property(
            #""type":"string","enum":["x","y"],"x-aliases":{"z":"y"},"description":"What""#)
        #expect(field["enum"] == .array([.string("x"), .string("y"), .string("z")]))
        #expect(field["description"] == .string("What. `z` stands for `y`"))
    }

    @Test(
        arguments: [
            (#""type":"integer","minimum":-2,"maximum":5"#, "integer", -2.0, 5.0),
            (#""type":"number","minimum":0.5,"maximum":2.5"#, "number", 0.5, 2.5),
            (#""type":"integer","enum":[0,1]"#, "integer", 0, 1),
            (
                #""type":"number","minimum":1,"maximum":2,"x-out-of-range":"clamp""#, "number", nil,
                nil
            ),
            (
                #""type":"number","minimum":1,"maximum":2,"x-out-of-range":"flag""#, "number",
                -9_007_199_254_740_992,
                9_007_199_254_740_992
            ),
        ] as [(String, String, Double?, Double?)])
    func `a number has the bounds beyond which it is refused`(
        definition: String, type: String, minimum: Double?, maximum: Double?
    ) throws {
        let field = try property(definition)
        #expect(field["type"] == .string(type))
        #expect(field["minimum"]?.asNumber == minimum)
        #expect(field["maximum"]?.asNumber == maximum)
    }

    @Test func `a blank is null, or a string of spaces`() throws {
        let field = try property(#""type":"integer","minimum":0,"maximum":9,"x-blank":3"#)
        let kinds = (field["anyOf"]?.asArray ?? []).compactMap(\.asObject)
        try #require(kinds.count == 3)
        #expect(kinds.map { $0["type"]?.asString } == ["integer", "null", "string"])
        #expect(kinds[0]["maximum"] == .number(9))
        #expect(kinds[2]["pattern"] == .string("^ *$"))
        #expect(field["description"] == .string("A blank stands for 3"))
    }
}
