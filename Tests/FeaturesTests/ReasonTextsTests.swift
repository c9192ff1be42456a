import Features
import Testing

/// `x-protected` and `x-reason` of a schema.
struct ReasonTextsTests {
    private func schema(_ property: String, derived: String = "") throws(SchemaError) -> Schema {
        try Schema(
            json: Array(
                """
                {"type":"object","properties":{
                "plan":{"type":"string","enum":["a","b"]\(property)}},
                "required":["plan"],"additionalProperties":false,
                "x-derived":{"extras":{"kind":"count","of":{"plan":["a"]}\(derived)}}}
                """.utf8
            ).span)
    }

    private func problem(_ property: String, derived: String = "") -> String? {
        do throws(SchemaError) {
            _ = try schema(property, derived: derived)
            return nil
        } catch { return "\(error)" }
    }

    @Test func `a field says what it is called as a reason and whether it is protected`() throws {
        let texts = #","x-reason":{"code":"R1","raises":"up","lowers":"down"}"#
        let schema = try schema(#","x-protected":true"# + texts, derived: texts)
        let expected = ReasonTexts(code: "R1", raises: "up", lowers: "down")
        #expect(schema.fields[0].isProtected)
        #expect(schema.fields[0].reason == expected)
        #expect(schema.derived[0].reason == expected)
    }

    @Test func `a field that says nothing is not protected and has no texts`() throws {
        let schema = try schema("")
        #expect(!schema.fields[0].isProtected)
        #expect(schema.fields[0].reason == nil && schema.derived[0].reason == nil)
    }

    @Test func `texts and code have a length`() throws {
        let longest = String(repeating: "x", count: 256)
        let code = String(repeating: "R", count: 16)
        func reason(_ code: String, _ text: String) -> String {
            #","x-reason":{"code":"\#(code)","raises":"\#(text)","lowers":"\#(text)"}"#
        }
        #expect(problem(reason(code, longest)) == nil)
        #expect(problem(reason(code + "R", longest))?.contains("16 bytes") == true)
        #expect(problem(reason(code, longest + "x"))?.contains("256 bytes") == true)
        #expect(problem(reason("", longest)) != nil)
    }

    @Test(arguments: [
        #","x-protected":"yes""#, #","x-reason":"R1""#, #","x-reason":{"code":"R1"}"#,
        #","x-reason":{"code":"R1","raises":"u","lowers":"d","more":1}"#,
        #","x-reason":{"code":1,"raises":"u","lowers":"d"}"#,
        #","x-reason":{"code":"R1","raises":"u\n","lowers":"d"}"#,
    ])
    func `anything else is a mistake with its place`(_ property: String) {
        let place = property.contains("protected") ? "x-protected" : "x-reason"
        #expect(problem(property)?.contains("/properties/plan/\(place)") == true)
    }
}
