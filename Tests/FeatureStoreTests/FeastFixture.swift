import FeatureStore
import Features
import JSON
import POSIX
import TestSupport
import Testing

/// What Feast 0.67 wrote into Redis.
struct FeastFixture {
    struct Stored {
        let version: EntityKeyVersion
        let key: [UInt8]
        let fields: [Field]

        init(_ value: JSONValue, version: EntityKeyVersion) throws {
            let hash = try #require(value.asObject)
            self.version = version
            key = try bytes(of: hash["key_hex"])
            fields = try #require(hash["fields"]?.asArray).map { try Field($0) }
        }
    }

    struct Field {
        let name: [UInt8]
        let value: [UInt8]
        let document: JSONObject

        init(_ value: JSONValue) throws {
            document = try #require(value.asObject)
            name = try bytes(of: document["field_hex"])
            self.value = try bytes(of: document["value_hex"])
        }
    }

    let hashes: [Stored]

    init() throws {
        let path = "\(ProjectPlaces.root)/Tests/FeatureStoreTests/Fixtures/feast_redis.json"
        let bytes = try Files.read(path, bytesMax: 1 << 20)
        let document = try #require(try JSONValue(parsing: bytes.span).asObject)
        var hashes: [Stored] = []
        for value in try #require(document["sets"]?.asArray) {
            let set = try #require(value.asObject)
            let isOlder = set["entity_key_serialization_version"] == .number(2)
            for hash in try #require(set["keys"]?.asArray) {
                hashes.append(try Stored(hash, version: isOlder ? .two : .three))
            }
        }
        self.hashes = hashes
    }

    /// What a hash answers when it is asked for these fields.
    func answers(_ key: [UInt8], _ fields: [[UInt8]]) -> [[UInt8]?] {
        let hash = hashes.first { $0.key == key }
        return fields.map { name in hash?.fields.first { $0.name == name }?.value }
    }
}

/// The bytes that a JSON string spells in hexadecimal.
private func bytes(of value: JSONValue?) throws -> [UInt8] {
    try hexadecimal(try #require(value?.asString))
}

/// Bytes in hexadecimal.
func hexadecimal(_ text: String) throws -> [UInt8] {
    let digits = Array(text.filter { $0 != " " })
    return try stride(from: 0, to: digits.count, by: 2).map {
        try #require(UInt8(String(digits[$0..<$0 + 2]), radix: 16))
    }
}

/// The schema that the project ships.
func shippedSchema() throws -> Schema {
    let bytes = try Files.read("\(ProjectPlaces.root)/Config/telco.schema.json", bytesMax: 1 << 20)
    return try Schema(json: bytes.span)
}
