import JWT
import Testing

/// Tokens that are bound to a client certificate (RFC 8705).
struct BoundTokenTests {
    private static func digest(_ text: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let count = try #require(Base64URL.decode(Array(text.utf8).span, into: &bytes))
        return Array(bytes[..<count])
    }

    private func judged(
        _ token: [UInt8], _ verifier: TokenVerifier, certificate: [UInt8]?
    ) -> TokenError? {
        do throws(TokenError) {
            _ = try verifier.judge(
                token.span, known: verifier.recall(token.span),
                nowUnixMilliseconds: TokenFixture.now * 1000, certificate: certificate)
            return nil
        } catch {
            return error
        }
    }

    private static let zeros = String(repeating: "A", count: 43)

    @Test(arguments: [zeros, "_" + zeros.dropFirst(), "-" + zeros.dropLast(3) + "_8"])
    func `the certificate of the connection must be the one in the token, at each use`(
        text: String
    ) throws {
        let digest = try BoundTokenTests.digest(text)
        let token = TokenFixture.token(
            claims: TokenFixture.claims(#""cnf":{"x5t#S256":"\#(text)"}"#))
        let verifier = try TokenFixture.verifier()
        var other = digest
        other[31] ^= 1
        // The first time its signature is verified, later it is remembered.
        for _ in 0..<2 {
            #expect(judged(token, verifier, certificate: nil) == .wrongCertificate)
            #expect(judged(token, verifier, certificate: other) == .wrongCertificate)
            #expect(
                judged(token, verifier, certificate: Array(digest.dropLast())) == .wrongCertificate)
            #expect(judged(token, verifier, certificate: []) == .wrongCertificate)
            #expect(judged(token, verifier, certificate: digest) == nil)
        }
        let verified = try verifier.verify(
            token.span, nowUnixMilliseconds: TokenFixture.now * 1000)
        #expect(verified.boundCertificate == digest)
    }

    @Test func `a token without a binding is good over any connection`() throws {
        let verifier = try TokenFixture.verifier()
        let token = TokenFixture.token(claims: TokenFixture.claims)
        for certificate in [nil, [], [UInt8](repeating: 7, count: 32)] {
            #expect(judged(token, verifier, certificate: certificate) == nil)
        }
    }

    @Test(arguments: [
        // The example of RFC 8705 §3.1, in which bits that stand for nothing are not zero.
        #"{"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}"#,
        // Another length, or another alphabet.
        #"{"x5t#S256":"\#(zeros.dropLast())"}"#, #"{"x5t#S256":"\#(zeros)A"}"#,
        #"{"x5t#S256":"\#(zeros.dropLast())B"}"#, #"{"x5t#S256":"\#(zeros)="}"#,
        #"{"x5t#S256":"+\#(zeros.dropFirst())"}"#, #"{"x5t#S256":"/\#(zeros.dropFirst())"}"#,
        #"{"x5t#S256":" \#(zeros.dropFirst())"}"#, #"{"x5t#S256":""}"#,
        // Another kind of key, another form, or more than one.
        #"{"x5t#S256":1}"#, #"{"x5t#S256":null}"#, #"{"x5t#S256":["\#(zeros)"]}"#,
        #"{"x5t#s256":"\#(zeros)"}"#, #"{"jkt":"\#(zeros)"}"#, #"{"jwk":{"kty":"RSA"}}"#,
        #"{"x5t#S256":"\#(zeros)","jkt":"\#(zeros)"}"#,
        #"{"jwk":{},"x5t#S256":"\#(zeros)"}"#, #"{"kid":"a"}"#, "{}", "[]", "null", "1", "true",
        #""\#(zeros)""#, #"[{"x5t#S256":"\#(zeros)"}]"#,
    ]) func `every other binding is refused, whatever the connection has shown`(
        value: String
    ) throws {
        let verifier = try TokenFixture.verifier()
        let token = TokenFixture.token(claims: TokenFixture.claims("\"cnf\":\(value)"))
        for certificate in [nil, [UInt8](repeating: 0, count: 32)] {
            #expect(judged(token, verifier, certificate: certificate) == .boundToken)
        }
    }

    @Test func `a binding that is given twice is refused`() throws {
        let verifier = try TokenFixture.verifier()
        let binding = #""x5t#S256":"\#(BoundTokenTests.zeros)""#
        for claims in ["\"cnf\":{\(binding),\(binding)}", "\"cnf\":{\(binding)},\"cnf\":{}"] {
            let token = TokenFixture.token(claims: TokenFixture.claims(claims))
            guard case .malformedClaims = judged(token, verifier, certificate: nil) else {
                Issue.record("it was read: \(claims)")
                continue
            }
        }
    }

    @Test func `what is wrong with a token comes before its binding, and its scope after`() throws {
        let rules = try TokenFixture.rules(scope: "predict")
        let verifier = try TokenFixture.verifier(rules: rules)
        let binding = #""cnf":{"x5t#S256":"\#(BoundTokenTests.zeros)"}"#
        let expired = TokenFixture.token(claims: #"{"sub":"a","exp":1700000000,\#(binding)}"#)
        #expect(judged(expired, verifier, certificate: nil) == .expired)
        let unscoped = TokenFixture.token(claims: TokenFixture.claims(binding))
        #expect(judged(unscoped, verifier, certificate: nil) == .wrongCertificate)
        let certificate = [UInt8](repeating: 0, count: 32)
        #expect(judged(unscoped, verifier, certificate: certificate) == nil)
    }
}
