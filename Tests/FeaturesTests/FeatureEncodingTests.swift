import Features
import JSON
import Testing

@Suite struct FeatureEncodingTests {
    private static let small = """
        {"type":"object","properties":{
        "c":{"type":"string","enum":["a","b"]},
        "x":{"type":"number","minimum":-10,"maximum":10}},
        "required":["c","x"],"additionalProperties":false,
        "x-derived":{"g":{"kind":"bins","field":"x","upperEdges":[0,10],"labels":["low","high"]},
        "s":{"kind":"count","of":{"c":["b"]}}}}
        """

    private func smallSchema() throws -> Schema { try Schema(json: Self.small.utf8.span) }

    private func row(_ encoding: FeatureEncoding, _ values: [Double]) -> [Float] {
        var row = [Float](repeating: .nan, count: encoding.columnCount)
        encoding.encode(Record(values: values), into: &row)
        return row
    }

    @Test func `the one-hot columns follow the schema, then the derived features`() throws {
        let encoding = FeatureEncoding(oneHot: try smallSchema())
        #expect(encoding.columnNames == ["c=a", "c=b", "x", "g=low", "g=high", "s"])
        #expect(row(encoding, [0, -2.5, 0, 0]) == [1, 0, -2.5, 1, 0, 0])
        #expect(row(encoding, [1, 2.5, 1, 1]) == [0, 1, 2.5, 0, 1, 1])
    }

