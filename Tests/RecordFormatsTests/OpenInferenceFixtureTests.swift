import Features
import JSON
import POSIX
import RecordFormats
import TestSupport
import Testing

/// A request as a client has sent it.
struct ClientRequest: Sendable, CustomTestStringConvertible {
    let name: String
    let client: String
    let body: [UInt8]
    /// `Inference-Header-Content-Length`.
    let headerBytes: Int?
    let isCompressed: Bool

    var testDescription: String { "\(client): \(name)" }

    static let all: [ClientRequest] = {
        do {
            let path = "\(ProjectPlaces.root)/Tests/RecordFormatsTests/Fixtures/oip_requests.json"
            let bytes = try Files.read(path, bytesMax: 1 << 20)
            let document = try JSONValue(parsing: bytes.span)
            return try #require(document.asObject?["requests"]?.asArray).map { try .init($0) }
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    private init(_ recorded: JSONValue) throws {
        let members = try #require(recorded.asObject)
        name = try #require(members["name"]?.asString)
        client = try #require(members["client"]?.asString)
        body = base64(try #require(members["body_base64"]?.asString))
        var fields: [String: String] = [:]
        for field in try #require(members["headers"]?.asArray) {
            let pair = try #require(field.asArray).compactMap(\.asString)
            fields[pair[0].lowercased()] = pair[1]
        }
        headerBytes = fields["inference-header-content-length"].flatMap { Int($0) }
        isCompressed = fields["content-encoding"] != nil
    }
}

/// RFC 4648 §4.
private func base64(_ text: String) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for character in text.utf8 where character != UInt8(ascii: "=") {
        guard let value = alphabet.firstIndex(of: character) else { continue }
        bits = bits << 6 | UInt32(value)
        count += 6
        if count >= 8 {
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
    }
    return bytes
}

@Suite struct OpenInferenceFixtureTests {
    private let schema: Schema
    /// The values of the customer in all requests: Female to Electronic check, 80.5 and 161.
    private let customer: [Double] = [
        1, 0, 0, 1, 2, 0, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 80.5, 161,
    ]

    init() throws {
        let bytes = try Files.read(
            "\(ProjectPlaces.root)/Config/telco.schema.json", bytesMax: 1 << 20)
        schema = try Schema(json: bytes.span)
    }

    private func read(_ request: ClientRequest) throws -> OpenInferenceRequest {
        try OpenInferenceReader(schema: schema).read(
            request.body.span, headerBytes: request.headerBytes, rowsMax: 1000)
    }

    /// The values of every record without the derived ones; a violation is an error.
    private func records(_ texts: RecordTexts) throws -> [[Double]] {
        var decoder = RecordDecoder(schema: schema)
        return try texts.strings.map { text in
            let bytes = Array(text.utf8)
            let isValid = try decoder.decode(bytes.span)
            #expect(isValid, "\(decoder.violations)")
            return Array(decoder.record.values.prefix(schema.fields.count))
        }
    }

    @Test(
        arguments: ClientRequest.all.filter {
            !$0.isCompressed && !$0.name.contains("two") && !$0.name.contains("beyond ASCII")
        })
    func `a request for one customer is that customer`(request: ClientRequest) throws {
        #expect(try records(read(request).texts) == [customer])
    }

    @Test(arguments: ClientRequest.all.filter { $0.name.contains("two") })
    func `a request for two customers is both of them, in order`(request: ClientRequest) throws {
        let records = try records(read(request).texts)
        #expect(records.count == 2)
        #expect(records.first == customer)
        #expect(records.last?[4] == 70)
    }

    @Test func `a text beyond ASCII arrives as it was sent`() throws {
        let request = try #require(ClientRequest.all.first { $0.name == "name beyond ASCII" })
        let texts = try read(request).texts.strings
        #expect(texts.count == 1)
        #expect(texts.first?.contains(#""Contract":"é""#) == true)
    }

    @Test(arguments: ClientRequest.all.filter(\.isCompressed))
    func `what is still compressed is refused`(request: ClientRequest) {
        #expect(throws: RecordFormatError.self) { try read(request) }
    }

    @Test(
        arguments: [
            ("one customer, all defaults: binary in, binary out", nil, true),
            ("one customer, JSON in, binary out wanted (default outputs)", nil, true),
            ("version, id, parameters", "req-1", false), ("one customer, JSON", "req-1", false),
        ] as [(String, String?, Bool)])
    func `the id and the form of the outputs are the client's`(
        name: String, id: String?, isBinary: Bool
    ) throws {
        let request = try read(#require(ClientRequest.all.first { $0.name == name }))
        #expect(request.id == id)
        #expect(request.outputs.allSatisfy { $0.isBinary == isBinary })
    }

    @Test func `clients of three kinds are among the requests`() {
        let clients = Set(ClientRequest.all.map { $0.client.split(separator: " ")[0] })
        #expect(clients == ["tritonclient", "kserve", "mlserver"])
        #expect(ClientRequest.all.count == 14)
    }
}
