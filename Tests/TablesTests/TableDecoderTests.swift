import Features
import JSON
import Tables
import Testing

@Suite struct TableDecoderTests {
    /// What one row of a table became.
    struct Outcome: Equatable {
        var values: [Double]?
        var identifier: String?
        var target: Bool?
        var violations: [String] = []
    }

    private static let schemaText = """
        {"type":"object","properties":{"id":{"type":"string","x-identifier":true},
        "c":{"type":"string","enum":["a","b c"],"x-aliases":{"A":"a"}},
        "i":{"type":"integer","minimum":-5,"maximum":9},
        "n":{"type":"number","minimum":-1,"maximum":1e9,"x-blank":0.5}},
        "required":["c","i","n"],"additionalProperties":false,
        "x-derived":{"s":{"kind":"count","of":{"c":["b c"]}}},
        "x-target":{"column":"y","positive":"Yes","negative":"No"}}
        """

    private func outcomes(_ text: String) throws -> [Outcome] {
        let schema = try Schema(json: Self.schemaText.utf8.span)
        let bytes = Array((text + "\n").utf8)
        var reader = CSVReader()
        var offset = 0
        #expect(try reader.next(in: bytes.span, from: &offset))
        var decoder = try TableDecoder(schema: schema, header: reader.record)
        var outcomes: [Outcome] = []
        while try reader.next(in: bytes.span, from: &offset) {
            var outcome = Outcome()
            if try decoder.decode(reader.record) {
                outcome.values = decoder.record.values
                outcome.identifier = decoder.identifier.map { String(decoding: $0, as: UTF8.self) }
                outcome.target = decoder.target
            }
            outcome.violations = decoder.violations.map {
                "\($0.line) \($0.column) \($0.code.rawValue)"
            }
            outcomes.append(outcome)
        }
        return outcomes
    }

    @Test func `columns are found by name in any order`() throws {
        let expected = Outcome(values: [1, 3, 2.5, 1], identifier: "k", target: true)
        #expect(try outcomes("id,c,i,n,y\nk,b c,3,2.5,Yes") == [expected])
        #expect(try outcomes("y,n,i,c,id\nYes,2.5,3,b c,k") == [expected])
        #expect(try outcomes("\u{FEFF}y,n,i,c,id\r\nYes,\"2.5\",3,\"b c\",k") == [expected])
    }

