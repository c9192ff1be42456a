import Features
import JSON
import Testing

/// Every limit of a schema at the limit, one below and one above.
@Suite struct SchemaLimitsTests {
    private struct Pieces {
        var properties = [#""c":{"type":"string","enum":["a"]}"#]
        var required = ["c"]
        var rest = ""

        var text: String {
            "{\"type\":\"object\",\"properties\":{\(properties.joined(separator: ","))},"
                + "\"required\":[\(required.map { "\"\($0)\"" }.joined(separator: ","))],"
                + "\"additionalProperties\":false\(rest)}"
        }
    }

    private func name(_ bytes: Int) -> String { String(repeating: "n", count: bytes) }

    private func expect(
        _ text: String, _ excess: Int, _ pointer: String, _ problem: SchemaProblem,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        guard excess > 0 else {
            #expect(throws: Never.self, sourceLocation: location) {
                try Schema(json: text.utf8.span)
            }
            return
        }
        let error = #expect(throws: SchemaError.self, sourceLocation: location) {
            try Schema(json: text.utf8.span)
        }
        #expect(error?.pointer.text == pointer, sourceLocation: location)
        #expect(error?.problem == problem, sourceLocation: location)
    }

    @Test(arguments: [-1, 0, 1])
    func `a document has a limit in bytes`(excess: Int) throws {
        let text = Pieces().text
        let limit = SchemaLimits.documentBytesMax
        let space = String(repeating: " ", count: limit + excess - text.utf8.count)
        try expect(text + space, excess, "", .documentTooLarge(bytesMax: limit))
    }

    @Test(arguments: [-1, 0, 1])
    func `a schema has a limit of fields`(excess: Int) throws {
        let limit = SchemaLimits.fieldsMax
        var parts = Pieces()
        parts.required = (0..<limit + excess).map { "f\($0)" }
        parts.properties = parts.required.map { #""\#($0)":{"type":"string","enum":["a"]}"# }
        try expect(parts.text, excess, "/properties", .tooMany(limit: limit))
    }

    @Test(arguments: [-1, 0, 1])
    func `a category has a limit of values and one of aliases`(excess: Int) throws {
        let limit = SchemaLimits.valuesMax
        var parts = Pieces()
        let values = (0..<limit + excess).map { "\"v\($0)\"" }.joined(separator: ",")
        parts.properties = [#""c":{"type":"string","enum":[\#(values)]}"#]
        try expect(parts.text, excess, "/properties/c/enum", .tooMany(limit: limit))
        let aliases = (0..<limit + excess).map { "\"v\($0)\":\"a\"" }.joined(separator: ",")
        parts.properties = [#""c":{"type":"string","enum":["a"],"x-aliases":{\#(aliases)}}"#]
        try expect(parts.text, excess, "/properties/c/x-aliases", .tooMany(limit: limit))
        let integers = (0..<limit + excess).map { "\($0)" }.joined(separator: ",")
        parts.properties = [#""c":{"type":"integer","enum":[\#(integers)]}"#]
        try expect(parts.text, excess, "/properties/c/enum", .tooMany(limit: limit))
    }

    @Test(arguments: [-1, 0, 1])
    func `names have a limit in bytes`(excess: Int) throws {
        let limit = SchemaLimits.nameBytesMax
        let long = name(limit + excess)
        var parts = Pieces()
        parts.properties = [#""\#(long)":{"type":"string","enum":["a"]}"#]
        parts.required = [long]
        try expect(parts.text, excess, "/properties/\(long)", .tooLong(bytesMax: limit))
        parts = Pieces()
        parts.rest = #","x-derived":{"\#(long)":{"kind":"count","of":{"c":["a"]}}}"#
        try expect(parts.text, excess, "/x-derived/\(long)", .tooLong(bytesMax: limit))
        parts.rest = #","x-target":{"column":"\#(long)","positive":"1","negative":"0"}"#
        try expect(parts.text, excess, "/x-target/column", .tooLong(bytesMax: limit))
    }

    @Test(arguments: [-1, 0, 1])
    func `values, aliases and labels have a limit in bytes`(excess: Int) throws {
        let limit = SchemaLimits.valueBytesMax
        let long = name(limit + excess)
        var parts = Pieces()
        parts.properties = [#""c":{"type":"string","enum":["a","\#(long)"]}"#]
        try expect(parts.text, excess, "/properties/c/enum/1", .tooLong(bytesMax: limit))
        parts.properties = [#""c":{"type":"string","enum":["a"],"x-aliases":{"\#(long)":"a"}}"#]
        try expect(parts.text, excess, "/properties/c/x-aliases/\(long)", .tooLong(bytesMax: limit))
        parts.properties = [#""c":{"type":"integer","minimum":0,"maximum":1}"#]
        parts.rest =
            #","x-derived":{"g":{"kind":"bins","field":"c","upperEdges":[1],"#
            + #""labels":["\#(long)"]}}"#
        try expect(parts.text, excess, "/x-derived/g/labels/0", .tooLong(bytesMax: limit))
        parts.rest = #","x-target":{"column":"y","positive":"\#(long)","negative":"0"}"#
        try expect(parts.text, excess, "/x-target/positive", .tooLong(bytesMax: limit))
    }

    @Test(arguments: [-1, 0, 1])
    func `texts have a limit in bytes`(excess: Int) throws {
        let limit = SchemaLimits.textBytesMax
        let long = name(limit + excess)
        for keyword in ["title", "description", "$comment", "$id"] {
            var parts = Pieces()
            parts.rest = ",\"\(keyword)\":\"\(long)\""
            try expect(parts.text, excess, "/\(keyword)", .tooLong(bytesMax: limit))
        }
        for keyword in ["title", "description", "$comment"] {
            var parts = Pieces()
            parts.properties = [#""c":{"type":"string","enum":["a"],"\#(keyword)":"\#(long)"}"#]
            try expect(parts.text, excess, "/properties/c/\(keyword)", .tooLong(bytesMax: limit))
        }
    }

    @Test(arguments: [-1, 0, 1])
    func `a schema has a limit of derived features and a feature one of bins`(excess: Int) throws {
        let limit = SchemaLimits.derivedMax
        var parts = Pieces()
        let derived = (0..<limit + excess)
            .map { #""d\#($0)":{"kind":"count","of":{"c":["a"]}}"# }.joined(separator: ",")
        parts.rest = #","x-derived":{\#(derived)}"#
        try expect(parts.text, excess, "/x-derived", .tooMany(limit: limit))

        let bins = SchemaLimits.binsMax
        parts.properties = [#""c":{"type":"integer","minimum":0,"maximum":\#(bins + excess - 1)}"#]
        let edges = (0..<bins + excess).map { "\($0)" }.joined(separator: ",")
        let labels = (0..<bins + excess).map { "\"\($0)\"" }.joined(separator: ",")
        parts.rest =
            #","x-derived":{"g":{"kind":"bins","field":"c","upperEdges":[\#(edges)],"#
            + #""labels":[\#(labels)]}}"#
        try expect(parts.text, excess, "/x-derived/g/upperEdges", .tooMany(limit: bins))
    }

    @Test(arguments: [-1, 0, 1])
    func `a bound has a largest magnitude`(excess: Int) throws {
        let limit = SchemaLimits.boundMagnitudeMax
        // One more than the limit is no Double; two more is the next.
        let bound = Int(limit) + (excess > 0 ? 2 : excess)
        let problem = SchemaProblem.outOfRange(minimum: -limit, maximum: limit)
        var parts = Pieces()
        for type in ["integer", "number"] {
            parts.properties = [#""c":{"type":"\#(type)","minimum":0,"maximum":\#(bound)}"#]
            try expect(parts.text, excess, "/properties/c/maximum", problem)
            parts.properties = [#""c":{"type":"\#(type)","minimum":-\#(bound),"maximum":0}"#]
            try expect(parts.text, excess, "/properties/c/minimum", problem)
        }
    }

    @Test(arguments: [-1, 0, 1])
    func `a column of an encoding has a limit in bytes of its name`(excess: Int) throws {
        let limit = SchemaLimits.columnNameBytesMax
        let schema = try Schema(json: Pieces().text.utf8.span)
        let column = #"{"name":"\#(name(limit + excess))","feature":"c","value":"a"}"#
        let document = try JSONValue(parsing: #"{"columns":[\#(column)]}"#.utf8.span)
        if excess > 0 {
            let error = #expect(throws: SchemaError.self) {
                try FeatureEncoding(document: document, schema: schema)
            }
            #expect(error?.problem == .tooLong(bytesMax: limit))
        } else {
            let encoding = try FeatureEncoding(document: document, schema: schema)
            #expect(encoding.columnNames == [name(limit + excess)])
        }
    }

    @Test(arguments: [-1, 0, 1])
    func `a scale has a smallest value`(excess: Int) throws {
        let limit = SchemaLimits.scaleMin
        let scale = excess < 0 ? limit.nextUp : excess > 0 ? limit.nextDown : limit
        let text = """
            {"type":"object","properties":{"x":{"type":"number","minimum":0,"maximum":1}},
            "required":["x"],"additionalProperties":false}
            """
        let schema = try Schema(json: text.utf8.span)
        let column = #"{"name":"x","feature":"x","scale":\#(scale)}"#
        let document = try JSONValue(parsing: #"{"columns":[\#(column)]}"#.utf8.span)
        if excess > 0 {
            #expect(throws: SchemaError.self) {
                try FeatureEncoding(document: document, schema: schema)
            }
        } else {
            let encoding = try FeatureEncoding(document: document, schema: schema)
            #expect(encoding.columns.map(\.scale) == [scale])
        }
    }

    @Test(arguments: [-1, 0, 1])
    func `a violation lists so many values and counts the rest`(excess: Int) throws {
        let limit = RecordLimits.listedValuesMax
        var parts = Pieces()
        let values = (1...limit + excess).map { "v\($0)" }
        let list = values.map { "\"\($0)\"" }.joined(separator: ",")
        parts.properties = [#""c":{"type":"string","enum":[\#(list)]}"#]
        var decoder = RecordDecoder(schema: try Schema(json: parts.text.utf8.span))
        #expect(try !decoder.decode(#"{"c":""}"#.utf8.span))
        let listed = values.prefix(limit).joined(separator: ", ")
        #expect(
            decoder.violations.map(\.detail)
                == ["must be one of: \(listed)" + (excess > 0 ? " and 1 more" : "")])
    }

    @Test func `a schema of as many fields as there may be is read by every name`() throws {
        var parts = Pieces()
        parts.required = (0..<SchemaLimits.fieldsMax).map { "field number \($0)" }
        parts.properties = parts.required.map {
            #""\#($0)":{"type":"integer","minimum":0,"maximum":255}"#
        }
        var decoder = RecordDecoder(schema: try Schema(json: parts.text.utf8.span))
        let members = parts.required.enumerated().reversed()
            .map { "\"\($0.element)\":\($0.offset)" }.joined(separator: ",")
        #expect(try decoder.decode("{\(members)}".utf8.span))
        #expect(decoder.record.values == (0...255).map(Double.init))
    }
}
