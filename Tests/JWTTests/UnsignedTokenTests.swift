import JSON
import JWT
import Testing

private func parts(_ token: String) throws -> (header: JSONValue, claims: JSONValue) {
    let text = Array(token.utf8)
    let parts = try TokenSegments(text.span)
    var bytes: [UInt8] = []
    let headerCount = try TokenSegments.decode(
        .header, text.span.extracting(parts.header), into: &bytes)
    let header = try JSONValue(parsing: bytes.span.extracting(0..<headerCount))
    let claimsCount = try TokenSegments.decode(
        .claims, text.span.extracting(parts.claims), into: &bytes)
    return (header, try JSONValue(parsing: bytes.span.extracting(0..<claimsCount)))
}

private func unsigned(_ subject: String = "alice") -> UnsignedToken {
    UnsignedToken(subject: subject, issuedAt: TokenFixture.now, lifetimeSeconds: 60)
}

struct UnsignedTokenTests {
    @Test func `a token claims what it was asked to and passes its verifier`() throws {
        var token = unsigned("søren \"x\"")
        token.tokenID = "id-1"
        token.issuer = "i"
        token.audience = "churn"
        token.scope = "read write"
        token.keyID = "k1"
        let text = try token.signed(with: TokenFixture.secret)
        let found = try parts(text)
        #expect(
            found.header
                == .object(
                    JSONObject(members: [
                        ("alg", .string("HS256")), ("typ", .string("JWT")), ("kid", .string("k1")),
                    ])))
        #expect(
            found.claims
                == .object(
                    JSONObject(members: [
                        ("sub", .string("søren \"x\"")), ("iat", .number(1_800_000_000)),
                        ("exp", .number(1_800_000_060)), ("jti", .string("id-1")),
                        ("iss", .string("i")), ("aud", .string("churn")),
                        ("scope", .string("read write")),
                    ])))
        let verifier = TokenVerifier(
            keys: try SigningKeys(named: [("k1", TokenFixture.secret)]),
            rules: try TokenFixture.rules(issuer: "i", audience: "churn", scope: "write"))
        let verified = try verifier.verify(
            Array(text.utf8).span, nowUnixMilliseconds: TokenFixture.now * 1000)
        #expect(verified.subject == Array("søren \"x\"".utf8))
        #expect(verified.tokenID == Array("id-1".utf8))
    }

    @Test func `a token claims under the names that its verifier reads`() throws {
        let names = try TokenClaimNames(tokenID: "uti", subject: "oid", scopes: "a.b.roles scp")
        var token = unsigned()
        token.tokenID = "id-1"
        token.scope = "read write"
        token.claims = names
        let text = try token.signed(with: TokenFixture.secret)
        let claims = try #require(try parts(text).claims.asObject)
        #expect(claims.members.map(\.name) == ["oid", "iat", "exp", "uti", "a"])
        let rules = try TokenRules(
            leewaySeconds: 0, issuer: nil, audience: nil, scope: "write", claims: names)
        let verified = try TokenVerifier(
            keys: SigningKeys(secret: TokenFixture.secret), rules: rules
        ).verify(Array(text.utf8).span, nowUnixMilliseconds: TokenFixture.now * 1000)
        #expect(verified.subject == Array("alice".utf8))
        #expect(verified.tokenID == Array("id-1".utf8))
    }

    @Test func `a token has a random identifier unless one is given`() throws {
        let first = try parts(unsigned().signed(with: TokenFixture.secret)).claims
        let second = try parts(unsigned().signed(with: TokenFixture.secret)).claims
        let ids = [first, second].map { $0.asObject?["jti"]?.asString ?? "" }
        #expect(ids[0] != ids[1])
        #expect(ids.allSatisfy { $0.utf8.count == 32 })
        #expect(Set(ids.joined()).isSubset(of: Set("0123456789abcdef")))
    }

    @Test func `what a verifier would refuse is not signed`() {
        let weak = SigningKeyError.weakKey(id: nil, bytes: 31, bytesMin: 32)
        #expect(throws: SigningError.key(weak)) {
            try unsigned().signed(with: Array(TokenFixture.secret[1...]))
        }
        for subject in ["", "a\n", "\u{85}", String(repeating: "a", count: 257)] {
            #expect(throws: SigningError.unacceptableClaim(.subject)) {
                try unsigned(subject).signed(with: TokenFixture.secret)
            }
            #expect(throws: SigningError.unacceptableClaim(.tokenID)) {
                var token = unsigned()
                token.tokenID = subject
                return try token.signed(with: TokenFixture.secret)
            }
        }
        #expect(throws: SigningError.unacceptableClaim(.expiration)) {
            var token = unsigned()
            token.lifetimeSeconds = .max
            return try token.signed(with: TokenFixture.secret)
        }
    }

    @Test(arguments: [-31, -30, -29, 0, 1] as [Int64])
    func `a lifetime of none or less makes a token that has expired`(seconds: Int64) throws {
        var token = unsigned()
        token.lifetimeSeconds = seconds
        let text = try token.signed(with: TokenFixture.secret)
        let refusal = TokenFixture.refusal(of: Array(text.utf8), by: try TokenFixture.verifier())
        #expect(refusal == (seconds <= -30 ? .expired : nil))
    }
}
