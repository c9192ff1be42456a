import Features
import JSON
import Testing

@Suite struct ImplicationTests {
    private func schema(_ rules: String) throws -> Schema {
        let text = """
            {"type":"object","properties":{"c":{"type":"string","enum":["a","b"],
            "x-aliases":{"A":"a"}},"i":{"type":"integer","minimum":0,"maximum":9},
            "n":{"type":"number","minimum":-1,"maximum":1}},"required":["c","i","n"],
            "additionalProperties":false,"x-implies":\(rules)}
            """
        return try Schema(json: text.utf8.span)
    }

    @Test func `a rule is broken where all conditions hold and a conclusion does not`() throws {
        let rule = try #require(
            try schema(
                #"[{"if":{"c":["b"],"i":[0,2]},"then":{"n":[0.5,0],"c":["a","b"],"i":[0]}}]"#
            ).implications.first)
        #expect(
            rule.conditions == [
                FieldValues(field: 0, values: [1]), FieldValues(field: 1, values: [0, 2]),
            ])
        for (values, broken) in [
            ([1, 0, 0.5], []), ([1, 0, 0.25], [0]), ([1, 2, 0], [2]), ([1, 2, 1], [0, 2]),
            ([0, 2, 1], []), ([1, 1, 1], []),
        ] as [([Double], [Int])] {
            #expect(rule.broken(by: Record(values: values)) == broken, "\(values)")
        }
    }

    @Test func `a schema without rules has none`() throws {
        let text = """
            {"type":"object","properties":{"i":{"type":"integer","minimum":0,"maximum":9}},
            "required":["i"],"additionalProperties":false}
            """
        #expect(try Schema(json: text.utf8.span).implications == [])
    }

    @Test(arguments: [
        ("{}", "/x-implies: wrong kind of value, expected an array"),
        ("[]", "/x-implies: empty"),
        (#"[{"then":{"i":[1]}}]"#, "/x-implies/0/if: missing"),
        (#"[{"if":{"i":[1]}}]"#, "/x-implies/0/then: missing"),
        (#"[{"if":{},"then":{"i":[1]}}]"#, "/x-implies/0/if: empty"),
        (#"[{"if":{"i":[]},"then":{"i":[1]}}]"#, "/x-implies/0/if/i: empty"),
        (
            #"[{"if":{"z":[1]},"then":{"i":[1]}}]"#,
            "/x-implies/0/if/z: names nothing the schema has"
        ),
        (
            #"[{"if":{"i":[1]},"then":{"c":["A"]}}]"#,
            "/x-implies/0/then/c/0: names nothing the schema has"
        ),
        (#"[{"if":{"i":[1.5]},"then":{"i":[1]}}]"#, "/x-implies/0/if/i/0: not integral"),
        (#"[{"if":{"n":[2]},"then":{"i":[1]}}]"#, "/x-implies/0/if/n/0: out of range"),
        (
            #"[{"if":{"i":["1"]},"then":{"i":[1]}}]"#,
            "/x-implies/0/if/i/0: wrong kind of value, expected a number"
        ),
        (#"[{"if":{"i":[1,1]},"then":{"i":[1]}}]"#, "/x-implies/0/if/i/1: appears twice"),
        (
            #"[{"if":{"i":[1]},"then":{"i":[1]},"labels":[]}]"#,
            "/x-implies/0/labels: not a keyword"
        ),
        (#"[{"if":{"i":[1]},"then":{"i":[1]},"else":{}}]"#, "/x-implies/0/else: unknown keyword"),
    ])
    func `a rule that is none is refused with its place`(rules: String, message: String) {
        let error = #expect(throws: SchemaError.self) { try schema(rules) }
        #expect(error.map { $0.description.hasPrefix(message) } == true, "\(error as Any)")
    }

    @Test(arguments: [-1, 0, 1])
    func `a schema has as many rules as the limit allows`(excess: Int) throws {
        let count = SchemaLimits.implicationsMax + excess
        let rules = Array(repeating: #"{"if":{"i":[1]},"then":{"n":[1]}}"#, count: count)
        let text = "[\(rules.joined(separator: ","))]"
        if excess > 0 {
            #expect(throws: SchemaError.self) { try schema(text) }
        } else {
            #expect(try schema(text).implications.count == count)
        }
    }
}
