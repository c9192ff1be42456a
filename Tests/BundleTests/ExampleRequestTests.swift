import Bundle
import Features
import JSON
import Models
import TestSupport
import Testing

@Suite struct ExampleRequestTests {
    private let directory: TemporaryDirectory
    private let manifest: JSONObject

    init() throws {
        directory = try TemporaryDirectory()
        let bytes = try contents(of: "\(BuiltProgram.modelPath)/manifest.json")
        manifest = try #require(try JSONValue(parsing: bytes.span).asObject)
        let golden = try contents(of: "\(BuiltProgram.modelPath)/golden.jsonl")
        try BundleTests.write(golden, to: directory.path(of: "golden.jsonl"))
    }

    /// Writes the manifest with these examples in its schema.
    private func write(examples: [JSONValue]?) throws {
        var manifest = manifest
        let index = try #require(manifest.members.firstIndex { $0.name == "schema" })
        var schema = try #require(manifest.members[index].value.asObject)
        schema.members.removeAll { $0.name == "examples" }
        if let examples { schema.members.append(("examples", .array(examples))) }
        manifest.members[index].value = .object(schema)
        var writer = JSONWriter()
        writer.value(.object(manifest))
        try BundleTests.write(writer.finish(), to: directory.path(of: "manifest.json"))
    }

    private func firstGoldenRequest() throws -> String {
        let golden = try contents(of: directory.path(of: "golden.jsonl"))
        let line = Array(golden.prefix { $0 != 0x0A })
        return String(decoding: try GoldenRow(parsing: line.span).request, as: UTF8.self)
    }

    @Test func `the first example of a schema is shown, as it stands there`() throws {
        let text = Customer.valid.named("it's").json
        let example = try JSONValue(parsing: Array(text.utf8).span)
        let other = try JSONValue(parsing: Array(Customer.valid.json.utf8).span)
        try write(examples: [example, other])
        #expect(try ModelBundle.exampleRequest(in: directory.path) == text)
    }

    @Test func `without an example the first golden row is shown`() throws {
        try write(examples: nil)
        #expect(try ModelBundle.exampleRequest(in: directory.path) == firstGoldenRequest())
    }

    @Test func `a directory without a manifest has no example`() {
        #expect(throws: BundleError.self) { try ModelBundle.exampleRequest(in: directory.path) }
    }
}
