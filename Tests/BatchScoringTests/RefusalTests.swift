import BatchScoring
import Features
import JSON
import Testing

@Suite struct RefusalTests {
    /// What a line of the refusals says.
    struct Refusal: Equatable, CustomStringConvertible {
        let row: Int
        let line: Int
        let column: String?
        let code: String

        init(_ row: Int, line: Int, _ column: String?, _ code: String) {
            self.row = row
            self.line = line
            self.column = column
            self.code = code
        }

        init(parsing line: Substring) throws {
            let json = try JSONValue(parsing: Array(line.utf8).span)
            let names = ["row", "line", "column", "code", "detail"]
            #expect(json.asObject?.members.map(\.name) == names)
            #expect(json.asObject?["detail"]?.asString?.isEmpty == false)
            row = Int(json.asObject?["row"]?.asNumber ?? -1)
            self.line = Int(json.asObject?["line"]?.asNumber ?? -1)
            column = json.asObject?["column"]?.asString
            code = json.asObject?["code"]?.asString ?? ""
        }

        var description: String { "row \(row) line \(line) \(column ?? "-") \(code)" }
    }

    private func refusals(of scored: Scored) throws -> [Refusal] {
        try scored.refusals.split(separator: "\n").map { try Refusal(parsing: $0) }
    }

    private static let badRows: [(String, [Refusal])] =
        [
            (Rows.row(1, tenure: "73"), [Refusal(2, line: 3, "tenure", "out_of_range")]),
            (Rows.row(1, tenure: "1e400"), [Refusal(2, line: 3, "tenure", "out_of_range")]),
            (Rows.row(1, tenure: "NaN"), [Refusal(2, line: 3, "tenure", "wrong_type")]),
            (Rows.row(1, tenure: "1.5"), [Refusal(2, line: 3, "tenure", "not_an_integer")]),
            (Rows.row(1, tenure: ""), [Refusal(2, line: 3, "tenure", "missing")]),
            (
                Rows.row(1, tenure: "x").replacing("DSL", with: "Cable"),
                [
                    Refusal(2, line: 3, "tenure", "wrong_type"),
                    Refusal(2, line: 3, "InternetService", "not_allowed"),
                ]
            ),
            (
                Rows.row(1, id: String(repeating: "i", count: 65)),
                [Refusal(2, line: 3, "customerID", "too_long")]
            ),
            ("a,b\n", [Refusal(2, line: 3, nil, "ragged")]),
            (Rows.row(1, id: "a\"b"), [Refusal(2, line: 3, nil, "malformed")]),
            (Rows.row(1, id: "\"a\"b"), [Refusal(2, line: 3, nil, "malformed")]),
            (Rows.row(1, id: "a\rb"), [Refusal(2, line: 3, nil, "malformed")]),
            (Rows.row(1, id: "\"a"), [Refusal(2, line: 3, nil, "malformed")]),
            (
                Rows.row(1, id: String(repeating: "i", count: 1025)),
                [Refusal(2, line: 3, nil, "too_large")]
            ),
            (
                String(repeating: "x", count: 300_000) + "\n",
                [Refusal(2, line: 3, nil, "too_large")]
            ),
            (
                String(repeating: ",", count: 1024) + "\n", [Refusal(2, line: 3, nil, "too_large")]
            ),
            (
                Rows.row(1, id: "\"a\nb\""), [Refusal(2, line: 3, "customerID", "not_allowed")]
            ),
        ]

    @Test(arguments: badRows.indices)
    func `a bad row is listed with its line, and the others are scored`(index: Int) throws {
        let (row, expected) = Self.badRows[index]
        // Longer than any cell, so that a quote which is never closed is found out.
        let rest = (2..<30).map { Rows.row($0) }.joined()
        let scored = try score(Rows.header + Rows.row(0) + row + rest, .table)
        #expect(try refusals(of: scored) == expected)
        #expect(scored.counts.scored == 29)
        #expect(scored.counts.refused == 1)
        let alone = try score(Rows.header + Rows.row(0) + rest, .table)
        #expect(
            scored.lines.map { $0.split(separator: ",").first }
                == alone.lines.map { $0.split(separator: ",").first })
    }

    @Test(arguments: ["0", "1", "", " ", "Maybe", "yes", "\"a, b\"", "1e400"])
    func `the target's cells are not looked at`(cell: String) throws {
        let rows = (0..<20).map { Rows.row($0) }
        let told = rows.map { $0.replacing(/,No\n$/, with: ",\(cell)\n") }
        #expect(told != rows)
        let wanted = try score(Rows.header + rows.joined(), .table)
        #expect(try score(Rows.header + told.joined(), .table) == wanted)
        #expect(wanted.counts.scored == 20 && wanted.refusals.isEmpty)
    }

    @Test func `lines count on within cells and over empty lines`() throws {
        let scored = try score(
            "\n" + Rows.header + "\n" + Rows.row(1, id: "\"a\nb\"") + "\n\n" + "ragged\n", .table)
        #expect(
            try refusals(of: scored) == [
                Refusal(1, line: 4, "customerID", "not_allowed"),
                Refusal(2, line: 8, nil, "ragged"),
            ])
    }

    @Test func `a refusal repeats no value`() throws {
        let scored = try score(
            Rows.header + Rows.row(1, id: "secret\"", tenure: "secret")
                + Rows.row(2, tenure: "secret") + Rows.row(3).replacing("DSL", with: "secret"),
            .table)
        #expect(scored.counts.refused == 3)
        #expect(!scored.refusals.contains("secret"))
    }

    private static let badLines: [(String, [Refusal])] =
        [
            ("", []),
            ("{", [Refusal(2, line: 3, nil, "malformed")]),
            ("[]", [Refusal(2, line: 3, nil, "not_an_object")]),
            ("1", [Refusal(2, line: 3, nil, "not_an_object")]),
            ("{} {}", [Refusal(2, line: 3, nil, "malformed")]),
            ("{\"tenure\":1,\"tenure\":1}", [Refusal(2, line: 3, nil, "malformed")]),
            ("\"\u{1}\"", [Refusal(2, line: 3, nil, "malformed")]),
            (String(repeating: " ", count: 16_385), [Refusal(2, line: 3, nil, "too_large")]),
            (String(repeating: "[", count: 300_000), [Refusal(2, line: 3, nil, "too_large")]),
        ]

    @Test(arguments: badLines.indices)
    func `a bad line of JSON is listed, and the others are scored`(index: Int) throws {
        let (line, expected) = Self.badLines[index]
        let good = Objects.line(1)
        let scored = try score("\(good)\n\n\(line)\n\(good)\r\n", .objects)
        #expect(try refusals(of: scored) == expected)
        #expect(scored.counts.scored == 2)
    }

    @Test(arguments: [-1, 0, 1])
    func `a line of JSON is as long as the body of a request may be`(excess: Int) throws {
        let good = Objects.line(1)
        let padding = String(repeating: " ", count: 16_384 + excess - good.utf8.count)
        let scored = try score(good + padding + "\r\n", .objects)
        #expect(scored.counts.scored == (excess > 0 ? 0 : 1))
        #expect(scored.counts.refused == (excess > 0 ? 1 : 0))
    }

    @Test func `all that is wrong with an object is listed, with its unknown fields`() throws {
        let line = Objects.line(1).replacing("\"tenure\":1", with: "\"tenure\":99,\"foo\":1")
        #expect(
            try refusals(of: try score(line, .objects)) == [
                Refusal(1, line: 1, "tenure", "out_of_range"),
                Refusal(1, line: 1, "foo", "unknown_field"),
            ])
    }
}
