import Features
import JSON
import Testing

/// A small schema, and what becomes of it when one piece of its text is another.
struct Flaw: Sendable, CustomTestStringConvertible {
    static let schema = """
        {"type":"object","title":"t","properties":{
        "id":{"type":"string","x-identifier":true},
        "c":{"type":"string","enum":["a","b"],"x-aliases":{"A":"a"}},
        "i":{"type":"integer","minimum":0,"maximum":9,"x-blank":3},
        "e":{"type":"integer","enum":[2,3,4]},
        "n":{"type":"number","minimum":0.5,"maximum":2}},
        "required":["c","i","e","n"],"additionalProperties":false,
        "x-derived":{"g":{"kind":"bins","field":"i","upperEdges":[4,9],"labels":["l","h"]},
        "s":{"kind":"count","of":{"c":["b"]}}},
        "x-target":{"column":"y","positive":"1","negative":"0"}}
        """

    let piece: String
    let replacement: String
    let pointer: String
    let problem: SchemaProblem

    init(_ piece: String, _ replacement: String, _ pointer: String, _ problem: SchemaProblem) {
        self.piece = piece
        self.replacement = replacement
        self.pointer = pointer
        self.problem = problem
    }

    var testDescription: String { "\(piece) as \(replacement)" }

    var bytes: [UInt8] {
        let (before, after) = Flaw.split(Flaw.schema, at: piece)
        return Array((before + replacement + after).utf8)
    }

    private static func split(_ text: String, at piece: String) -> (Substring, Substring) {
        guard let range = text.firstRange(of: piece) else {
            preconditionFailure("the schema has no \(piece)")
        }
        return (text[..<range.lowerBound], text[range.upperBound...])
    }
}

@Suite struct SchemaErrorTests {
    private static let magnitudeMax = SchemaLimits.boundMagnitudeMax

    @Test func `the schema that the tables spoil is sound`() throws {
        #expect(try Schema(json: Flaw.schema.utf8.span).fields.count == 4)
    }

