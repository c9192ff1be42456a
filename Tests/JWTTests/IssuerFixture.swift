import JSON
import JWT
import POSIX
import TestSupport
import Testing

/// Keys and tokens that other libraries have made, and what a strict verifier makes of them.
struct IssuerFixture {
    struct Token: Sendable, CustomTestStringConvertible {
        let name: String
        let text: [UInt8]
        let isAccepted: Bool

        var testDescription: String { name }
    }

    static let issuer = "https://idp.example/realms/demo"
    /// Between the `iat` and the `exp` of all but one.
    static let nowUnixMilliseconds: Int64 = 1_800_000_000_000

    /// The four keys of the set.
    let keys: [JSONValue]
    let otherKeys: JSONObject
    let tokens: [Token]
    let claimShapes: JSONObject

    init() throws {
        let path = "\(ProjectPlaces.root)/Tests/JWTTests/Fixtures/tokens.json"
        let bytes = try Files.read(path, bytesMax: 1 << 20)
        let document = try #require(try JSONValue(parsing: bytes.span).asObject)
        keys = try #require(document["jwks"]?.asObject?["keys"]?.asArray)
        otherKeys = try #require(document["keys_to_refuse_or_skip"]?.asObject)
        claimShapes = try #require(document["claim_shapes"]?.asObject)
        tokens = try #require(document["tokens"]?.asArray).map { value in
            let token = try #require(value.asObject)
            return Token(
                name: try #require(token["name"]?.asString),
                text: Array(try #require(token["token"]?.asString).utf8),
                isAccepted: token["accept"] == .bool(true))
        }
    }

    func token(_ name: String) throws -> [UInt8] {
        try #require(tokens.first { $0.name == name }).text
    }

    static func set(_ keys: [JSONValue]) throws -> JSONWebKeySet {
        try set(.object([("keys", .array(keys))]))
    }

    static func set(_ document: JSONValue) throws -> JSONWebKeySet {
        var writer = JSONWriter()
        writer.value(document)
        let bytes = writer.finish()
        return try JSONWebKeySet(bytes.span)
    }

    static func verifier(
        _ keys: [JSONValue], claims: TokenClaimNames = TokenClaimNames()
    ) throws -> TokenVerifier {
        TokenVerifier(
            keys: try SigningKeys(sharing: [], published: try set(keys)),
            rules: try TokenRules(
                leewaySeconds: 30, issuer: issuer, audience: "churnd", claims: claims))
    }

    static func refusal(of token: [UInt8], by verifier: TokenVerifier) -> TokenError? {
        TokenFixture.refusal(of: token, by: verifier, nowUnixMilliseconds: nowUnixMilliseconds)
    }
}
