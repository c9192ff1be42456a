import JSON
import JWT
import OpenSSL
import Testing

@Suite struct IssuerTokenTests {
    private let fixture: IssuerFixture

    init() throws { fixture = try IssuerFixture() }

    /// Why each is refused; those that are not here are accepted.
    private static let refusals: [String: TokenError] = [
        "HS256 keyed with the RSA key as PEM": .wrongAlgorithm,
        "HS256 keyed with the RSA key as DER": .wrongAlgorithm,
        "HS256 keyed with n as text": .wrongAlgorithm,
        "PS256 by an RS256 key": .unsupportedAlgorithm,
        "header says RS256, signature is PSS": .badSignature,
        "ES256 with a DER signature": .badSignature,
        "ES256 r=0 s=0": .badSignature, "ES256 r=n s=n": .badSignature,
        "ES256 63 bytes": .badSignature, "ES256 65 bytes": .badSignature,
        "ES384 key and signature, header ES256": .badSignature,
        "RS256 signed by another key of the set": .badSignature,
        "RS256 kid of the EC key": .wrongAlgorithm,
        "unknown kid": .unknownKey, "no kid, several keys": .missingKeyID,
        "alg none": .unsupportedAlgorithm, "alg rs256 lower case": .unsupportedAlgorithm,
        "key in the header (jwk)": .badSignature, "crit": .criticalHeader,
        "EdDSA signature of 63 bytes": .badSignature,
        "aud array without ours": .wrongAudience, "aud missing": .wrongAudience,
        "iss with a slash more": .wrongIssuer, "aud empty array": .wrongAudience,
        "aud number": .invalidClaim(.audience), "expired": .expired,
    ]

    @Test func `each token of other libraries is accepted or refused for its reason`() throws {
        #expect(fixture.tokens.count == 36)
        let verifier = try IssuerFixture.verifier(fixture.keys)
        for token in fixture.tokens {
            // The second time what was accepted is remembered.
            for _ in 1...2 {
                let refusal = IssuerFixture.refusal(of: token.text, by: verifier)
                #expect((refusal == nil) == token.isAccepted, "\(token.name)")
                #expect(refusal == Self.refusals[token.name], "\(token.name)")
            }
        }
        #expect(Set(Self.refusals.keys).isSubset(of: fixture.tokens.map(\.name)))
    }

    @Test(arguments: ["RS256", "ES256", "EdDSA", "ES256 made by hand"])
    func `a token of any algorithm is refused after any change of a character`(
        _ name: String
    ) throws {
        let verifier = try IssuerFixture.verifier(fixture.keys)
        let token = try fixture.token(name)
        for position in token.indices {
            var changed = token
            changed[position] = token[position] == UInt8(ascii: "B") ? UInt8(ascii: "C") : 66
            #expect(IssuerFixture.refusal(of: changed, by: verifier) != nil, "at \(position)")
        }
        #expect(IssuerFixture.refusal(of: token, by: verifier) == nil)
    }

    @Test func `no token of an issuer is good once its keys are dropped`() throws {
        let token = try fixture.token("ES256")
        // Also where it was the only key, which is good for tokens without kid.
        for keys in [fixture.keys, [fixture.keys[0]]] {
            let verifier = try IssuerFixture.verifier(keys)
            _ = IssuerFixture.refusal(of: token, by: verifier)
            verifier.dropPublished()
            for name in ["ES256", "RS256", "EdDSA", "no kid, several keys", "unknown kid"] {
                let refusal = IssuerFixture.refusal(of: try fixture.token(name), by: verifier)
                #expect(refusal == .keysUnavailable, "\(name)")
            }
        }
    }

    @Test func `a key whose set has no other serves for tokens without kid`() throws {
        let token = try fixture.token("no kid, several keys")
        let alone = try IssuerFixture.verifier([fixture.keys[0]])
        #expect(IssuerFixture.refusal(of: token, by: alone) == nil)
        let named = try fixture.token("unknown kid")
        #expect(IssuerFixture.refusal(of: named, by: alone) == .unknownKey)
        #expect(IssuerFixture.refusal(of: try fixture.token("EdDSA"), by: alone) == .unknownKey)
    }

    @Test func `a key without kid serves for tokens without kid alone`() throws {
        var members = try #require(fixture.keys[0].asObject).members
        members.removeAll { $0.name == "kid" }
        let verifier = try IssuerFixture.verifier([.object(members)])
        let unnamed = try fixture.token("no kid, several keys")
        #expect(IssuerFixture.refusal(of: unnamed, by: verifier) == nil)
        #expect(IssuerFixture.refusal(of: try fixture.token("RS256"), by: verifier) == .unknownKey)
    }

    @Test func `secrets and public keys are one set, and none serves for the other`() throws {
        let set = try IssuerFixture.set(fixture.keys)
        let verifier = TokenVerifier(
            keys: try SigningKeys(
                sharing: [("shared", secret())], published: set),
            rules: try TokenFixture.rules())
        for (header, refusal) in [
            (#"{"alg":"HS256","kid":"shared"}"#, nil), (#"{"alg":"HS256"}"#, .missingKeyID),
            (#"{"alg":"HS256","kid":"rsa-1"}"#, .wrongAlgorithm),
            (#"{"alg":"RS256","kid":"shared"}"#, .wrongAlgorithm),
            (#"{"alg":"EdDSA","kid":"shared"}"#, .wrongAlgorithm),
        ] as [(String, TokenError?)] {
            let token = TokenFixture.token(header: header)
            #expect(TokenFixture.refusal(of: token, by: verifier) == refusal, "\(header)")
        }
        #expect(IssuerFixture.refusal(of: try fixture.token("RS256"), by: verifier) == nil)
    }

    @Test func `a kid that a secret and a public key have is refused`() throws {
        let set = try IssuerFixture.set(fixture.keys)
        #expect(throws: SigningKeyError.duplicateID("rsa-1")) {
            try SigningKeys(sharing: [("rsa-1", secret())], published: set)
        }
    }

    private func secret() -> SecretBytes {
        let bytes = TokenFixture.secret
        return SecretBytes(copying: bytes.span)
    }

    /// Both of its texts are accepted, so that the text does not name the token.
    @Test func `a token with a twin is known by what is signed, if it has no identifier`() throws {
        let verifier = try IssuerFixture.verifier(
            fixture.keys, claims: TokenClaimNames(tokenID: "uti", subject: "sub", scopes: "scope"))
        var parts: Set<[UInt8]> = []
        for name in ["ES256 made by hand", "ES256, s replaced by n-s (malleable twin)"] {
            let text = try fixture.token(name)
            for _ in 1...2 {
                let token = try verifier.verify(
                    text.span, nowUnixMilliseconds: IssuerFixture.nowUnixMilliseconds)
                #expect(token.tokenID == nil)
                let part = try #require(token.signedPart)
                #expect(text.starts(with: part + [UInt8(ascii: ".")]))
                #expect(!part.isEmpty && part.count(where: { $0 == UInt8(ascii: ".") }) == 1)
                parts.insert(part)
            }
        }
        #expect(parts.count == 1)
        for (name, verifier) in [
            ("RS256", verifier), ("EdDSA", verifier),
            ("ES256", try IssuerFixture.verifier(fixture.keys)),
        ] {
            let text = try fixture.token(name)
            let token = try verifier.verify(
                text.span, nowUnixMilliseconds: IssuerFixture.nowUnixMilliseconds)
            #expect(token.signedPart == nil, "\(name)")
        }
    }
}
