import Features
import JSON
import Testing

@Suite struct ExampleCheckTests {
    private static let good = #"{"c":"a","i":7}"#

    private func schema(examples: String?) throws -> Schema {
        let member = examples.map { #","examples":\#($0)"# } ?? ""
        let text = """
            {"type":"object","properties":{"id":{"type":"string","x-identifier":true},
            "c":{"type":"string","enum":["a","b"]},"i":{"type":"integer","minimum":0,"maximum":9}},
            "required":["c","i"],"additionalProperties":false\(member)}
            """
        return try Schema(json: Array(text.utf8).span)
    }

    @Test func `a schema need not have examples`() throws {
        #expect(try schema(examples: nil).examples == [])
    }

    @Test func `examples are kept in their order, and the document keeps them`() throws {
        let schema = try schema(examples: #"[{"c":"b","i":0,"id":"x"},\#(Self.good)]"#)
        #expect(schema.examples.count == 2)
        #expect(schema.examples[0].asObject?["id"] == .string("x"))
        #expect(schema.examples[1].asObject?["i"] == .number(7))
        #expect(try Schema(document: schema.document) == schema)
    }

    @Test(arguments: [
        (#"{}"#, "/examples", SchemaProblem.wrongKind(wanted: .array)),
        ("[]", "/examples", .empty),
        ("[1]", "/examples/0", .wrongKind(wanted: .object)),
        ("[[]]", "/examples/0", .wrongKind(wanted: .object)),
        ("[\(good),{}]", "/examples/1", .notARecord(field: "c", .missing)),
        (#"[{"c":"z","i":1}]"#, "/examples/0", .notARecord(field: "c", .notAllowed)),
        (#"[{"c":"a","i":10}]"#, "/examples/0", .notARecord(field: "i", .outOfRange)),
        (#"[{"c":"a","i":1,"x":1}]"#, "/examples/0", .notARecord(field: "x", .unknownField)),
        (#"[{"c":"a","i":1,"id":""}]"#, "/examples/0", .notARecord(field: "id", .tooShort)),
    ]) func `an example that a request would be refused for is refused`(
        examples: String, pointer: String, problem: SchemaProblem
    ) {
        let error = #expect(throws: SchemaError.self) { try schema(examples: examples) }
        #expect(error?.pointer.text == pointer)
        #expect(error?.problem == problem)
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `examples have a limit`(excess: Int, isAccepted: Bool) {
        let count = SchemaLimits.examplesMax + excess
        let list = [String](repeating: Self.good, count: count).joined(separator: ",")
        let found = try? schema(examples: "[\(list)]").examples.count
        #expect(found == (isAccepted ? count : nil))
    }

    @Test func `the Telco schema has an example that keeps its own rules`() throws {
        let example = try #require(Telco.schema.examples.first)
        var writer = JSONWriter()
        writer.value(example)
        let body = writer.finish()
        var decoder = RecordDecoder(schema: Telco.schema)
        #expect(try decoder.decode(body.span))
        #expect(decoder.identifier == Array("7590-EXAMPLE".utf8))
        for implication in Telco.schema.implications {
            #expect(implication.broken(by: decoder.record).isEmpty)
        }
        #expect(
            example.asObject?.members.map(\.name)
                == ["customerID"] + Telco.schema.fields.map(\.name))
    }
}
