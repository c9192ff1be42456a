import Features
import Testing

@Suite struct SchemaMistakesTests {
    private func error(_ text: String) -> SchemaError? {
        #expect(throws: SchemaError.self) { try Schema(json: Array(text.utf8).span) }
    }

    @Test func `all mistakes come in one run, in the document's order`() {
        let error = error(
            """
            {"$schema":7,"type":"array","properties":{
            "id":{"type":"string","x-identifier":false},
            "c":{"type":"string","enum":["a","a",""],"x-aliases":{"A":"z","a":"a"},"minimum":0},
            "i":{"type":"integer","minimum":"0","x-blank":3,"pattern":"x","maxLength":4},
            "n":{"type":"number","minimum":2,"maximum":1},
            "ok":{"type":"number","minimum":0,"maximum":1,"x-blank":2}},
            "required":["c","i","n","ok","z","c"],"additionalProperties":true,
            "x-derived":{"g":{"kind":"bins","field":"n","upperEdges":[1],"labels":["x"]},
            "h":{"kind":"count","of":{"q":["a"]}}},
            "x-target":{"column":"y","positive":"1"},
            "x-implies":[{"if":{"q":[1]},"then":{"n":[1]}}],"colour":"red"}
            """)
        #expect(
            error?.lines == [
                "/$schema: wrong kind of value, expected a string",
                "/type: unsupported, expected object",
                "/properties/id/x-identifier: unsupported, expected true",
                "/properties/c/enum/1: appears twice",
                "/properties/c/enum/2: empty",
                "/properties/c/x-aliases/A: names nothing the schema has",
                "/properties/c/x-aliases/a: appears twice",
                "/properties/c/minimum: not a keyword for a value of this type",
                "/properties/i/minimum: wrong kind of value, expected a number",
                "/properties/i/pattern: unknown keyword",
                "/properties/i/maxLength: unknown keyword",
                "/properties/i/maximum: missing",
                "/properties/n/maximum: out of range, expected 2 to 9007199254740992",
                "/properties/ok/x-blank: out of range, expected 0 to 1",
                "/required/4: names nothing the schema has",
                "/required/5: appears twice",
                "/additionalProperties: unsupported, expected false",
                "/x-derived/h/of/q: names nothing the schema has",
                "/x-target/negative: missing",
                "/x-implies/0/if/q: names nothing the schema has",
                "/colour: unknown keyword",
            ])
        #expect(error?.count == 21)
        #expect(
            error?.description
                == "/$schema: wrong kind of value, expected a string (1 of 21 mistakes)")
    }

    @Test func `what relies on a property with a mistake is not a second one`() {
        let error = error(
            """
            {"type":"object","properties":{"c":{"type":"string","enum":["a"],"pattern":"a"},
            "n":{"type":"number","minimum":0,"maximum":1}},
            "required":["c","n"],"additionalProperties":false,
            "x-derived":{"s":{"kind":"count","of":{"c":["b"]}}},
            "x-implies":[{"if":{"c":["b"]},"then":{"n":[0]}}],"examples":[{}]}
            """)
        #expect(error?.lines == ["/properties/c/pattern: unknown keyword"])
        #expect(error?.description == "/properties/c/pattern: unknown keyword")
    }

    @Test func `every example with everything that is wrong with it is named`() {
        let error = error(
            """
            {"type":"object","properties":{"c":{"type":"string","enum":["a"]},
            "n":{"type":"number","minimum":0,"maximum":1}},
            "required":["c","n"],"additionalProperties":false,
            "examples":[{"c":"b","n":2},{"c":"a","n":1},7]}
            """)
        #expect(
            error?.lines == [
                "/examples/0: not a record of this schema, `c` is not_allowed",
                "/examples/0: not a record of this schema, `n` is out_of_range",
                "/examples/2: wrong kind of value, expected an object",
            ])
    }

    @Test(arguments: [31, 32, 33, 1000])
    func `so many mistakes are reported, the rest are counted`(count: Int) {
        let unknown = (0..<count).map { ",\"k\($0)\":0" }.joined()
        let error = error(
            #"{"type":"object","properties":{"n":{"type":"number","minimum":0,"maximum":1}},"#
                + #""required":["n"],"additionalProperties":false\#(unknown)}"#)
        let reported = min(count, SchemaLimits.mistakesMax)
        #expect(error?.count == count)
        #expect(error?.lines.count == (count > reported ? reported + 1 : reported))
        #expect(error?.lines.first == "/k0: unknown keyword")
        #expect(error?.lines[reported - 1] == "/k\(reported - 1): unknown keyword")
        if count > reported { #expect(error?.lines.last == "and \(count - reported) more") }
    }

    @Test func `a name cannot end the line of a message`() {
        let error = error(#"{"type":"object","a\nb":1,"properties":{"n":{"type":"x"}}}"#)
        #expect(error?.lines.first == "/a?b: unknown keyword")
        #expect(error?.lines.allSatisfy { !$0.contains("\n") } == true)
    }
}
