import RecordFormats
import TestSupport
import Testing

@Suite struct DataframeTests {
    private func read(
        _ body: String, _ form: Dataframe = .mlflow, rowsMax: Int = 3
    ) throws(RecordFormatError) -> [String] {
        let bytes = Array(body.utf8)
        let texts = try form.read(bytes.span, rowsMax: rowsMax)
        return texts.rows.map { row in
            switch row {
            case .text(let range): String(decoding: texts.bytes[range], as: UTF8.self)
            case .fault(let fault): "\(fault)"
            }
        }
    }

    private static let two = [#"{"a":1.50,"b":"x,]"}"#, #"{"a":null,"b":"\""}"#]

    @Test(arguments: [
        #"{"dataframe_split":{"columns":["a","b"],"data":[[1.50,"x,]"],[null,"\""]]}}"#,
        #" {"dataframe_split" : { "index":[0,1], "data":[ [1.50 , "x,]"],[null,"\""]],"#
            + #""columns":["a","b"]}, "params":{"x":[1]}} "#,
        #"{"dataframe_records":[{"a":1.50,"b":"x,]"},{"a":null,"b":"\""}]}"#,
        #"{"instances":[{"a":1.50,"b":"x,]"},{"a":null,"b":"\""}]}"#,
        #"{"inputs":[{"a":1.50,"b":"x,]"},{"a":null,"b":"\""}]}"#,
        #"{"inputs":{"a":[1.50,null],"b":["x,]","\""]}}"#,
    ])
    func `each form gives the same records, their values as they were written`(
        body: String
    ) throws { #expect(try read(body) == Self.two) }

    @Test(arguments: [
        (Dataframe.azure, #"{"input_data":{"columns":["a"],"index":[0],"data":[[1]]}}"#),
        (.azure, #"{"input_data":[{"a":1}],"params":{}}"#),
        (.vertex, #"{"instances":[{"a":1}],"parameters":{"b":2}}"#),
    ])
    func `the platforms' forms are read`(form: Dataframe, body: String) throws {
        #expect(try read(body, form) == [#"{"a":1}"#])
    }

    @Test(arguments: [
        "[]", "1", "{}", #"{"instances":1}"#, #"{"instances":{"a":[1]}}"#,
        #"{"dataframe_split":[[1]]}"#, #"{"dataframe_records":{"a":1}}"#,
        #"{"instances":[],"inputs":[]}"#, #"{"instances":[],"other":1}"#, #"{"params":{}}"#,
    ])
    func `an error for a body without one member of rows names those that exist`(body: String)
        throws
    {
        let error = RecordFormatError.malformed(
            detail: "The body must be an object with one of dataframe_split, dataframe_records, "
                + "instances, inputs, which holds the rows")
        #expect(throws: error) { try read(body) }
    }

    @Test(arguments: [
        (
            #"{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[1]]}}"#,
            "Row 1, counted from 0, has 1 cells, expected 2"
        ),
        (
            #"{"dataframe_split":{"columns":["a"],"data":[1]}}"#,
            "Row 0, counted from 0, has 0 cells, expected 1"
        ),
        (#"{"dataframe_split":{"data":[]}}"#, "columns must be an array of names"),
        (#"{"dataframe_split":{"columns":[1],"data":[]}}"#, "columns must be an array of names"),
        (
            #"{"dataframe_split":{"columns":["a"],"rows":[]}}"#,
            "A table must have columns and data, each an array"
        ),
        (
            #"{"dataframe_split":{"columns":["a"],"columns":["b"],"data":[[1]]}}"#,
            "The body is not well-formed JSON: a name for the second time at byte 37"
        ),
        (
            #"{"inputs":{"a":[1,2],"b":[1]}}"#,
            "The columns of inputs have 2 and 1 values, expected as many each"
        ),
        (#"{"inputs":{"a":1}}"#, "inputs must hold an array of values for each column"),
        (
            #"{"instances":[{"a":NaN}]}"#,
            "NaN at byte 19 is not JSON: clients write it for a missing number, for which null, or "
                + "no such field, is expected"
        ),
        (
            #"{"instances":[{"a":"NaN","b":-Infinity}]}"#,
            "Infinity at byte 30 is not JSON: clients write it for a missing number, for which "
                + "null, or no such field, is expected"
        ),
        (
            #"{"instances":[}"#,
            "The body is not well-formed JSON: an unexpected byte at 14"
        ),
    ])
    func `what is wrong is said with its place, and no value`(body: String, detail: String) {
        #expect(throws: RecordFormatError.malformed(detail: detail)) { try read(body) }
    }

    @Test(arguments: [
        (#"{"dataframe_split":{"columns":["#, "", #"],"data":[]}}"#),
        (#"{"inputs":{"#, ":[]", "}}"),
    ])
    func `names of columns have a limit together, since each row repeats them`(
        before: String, value: String, after: String
    ) throws {
        let body = { (count: Int) in
            let name = String(repeating: "n", count: count - 5)
            return "\(before)\"a\"\(value),\"\(name)\"\(value)\(after)"
        }
        for count in [Dataframe.nameBytesMax - 1, Dataframe.nameBytesMax] {
            #expect(try read(body(count)) == [])
        }
        let detail = "The names of the columns have 16385 bytes, expected 16384 at most"
        #expect(throws: RecordFormatError.malformed(detail: detail)) {
            try read(body(Dataframe.nameBytesMax + 1))
        }
    }

    @Test func `as many rows as are allowed are taken, whatever the form`() throws {
        for (before, row, after) in [
            (#"{"instances":["#, "{}", "]}"),
            (#"{"dataframe_split":{"columns":["a"],"data":["#, "[1]", "]}}"),
            (#"{"inputs":{"a":["#, "1", "]}}"),
        ] {
            let rows = { before + Array(repeating: row, count: $0).joined(separator: ",") + after }
            #expect(try read(rows(3)).count == 3)
            #expect(throws: RecordFormatError.tooManyRows(max: 3)) { try read(rows(4)) }
        }
    }

    @Test func `no bytes crash it`() {
        var random = SplitMix64(seed: 7)
        let alphabet = Array(#"{}[],:"\ NaN1.-e"#.utf8)
        let good = Array(
            #"{"dataframe_split":{"columns":["a","b"],"data":[[1,"x"],[2,"y"]]}}"#.utf8)
        for _ in 0..<20_000 {
            var body = good
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let place = Int.random(in: 0..<body.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: body.remove(at: place)
                case 1: body[place] = alphabet.randomElement(using: &random) ?? 0
                default: body.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
                }
                if body.isEmpty { break }
            }
            for form in [Dataframe.mlflow, .azure, .vertex] {
                _ = try? form.read(body.span, rowsMax: 5)
            }
        }
    }
}
