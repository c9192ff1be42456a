import Features
import JSON
import Testing

/// What columns may show besides a number and the presence of each value.
struct EncodingContentTests {
    private static let text = """
        {"type":"object","properties":{
        "c":{"type":"string","enum":["a","b","z"]},
        "n":{"type":"integer","minimum":-1,"maximum":1},
        "x":{"type":"number","minimum":-10,"maximum":10}},
        "required":["c","n","x"],"additionalProperties":false,
        "x-derived":{"g":{"kind":"bins","field":"x","upperEdges":[0,10],"labels":["low","high"]}}}
        """

    private func encoding(_ columns: String, _ rest: String = "") throws -> FeatureEncoding {
        let document = try JSONValue(parsing: "{\"columns\":[\(columns)]\(rest)}".utf8.span)
        return try FeatureEncoding(document: document, schema: Schema(json: Self.text.utf8.span))
    }

    private func row(_ encoding: FeatureEncoding, _ values: [Double]) -> [Float] {
        var row = [Float](repeating: .nan, count: encoding.columnCount)
        encoding.encode(Record(values: values), into: &row)
        return row
    }

    private static let number = #"{"name":"x","feature":"x"}"#
    private static let codes = #"{"name":"c","feature":"c","codes":["z","other","b","a"]}"#

    @Test func `a code is the value's place in the model's own order`() throws {
        let encoding = try encoding("\(Self.codes),\(Self.number)", #","omitted":["n","g"]"#)
        #expect(encoding.columns[0].content == .code(order: ["z", "other", "b", "a"]))
        #expect(
            [0, 1, 2].map { row(encoding, [$0, 0, 0.5, 1]) } == [[3, 0.5], [2, 0.5], [0, 0.5]])
        #expect(encoding.omissions == ["n", "g"])
    }

    @Test func `a code is scaled as a number is`() throws {
        let scaled = Self.codes.dropLast() + #","mean":1,"scale":2}"#
        let encoding = try encoding("\(scaled)", #","omitted":["n","x","g"]"#)
        #expect([0, 1, 2].map { row(encoding, [$0, 0, 0, 0]) } == [[1], [0.5], [-0.5]])
    }

    @Test func `the values of an integer may have columns of their own`() throws {
        let encoding = try encoding(
            #"{"name":"n_1","feature":"n","value":"1"},{"name":"n_-1","feature":"n","value":"-1"}"#,
            #","omitted":["c","n=0","x","g"]"#)
        #expect([-1, 0, 1].map { row(encoding, [0, $0, 0, 0]) } == [[0, 1], [0, 0], [1, 0]])
    }

    @Test func `a level that is left out shows as none of the others`() throws {
        let encoding = try encoding(
            #"{"name":"c_b","feature":"c","value":"b"},{"name":"c_z","feature":"c","value":"z"}"#,
            #","omitted":["c=a","n","x","g"]"#)
        #expect([0, 1, 2].map { row(encoding, [$0, 0, 0, 0]) } == [[0, 0], [1, 0], [0, 1]])
        #expect(encoding.columns.map(\.category) == [1, 2])
    }

    @Test func `a document of any columns gives the same encoding`() throws {
        let encoding = try encoding(
            Self.codes + #",{"name":"n_1","feature":"n","value":"1"}"#,
            #","omitted":["g","x","n=-1","n=0"]"#)
        let schema = try Schema(json: Self.text.utf8.span)
        #expect(try FeatureEncoding(document: encoding.document, schema: schema) == encoding)
        #expect(try FeatureEncoding(columns: encoding.columns, schema: schema) == encoding)
        #expect(encoding.omissions == ["n=-1", "n=0", "x", "g"])
    }

    struct Flaw: Sendable {
        let columns: String
        let rest: String
        let pointer: String
        let problem: SchemaProblem
    }

    @Test(arguments: [
        Flaw(
            columns: codes, rest: #","omitted":["n","x"]"#, pointer: "/columns",
            problem: .incomplete(lacking: "g")),
        Flaw(
            columns: codes, rest: #","omitted":["n","x","g","c"]"#, pointer: "/omitted/3",
            problem: .notOmitted),
        Flaw(
            columns: codes, rest: #","omitted":["n","x","g=low","g=high"]"#,
            pointer: "/omitted/2", problem: .notOmitted),
        Flaw(
            columns: codes, rest: #","omitted":["n","x","n"]"#, pointer: "/omitted/2",
            problem: .duplicate),
        Flaw(
            columns: codes, rest: #","omitted":[]"#, pointer: "/omitted", problem: .empty),
        Flaw(
            columns: codes + #",{"name":"c_a","feature":"c","value":"a"}"#, rest: "",
            pointer: "/columns/1", problem: .duplicate),
        Flaw(
            columns: #"{"name":"c","feature":"c","codes":["a","b"]}"#, rest: "",
            pointer: "/columns/0/codes", problem: .incomplete(lacking: "z")),
        Flaw(
            columns: #"{"name":"c","feature":"c","codes":["a","b","a","z"]}"#, rest: "",
            pointer: "/columns/0/codes/2", problem: .duplicate),
        Flaw(
            columns: #"{"name":"c","feature":"c","codes":["a","b","z"],"value":"a"}"#, rest: "",
            pointer: "/columns/0/codes", problem: .inapplicableKeyword),
        Flaw(
            columns: #"{"name":"x","feature":"x","codes":["1"]}"#, rest: "",
            pointer: "/columns/0/codes", problem: .inapplicableKeyword),
        Flaw(
            columns: #"{"name":"n","feature":"n","value":"2"}"#, rest: "",
            pointer: "/columns/0/value", problem: .unknownName),
        Flaw(
            columns: #"{"name":"n","feature":"n","value":"1"},{"name":"m","feature":"n"}"#,
            rest: "", pointer: "/columns/1", problem: .duplicate),
    ])
    func `columns that show something twice, and omissions that are none, are refused`(
        flaw: Flaw
    ) {
        let error = #expect(throws: SchemaError.self) { try encoding(flaw.columns, flaw.rest) }
        #expect(error?.pointer.text == flaw.pointer)
        #expect(error?.problem == flaw.problem)
    }

    @Test(arguments: [-1, 0, 1])
    func `an order of codes has a limit`(excess: Int) throws {
        let limit = SchemaLimits.codesMax
        let others = (0..<limit + excess - 3).map { "\"v\($0)\"" }.joined(separator: ",")
        let column = #"{"name":"c","feature":"c","codes":["a","b","z",\#(others)]}"#
        let rest = #","omitted":["n","x","g"]"#
        if excess > 0 {
            let error = #expect(throws: SchemaError.self) { try encoding(column, rest) }
            #expect(error?.problem == .tooMany(limit: limit))
        } else {
            #expect(try encoding(column, rest).columnCount == 1)
        }
    }

    @Test(arguments: [255, 256, 257])
    func `an integer has values as long as a category may have as many`(count: Int) throws {
        let text = """
            {"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":\(count)}},
            "required":["n"],"additionalProperties":false}
            """
        let feature = try Schema(json: text.utf8.span).features[0]
        #expect(feature.values?.count == (count <= SchemaLimits.valuesMax ? count : nil))
        #expect(feature.values?.last == (count <= SchemaLimits.valuesMax ? "\(count)" : nil))
        #expect(feature.categories == nil)
    }
}