    @Test(arguments: [
        Flaw(Flaw.schema, "", "", .malformed(.unexpectedEnd(offset: 0))),
        Flaw(Flaw.schema, "[]", "", .wrongKind(wanted: .object)),
        Flaw(
            #""title":"t""#, #""title":"t","title":"u""#, "", .malformed(.duplicateName(offset: 30))
        ),
        Flaw(#""title":"t""#, #""title":7"#, "/title", .wrongKind(wanted: .string)),
        Flaw(#""title":"t""#, #""patternProperties":{}"#, "/patternProperties", .unknownKeyword),
        Flaw(#""title":"t""#, #""minimum":1"#, "/minimum", .inapplicableKeyword),
        Flaw(
            #""title":"t""#, #""$schema":"http://json-schema.org/draft-07/schema#""#, "/$schema",
            .unsupported(wanted: ["https://json-schema.org/draft/2020-12/schema"])),
        Flaw(#""type":"object","#, "", "/type", .missing),
        Flaw(#""type":"object""#, #""type":"array""#, "/type", .unsupported(wanted: ["object"])),
        Flaw(#""properties":{"#, #""$comment":{"#, "/$comment", .wrongKind(wanted: .string)),
        Flaw(#""required":["c","i","e","n"],"#, "", "/required", .missing),
        Flaw(#"["c","i","e","n"]"#, #""c""#, "/required", .wrongKind(wanted: .array)),
        Flaw(#"["c","i","e","n"]"#, #"["c","i","e"]"#, "/required", .incomplete(lacking: "n")),
        Flaw(#"["c","i","e","n"]"#, #"["c","c"]"#, "/required/1", .duplicate),
        Flaw(#"["c","i","e","n"]"#, #"["c","z"]"#, "/required/1", .unknownName),
        Flaw(#"["c","i","e","n"]"#, #"["c","id"]"#, "/required/1", .identifierRequired),
        Flaw(#"["c","i","e","n"]"#, #"[1]"#, "/required/0", .wrongKind(wanted: .string)),
        Flaw(#""additionalProperties":false,"#, "", "/additionalProperties", .missing),
        Flaw(
            #""additionalProperties":false"#, #""additionalProperties":true"#,
            "/additionalProperties", .unsupported(wanted: ["false"])),
        Flaw(
            #""additionalProperties":false"#, #""additionalProperties":{}"#,
            "/additionalProperties", .wrongKind(wanted: .boolean)),
    ])
    func `a flaw of the document is reported where it stands`(flaw: Flaw) {
        expect(flaw)
    }

    @Test(arguments: [
        Flaw(#""c":{"#, #""":{"#, "/properties/", .empty),
        Flaw(#""c":{"#, #""a=b":{"#, "/properties/a=b", .forbiddenCharacter),
        Flaw(#""c":{"#, "\"a\\u0007\":{", "/properties/a\u{7}", .forbiddenCharacter),
        Flaw(
            #"{"type":"string","x-identifier":true}"#, "[]", "/properties/id",
            .wrongKind(wanted: .object)),
        Flaw(
            #""x-identifier":true"#, #""x-identifier":1"#, "/properties/id/x-identifier",
            .wrongKind(wanted: .boolean)),
        Flaw(
            #""x-identifier":true"#, #""x-identifier":false"#, "/properties/id/x-identifier",
            .unsupported(wanted: ["true"])),
        Flaw(
            #""x-identifier":true"#, #""x-identifier":true,"enum":["a"]"#, "/properties/id/enum",
            .inapplicableKeyword),
        Flaw(
            #""x-identifier":true"#, #""x-identifier":true,"maxLength":64"#,
            "/properties/id/maxLength", .unknownKeyword),
        Flaw(
            #""enum":["a","b"],"x-aliases":{"A":"a"}"#, #""x-identifier":true"#,
            "/properties/c/x-identifier", .duplicate),
        Flaw(#"{"type":"string","enum""#, #"{"enum""#, "/properties/c/type", .missing),
        Flaw(
            #""type":"integer","minimum""#, #""type":"boolean","minimum""#, "/properties/i/type",
            .unsupported(wanted: ["string", "integer", "number"])),
        Flaw(
            #""enum":["a","b"],"x-aliases":{"A":"a"}"#, #""description":"d""#, "/properties/c/enum",
            .missing),
        Flaw(#"["a","b"]"#, "[]", "/properties/c/enum", .empty),
        Flaw(#"["a","b"]"#, #"["a",1]"#, "/properties/c/enum/1", .wrongKind(wanted: .string)),
        Flaw(#"["a","b"]"#, #"["a","a"]"#, "/properties/c/enum/1", .duplicate),
        Flaw(#"["a","b"]"#, #"["a",""]"#, "/properties/c/enum/1", .empty),
        Flaw(#"["a","b"]"#, #"["a","\u007f"]"#, "/properties/c/enum/1", .forbiddenCharacter),
        Flaw(#"["a","b"]"#, #"["a","\u0085"]"#, "/properties/c/enum/1", .forbiddenCharacter),
        Flaw(
            #"["a","b"],"#, #"["a","b"],"minimum":0,"#, "/properties/c/minimum",
            .inapplicableKeyword),
        Flaw(
            #"["a","b"],"#, #"["a","b"],"x-blank":0,"#, "/properties/c/x-blank",
            .inapplicableKeyword),
        Flaw(#"{"A":"a"}"#, "{}", "/properties/c/x-aliases", .empty),
        Flaw(#"{"A":"a"}"#, #"{"A":"z"}"#, "/properties/c/x-aliases/A", .unknownName),
        Flaw(#"{"A":"a"}"#, #"{"b":"a"}"#, "/properties/c/x-aliases/b", .duplicate),
        Flaw(
            #"{"A":"a"}"#, #"{"A/~":3}"#, "/properties/c/x-aliases/A~1~0",
            .wrongKind(wanted: .string)),
        Flaw(#""minimum":0,"#, "", "/properties/i/minimum", .missing),
        Flaw(#""maximum":9,"#, "", "/properties/i/maximum", .missing),
        Flaw(
            #""maximum":9"#, #""maximum":"9""#, "/properties/i/maximum", .wrongKind(wanted: .number)
        ),
        Flaw(#""maximum":9"#, #""maximum":9.5"#, "/properties/i/maximum", .notIntegral),
        Flaw(
            #""minimum":0,"#, #""minimum":10,"#, "/properties/i/maximum",
            .outOfRange(minimum: 10, maximum: magnitudeMax)),
        Flaw(
            #""maximum":9"#, #""exclusiveMaximum":9"#, "/properties/i/exclusiveMaximum",
            .unknownKeyword),
        Flaw(
            #""maximum":9"#, #""maximum":9,"enum":[1]"#, "/properties/i/minimum",
            .inapplicableKeyword),
        Flaw(
            #""x-blank":3"#, #""x-blank":10"#, "/properties/i/x-blank",
            .outOfRange(minimum: 0, maximum: 9)),
        Flaw(
            #""x-blank":3"#, #""x-blank":-1"#, "/properties/i/x-blank",
            .outOfRange(minimum: 0, maximum: 9)),
        Flaw(#""x-blank":3"#, #""x-blank":1.5"#, "/properties/i/x-blank", .notIntegral),
        Flaw("[2,3,4]", "[2,4]", "/properties/e/enum/1", .notConsecutive),
        Flaw("[2,3,4]", "[3,2]", "/properties/e/enum/1", .notConsecutive),
        Flaw("[2,3,4]", "[2,2.5]", "/properties/e/enum/1", .notIntegral),
        Flaw("[2,3,4]", #"["2"]"#, "/properties/e/enum/0", .wrongKind(wanted: .number)),
        Flaw(
            "[2,3,4]", "[2,1e300]", "/properties/e/enum/1",
            .outOfRange(minimum: -magnitudeMax, maximum: magnitudeMax)),
        Flaw(
            #""minimum":0.5"#, #""enum":[1],"minimum":0.5"#, "/properties/n/enum",
            .inapplicableKeyword),
    ])
    func `a flaw of a property is reported where it stands`(flaw: Flaw) {
        expect(flaw)
    }

    @Test(arguments: [
        Flaw(#""x-derived":{"#, #""x-derived":{"h":{},"#, "/x-derived/h/kind", .missing),
        Flaw(#""g":{"kind""#, #""c":{"kind""#, "/x-derived/c", .duplicate),
        Flaw(#""g":{"kind""#, #""id":{"kind""#, "/x-derived/id", .duplicate),
        Flaw(#""g":{"kind""#, #""y":{"kind""#, "/x-derived/y", .duplicate),
        Flaw(#""g":{"kind""#, #""a=":{"kind""#, "/x-derived/a=", .forbiddenCharacter),
        Flaw(
            #""kind":"bins""#, #""kind":"log""#, "/x-derived/g/kind",
            .unsupported(wanted: ["bins", "count"])),
        Flaw(#""kind":"bins""#, #""kind":"bins","of":{}"#, "/x-derived/g/of", .inapplicableKeyword),
        Flaw(#""field":"i""#, #""field":"z""#, "/x-derived/g/field", .unknownName),
        Flaw(#""field":"i""#, #""field":"c""#, "/x-derived/g/field", .unsuitableField),
        Flaw("[4,9]", "[]", "/x-derived/g/upperEdges", .empty),
        Flaw("[4,9]", "[4,4]", "/x-derived/g/upperEdges/1", .notAscending),
        Flaw(
            "[4,9]", "[4,8]", "/x-derived/g/upperEdges/1",
            .outOfRange(minimum: 9, maximum: magnitudeMax)),
        Flaw("[4,9]", "[9,10]", "/x-derived/g/upperEdges/1", .emptyBin),
        Flaw("[4,9]", "[-1,9]", "/x-derived/g/upperEdges/0", .emptyBin),
        Flaw(#"["l","h"]"#, #"["l"]"#, "/x-derived/g/labels", .wrongCount(wanted: 2)),
        Flaw(#"["l","h"]"#, #"["l","l"]"#, "/x-derived/g/labels/1", .duplicate),
        Flaw(#"{"c":["b"]}"#, "{}", "/x-derived/s/of", .empty),
        Flaw(#"{"c":["b"]}"#, #"{"z":["b"]}"#, "/x-derived/s/of/z", .unknownName),
        Flaw(#"{"c":["b"]}"#, #"{"i":[1]}"#, "/x-derived/s/of/i", .unsuitableField),
        Flaw(#"{"c":["b"]}"#, #"{"c":[]}"#, "/x-derived/s/of/c", .empty),
        Flaw(#"{"c":["b"]}"#, #"{"c":["A"]}"#, "/x-derived/s/of/c/0", .unknownName),
        Flaw(#"{"c":["b"]}"#, #"{"c":["b","b"]}"#, "/x-derived/s/of/c/1", .duplicate),
        Flaw(#""column":"y","#, "", "/x-target/column", .missing),
        Flaw(#""column":"y""#, #""column":"c""#, "/x-target/column", .duplicate),
        Flaw(#""column":"y""#, #""column":"id""#, "/x-target/column", .duplicate),
        Flaw(#""negative":"0""#, #""negative":"1""#, "/x-target/negative", .duplicate),
        Flaw(
            #""negative":"0""#, #""negative":0"#, "/x-target/negative",
            .wrongKind(wanted: .string)),
        Flaw(#""negative":"0""#, #""negative":"0","unit":"k""#, "/x-target/unit", .unknownKeyword),
    ])
    func `a flaw of a derived feature or the target is reported where it stands`(flaw: Flaw) {
        expect(flaw)
    }

    @Test func `an error says where it is and what was expected`() {
        let place = JSONPointer.root.appending("properties").appending("tenure")
        let error = SchemaError(.outOfRange(minimum: 0, maximum: 72.5), at: place)
        #expect(error.description == "/properties/tenure: out of range, expected 0 to 72.5")
        #expect(SchemaError(.missing, at: .root).description == "the document: missing")
    }

    private func expect(_ flaw: Flaw) {
        let error = #expect(throws: SchemaError.self) { try Schema(json: flaw.bytes.span) }
        #expect(error?.pointer.text == flaw.pointer)
        #expect(error?.problem == flaw.problem)
    }
}