    @Test func `a telco record has a column a number and one a value`() {
        let encoding = FeatureEncoding(oneHot: Telco.schema)
        #expect(encoding.columnCount == 50)
        #expect(
            encoding.columnNames.prefix(3) == ["gender=Male", "gender=Female", "SeniorCitizen"])
        #expect(
            encoding.columnNames.suffix(3) == [
                "tenure_group=25-48", "tenure_group=49-72", "total_services",
            ])
        #expect(Set(encoding.columnNames).count == 50)
        #expect(encoding.columnNames.contains("Contract=One year"))
        let numbers = encoding.columns.filter { $0.category == nil }.map(\.name)
        #expect(
            numbers == [
                "SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges", "total_services",
            ])
    }

    @Test func `numbers are rounded to the nearest Float and nothing else`() throws {
        let encoding = FeatureEncoding(oneHot: try smallSchema())
        let values: [Double] = [0.1, -9.999999999999998, 1 / 3, 1e-300, 0.30000001192092896]
        for value in values {
            #expect(row(encoding, [0, value, 0, 0])[2].bitPattern == Float(value).bitPattern)
        }
    }

    @Test func `a row that is used again keeps nothing of the record before`() throws {
        let encoding = FeatureEncoding(oneHot: try smallSchema())
        var row = [Float](repeating: .infinity, count: 6)
        encoding.encode(Record(values: [0, 1, 1, 0]), into: &row)
        encoding.encode(Record(values: [1, -1, 0, 1]), into: &row)
        #expect(row == [0, 1, -1, 1, 0, 1])
    }

    @Test func `standardized columns are shifted and scaled, of a category too`() throws {
        let encoding = FeatureEncoding(oneHot: try smallSchema())
            .standardized(means: [0.5, 0.25, 2, 0, 0, 1], scales: [0.5, 2, 4, 1, 1, 0.5])
        #expect(row(encoding, [0, 4, 1, 0]) == [1, -0.125, 0.5, 0, 1, -2])
        #expect(row(encoding, [1, -2, 0, 1]) == [-1, 0.375, -1, 1, 0, 0])
    }

    @Test func `an encoding's document gives the same encoding`() throws {
        let schema = try smallSchema()
        let plain = FeatureEncoding(oneHot: schema)
        #expect(try FeatureEncoding(document: plain.document, schema: schema) == plain)
        let scaled = plain.standardized(
            means: [0.5, 0.25, 2, 0, 0, 1], scales: [0.5, 2, 4, 1, 1, 0.5])
        #expect(try FeatureEncoding(document: scaled.document, schema: schema) == scaled)
        #expect(scaled != plain)
        let telco = FeatureEncoding(oneHot: Telco.schema)
        #expect(try FeatureEncoding(document: telco.document, schema: Telco.schema) == telco)
    }

    @Test func `an encoding's document names column, feature and value`() throws {
        var writer = JSONWriter()
        writer.value(
            FeatureEncoding(oneHot: try smallSchema())
                .standardized(means: [0, 0, 2, 0, 0, 0], scales: [1, 1, 4, 1, 1, 1]).document)
        #expect(
            String(decoding: writer.finish(), as: UTF8.self)
                == #"{"columns":[{"name":"c=a","feature":"c","value":"a"},"#
                + #"{"name":"c=b","feature":"c","value":"b"},"#
                + #"{"name":"x","feature":"x","mean":2,"scale":4},"#
                + #"{"name":"g=low","feature":"g","value":"low"},"#
                + #"{"name":"g=high","feature":"g","value":"high"},"#
                + #"{"name":"s","feature":"s"}]}"#)
    }

    @Test func `columns may have any order and any names`() throws {
        let text = #"""
            {"columns":[{"name":"count","feature":"s"},{"name":"1","feature":"g","value":"high"},
            {"name":"2","feature":"g","value":"low"},{"name":"3","feature":"c","value":"b"},
            {"name":"4","feature":"x"},{"name":"5","feature":"c","value":"a"}]}
            """#
        let encoding = try FeatureEncoding(
            document: JSONValue(parsing: text.utf8.span), schema: smallSchema())
        #expect(encoding.columnNames == ["count", "1", "2", "3", "4", "5"])
        #expect(row(encoding, [1, 7, 1, 1]) == [1, 1, 0, 1, 7, 0])
    }

    struct DocumentFlaw: Sendable {
        let piece: String
        let replacement: String
        let pointer: String
        let problem: SchemaProblem
    }

    @Test(arguments: [
        DocumentFlaw(
            piece: #"{"columns":["#, replacement: #"{"rows":["#, pointer: "/rows",
            problem: .unknownKeyword),
        DocumentFlaw(
            piece: #"{"columns":["#, replacement: #"{"columns":[3,"#, pointer: "/columns",
            problem: .tooMany(limit: 6)),
        DocumentFlaw(
            piece: #"{"name":"c=a","feature":"c","value":"a"}"#, replacement: "3",
            pointer: "/columns/0", problem: .wrongKind(wanted: .object)),
        DocumentFlaw(
            piece: #""name":"c=a","#, replacement: "", pointer: "/columns/0/name", problem: .missing
        ),
        DocumentFlaw(
            piece: #""name":"c=a""#, replacement: #""name":"""#, pointer: "/columns/0/name",
            problem: .empty),
        DocumentFlaw(
            piece: #""name":"c=b""#, replacement: #""name":"c=a""#, pointer: "/columns/1/name",
            problem: .duplicate),
        DocumentFlaw(
            piece: #","feature":"c","value":"a""#, replacement: "", pointer: "/columns/0/feature",
            problem: .missing),
        DocumentFlaw(
            piece: #""feature":"c","value":"a""#, replacement: #""feature":"z""#,
            pointer: "/columns/0/feature", problem: .unknownName),
        DocumentFlaw(
            piece: #","value":"a""#, replacement: "", pointer: "/columns/0/value", problem: .missing
        ),
        DocumentFlaw(
            piece: #""value":"a""#, replacement: #""value":"z""#, pointer: "/columns/0/value",
            problem: .unknownName),
        DocumentFlaw(
            piece: #""value":"b""#, replacement: #""value":"a""#, pointer: "/columns/1",
            problem: .duplicate),
        DocumentFlaw(
            piece: #""feature":"x""#, replacement: #""feature":"x","value":"a""#,
            pointer: "/columns/2/value", problem: .inapplicableKeyword),
        DocumentFlaw(
            piece: #""feature":"x""#, replacement: #""feature":"x","log":true"#,
            pointer: "/columns/2/log", problem: .unknownKeyword),
        DocumentFlaw(
            piece: #""feature":"x""#, replacement: #""feature":"x","mean":"0""#,
            pointer: "/columns/2/mean", problem: .wrongKind(wanted: .number)),
        DocumentFlaw(
            piece: #""feature":"x""#, replacement: #""feature":"x","scale":0"#,
            pointer: "/columns/2/scale",
            problem: .outOfRange(
                minimum: SchemaLimits.scaleMin, maximum: SchemaLimits.boundMagnitudeMax)),
        DocumentFlaw(
            piece: #","feature":"x""#, replacement: #","feature":"s""#, pointer: "/columns/5",
            problem: .duplicate),
        DocumentFlaw(
            piece: #",{"name":"s","feature":"s"}"#, replacement: "", pointer: "/columns",
            problem: .incomplete(lacking: "s")),
        DocumentFlaw(
            piece: #"{"name":"c=b","feature":"c","value":"b"},"#, replacement: "",
            pointer: "/columns", problem: .incomplete(lacking: "c=b")),
    ])
    func `a document that does not cover the schema is refused`(flaw: DocumentFlaw) throws {
        let schema = try smallSchema()
        var writer = JSONWriter()
        writer.value(FeatureEncoding(oneHot: schema).document)
        let text = String(decoding: writer.finish(), as: UTF8.self)
        let spoiled = text.replacing(flaw.piece, with: flaw.replacement, maxReplacements: 1)
        #expect(spoiled != text)
        let document = try JSONValue(parsing: spoiled.utf8.span)
        let error = #expect(throws: SchemaError.self) {
            try FeatureEncoding(document: document, schema: schema)
        }
        #expect(error?.pointer.text == flaw.pointer)
        #expect(error?.problem == flaw.problem)
    }
}