    @Test func `identifier and target may be left out`() throws {
        #expect(
            try outcomes("c,i,n\nA,-0,7") == [Outcome(values: [0, 0, 7, 0])])
    }

    @Test(arguments: [
        ("id,c,i,y", ["n"], [], []),
        ("q", ["c", "i", "n"], ["q"], []),
        ("c,i,n,i,C,c,s", [], ["C", "s"], ["i", "c"]),
        ("c,i,n,y,y,id,id", [], [], ["y", "id"]),
        (" c,i,n", ["c"], [" c"], []),
        ("c,i,n,", [], [""], []),
        ("c,i,n," + String(repeating: "z", count: 70), [], [String(repeating: "z", count: 64)], []),
    ])
    func `a header with wrong columns is refused with all their names`(
        header: String, missing: [String], unknown: [String], duplicate: [String]
    ) {
        #expect(
            throws: TableError.wrongColumns(
                missing: missing, unknown: unknown, duplicate: duplicate)
        ) { try outcomes(header) }
    }

    @Test(arguments: [
        ("c,i,n\na,1,2\na,1\n", TableError.raggedRecord(line: 3, cells: 2, wanted: 3)),
        ("c,i,n\na,1,2,3\n", .raggedRecord(line: 2, cells: 4, wanted: 3, cause: .decimalComma)),
        ("c,i,n\n\n\n \n", .raggedRecord(line: 4, cells: 1, wanted: 3)),
    ])
    func `a row with another number of cells is refused with its line`(
        text: String, error: TableError
    ) {
        #expect(throws: error) { try outcomes(text) }
    }

    @Test(arguments: ["", " ", "   ", "\t", "\" \""])
    func `a blank cell is its field's blank, or missing where there is none`(cell: String) throws {
        #expect(
            try outcomes("c,i,n\na,1,\(cell)\na,\(cell),2\n\(cell),1,2") == [
                Outcome(values: [0, 1, 0.5, 0]), Outcome(violations: ["3 i missing"]),
                Outcome(violations: ["4 c missing"]),
            ])
    }

    @Test(arguments: [
        ("12", "out_of_range"), ("-6", "out_of_range"), ("1e400", "out_of_range"),
        ("1.5", "not_an_integer"), ("one", "wrong_type"), (" 1", "wrong_type"),
        ("1 ", "wrong_type"), ("+1", "wrong_type"), ("01", "wrong_type"), (".5", "wrong_type"),
        ("1.", "wrong_type"), ("0x1", "wrong_type"), ("NaN", "wrong_type"), ("inf", "wrong_type"),
        ("true", "wrong_type"), ("1_0", "wrong_type"), ("\"1,0\"", "wrong_type"),
        ("\u{A0}", "wrong_type"),
    ])
    func `a number is written as in JSON and lies within its bounds`(
        cell: String, code: String
    ) throws {
        #expect(try outcomes("c,i,n\na,\(cell),2") == [Outcome(violations: ["2 i \(code)"])])
    }

    @Test(arguments: [
        ("9", 9.0), ("-5", -5.0), ("-5.0", -5.0), ("9e0", 9.0), ("-0", 0.0), ("0.8e1", 8.0),
    ])
    func `an integer within its bounds is taken in every spelling of JSON`(
        cell: String, value: Double
    ) throws {
        let found = try #require(try outcomes("c,i,n\na,\(cell),2").first?.values)
        #expect(found == [0, value, 2, 0])
        #expect(value != 0 || found[1].sign == .plus)
    }

    @Test(arguments: ["B C", "b  c", " a", "a ", "b", "1", "á"])
    func `a category is written byte for byte`(cell: String) throws {
        #expect(try outcomes("c,i,n\n\(cell),1,2") == [Outcome(violations: ["2 c not_allowed"])])
    }

    @Test(
        arguments: [
            ("Yes", true, nil), ("No", false, nil), ("yes", nil, "not_allowed"),
            ("1", nil, "not_allowed"),
            ("", nil, "missing"), (" ", nil, "missing"),
        ] as [(String, Bool?, String?)])
    func `the target is one of its two values`(cell: String, target: Bool?, code: String?) throws {
        let outcome = try #require(try outcomes("c,i,n,y\na,1,2,\(cell)").first)
        #expect(outcome.target == target)
        #expect(outcome.violations == (code.map { ["2 y \($0)"] } ?? []))
    }

    @Test(
        arguments: [
            (String(repeating: "i", count: 63), nil), (String(repeating: "i", count: 64), nil),
            (String(repeating: "i", count: 65), "too_long"),
            ("\"a\nb\"", "not_allowed"), (" ", nil),
        ] as [(String, String?)])
    func `an identifier follows the rule of requests`(cell: String, code: String?) throws {
        let outcome = try #require(try outcomes("id,c,i,n\n\(cell),a,1,2").first)
        #expect(outcome.identifier == (code == nil ? cell : nil))
        #expect(outcome.violations == (code.map { ["2 id \($0)"] } ?? []))
    }

    @Test func `bytes that are not UTF-8 are no identifier and no value`() throws {
        let schema = try Schema(json: Self.schemaText.utf8.span)
        let bytes =
            Array("id,c,i,n\n".utf8) + [0xFF] + Array(",".utf8) + [0xC3] + Array(",1,2\n".utf8)
        var reader = CSVReader()
        var offset = 0
        #expect(try reader.next(in: bytes.span, from: &offset))
        var decoder = try TableDecoder(schema: schema, header: reader.record)
        #expect(try reader.next(in: bytes.span, from: &offset))
        #expect(try !decoder.decode(reader.record))
        #expect(decoder.violations.map(\.column) == ["id", "c"])
        #expect(decoder.violations.map(\.code) == [.notAllowed, .notAllowed])
    }

    @Test func `everything that is wrong with a row is reported, in the table's order`() throws {
        let text = "n,y,i,c,id\n-2,?,1.5,z,\n1,No,1,a,k\n2,No,10,,k"
        #expect(
            try outcomes(text) == [
                Outcome(violations: [
                    "2 n out_of_range", "2 y not_allowed", "2 i not_an_integer", "2 c not_allowed",
                ]),
                Outcome(values: [0, 1, 1, 0], identifier: "k", target: false),
                Outcome(violations: ["4 i out_of_range", "4 c missing"]),
            ])
    }

    @Test func `an invalid row leaves nothing of the row before it`() throws {
        let schema = try Schema(json: Self.schemaText.utf8.span)
        let bytes = Array("id,c,i,n,y\nk,a,1,2,Yes\n,a,1,2,?\n".utf8)
        var reader = CSVReader()
        var offset = 0
        #expect(try reader.next(in: bytes.span, from: &offset))
        var decoder = try TableDecoder(schema: schema, header: reader.record)
        #expect(try reader.next(in: bytes.span, from: &offset))
        #expect(try decoder.decode(reader.record))
        #expect(decoder.identifier == [UInt8(ascii: "k")])
        #expect(decoder.target == true)
        #expect(try reader.next(in: bytes.span, from: &offset))
        #expect(try !decoder.decode(reader.record))
        #expect(decoder.identifier == nil)
        #expect(decoder.target == nil)
    }

    @Test func `a violation says what is expected as one of a request does`() throws {
        let schema = try Schema(json: Self.schemaText.utf8.span)
        let bytes = Array("c,i,n,y\nz,,2,?\n".utf8)
        var reader = CSVReader()
        var offset = 0
        #expect(try reader.next(in: bytes.span, from: &offset))
        var decoder = try TableDecoder(schema: schema, header: reader.record)
        #expect(try reader.next(in: bytes.span, from: &offset))
        #expect(try !decoder.decode(reader.record))
        #expect(
            decoder.violations.map(\.detail) == [
                "must be one of: a, b c", "is required and must be an integer from -5 to 9",
                "must be one of: Yes, No",
            ])
    }
}
