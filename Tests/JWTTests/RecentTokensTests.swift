import JWT
import Testing

/// A token that comes again is judged as it would be from scratch.
@Suite struct RecentTokensTests {
    private static let ms = TokenFixture.now * 1000

    /// Why the token is refused at each time, by one verifier for all of them and by a new one for
    /// each.
    private func refusals(
        of token: [UInt8], rules: TokenRules, at times: [Int64]
    ) throws -> (recent: [TokenError?], new: [TokenError?]) {
        let verifier = try TokenFixture.verifier(rules: rules)
        #expect(
            TokenFixture.refusal(of: token, by: verifier, nowUnixMilliseconds: Self.ms) == nil)
        let recent = times.map {
            TokenFixture.refusal(of: token, by: verifier, nowUnixMilliseconds: $0)
        }
        let new = try times.map {
            TokenFixture.refusal(
                of: token, by: try TokenFixture.verifier(rules: rules), nowUnixMilliseconds: $0)
        }
        return (recent, new)
    }

    @Test(arguments: [
        #"{"sub":"ann","exp":1800000001}"#, #"{"sub":"ann","exp":1e300}"#,
        #"{"sub":"ann","exp":1800000600,"nbf":1800000000}"#,
        #"{"sub":"ann","exp":1800000600,"iat":1799999900,"auth_time":1799999950}"#,
        #"{"sub":"ann","exp":1800000600,"iat":1799999950,"scope":"read write"}"#,
    ])
    func `its times are checked at every use, as those of a new one`(claims: String) throws {
        let token = TokenFixture.token(claims: claims)
        let times = [
            0, -1, -29_999, -30_000, -30_001, -80_000, -130_001, 1, 30_999, 31_000, 31_001, 49_999,
            50_000, 50_001, 629_999, 630_000, 630_001, 1 << 50,
        ].map { Self.ms + $0 }
        var rules = [try TokenFixture.rules(), try TokenFixture.rules(leewaySeconds: 0)]
        if claims.contains("iat") {
            rules.append(try TokenRules(leewaySeconds: 30, authenticationAgeSecondsMax: 100))
        }
        if claims.contains("scope") { rules.append(try TokenFixture.rules(scope: "write")) }
        for rules in rules {
            let (recent, new) = try refusals(of: token, rules: rules, at: times)
            #expect(recent == new)
            #expect(recent.contains { $0 != nil } == !claims.contains("e300"))
        }
    }

    @Test func `a token is forgotten once it has expired`() {
        var tokens = RecentTokens()
        let token = text(1)
        tokens.insert(token.span, Self.known, TokenTimes(expiration: 1))
        #expect(tokens.count == 1)
        tokens.remove(text(2).span)
        #expect(tokens.count == 1)
        tokens.remove(token.span)
        #expect(tokens.count == 0)
    }

    @Test func `what was refused once is refused again, and accepted when it has become valid`()
        throws
    {
        let verifier = try TokenFixture.verifier(rules: TokenFixture.rules(scope: "read"))
        let tokens: [([UInt8], TokenError)] = [
            (
                TokenFixture.token(
                    claims: TokenFixture.claims(#""scope":"read""#),
                    secret: TokenFixture.otherSecret), .badSignature
            ),
            (TokenFixture.token(), .insufficientScope(required: "read")),
            (
                TokenFixture.token(
                    claims: TokenFixture.claims(#""scope":"read","nbf":1800000100"#)), .notYetValid
            ),
        ]
        for _ in 0..<3 {
            for (token, expected) in tokens {
                #expect(TokenFixture.refusal(of: token, by: verifier) == expected)
            }
        }
        #expect(
            TokenFixture.refusal(
                of: tokens[2].0, by: verifier, nowUnixMilliseconds: Self.ms + 100_000) == nil)
    }

    @Test func `a token that came before says what it said then`() throws {
        let verifier = try TokenFixture.verifier()
        let tokens = (0..<100).map {
            TokenFixture.token(
                claims: #"{"sub":"s\#($0)","jti":"id\#($0)","exp":1800000600,"iat":1799999999.9}"#)
        }
        for _ in 0..<3 {
            for (number, token) in tokens.enumerated() {
                let verified = try verifier.verify(token.span, nowUnixMilliseconds: Self.ms)
                #expect(verified.subject == Array("s\(number)".utf8))
                #expect(verified.tokenID == Array("id\(number)".utf8))
                #expect(verified.expiresAt == 1_800_000_600)
                #expect(verified.issuedAt == 1_799_999_999)
            }
        }
    }

    private static let known = VerifiedToken(
        subject: Array("ann".utf8), tokenID: nil, expiresAt: 1, issuedAt: nil)

    private func text(_ number: Int, count: Int = 20) -> [UInt8] {
        let digits = Array("\(number)".utf8)
        return digits + Array(repeating: UInt8(ascii: "x"), count: count - digits.count)
    }

    @Test func `tokens are kept up to two generations, and those that come again longest`() {
        var tokens = RecentTokens(
            limits: RecentTokens.Limits(tokenBytesMax: 20, countMax: 10, bytesMax: 10_000))
        func insert(_ number: Int) {
            tokens.insert(text(number).span, Self.known, TokenTimes(expiration: 1))
        }
        for number in 0..<10 { insert(number) }
        #expect(tokens.count == 10)
        #expect((0..<10).allSatisfy { tokens.find(text($0).span) != nil })
        for number in 10..<1000 {
            insert(number)
            #expect(tokens.find(text(0).span) != nil)
            #expect(tokens.find(text(number).span) != nil)
            #expect(tokens.count <= 20)
        }
        #expect(tokens.find(text(1).span) == nil)
        #expect(tokens.find(text(1000).span) == nil)
    }

    @Test(arguments: [(19, true), (20, true), (21, false)])
    func `a token that is too long is not kept`(_ count: Int, _ isKept: Bool) {
        var tokens = RecentTokens(
            limits: RecentTokens.Limits(tokenBytesMax: 20, countMax: 10, bytesMax: 10_000))
        let token = text(1, count: count)
        tokens.insert(token.span, Self.known, TokenTimes(expiration: 1))
        #expect((tokens.find(token.span) != nil) == isKept)
        #expect(tokens.count == (isKept ? 1 : 0))
    }

    /// Each token has 20 bytes and a subject of 3.
    @Test(arguments: [(45, 2), (46, 4), (47, 4), (23, 2), (69, 6)])
    func `the bytes of a generation are bounded`(_ bytesMax: Int, _ countMax: Int) {
        var tokens = RecentTokens(
            limits: RecentTokens.Limits(tokenBytesMax: 20, countMax: 10, bytesMax: bytesMax))
        var most = 0
        for number in 0..<100 {
            tokens.insert(text(number).span, Self.known, TokenTimes(expiration: 1))
            most = max(most, tokens.count)
        }
        #expect(most == countMax)
    }
}
