import JSON
import JWT
import Testing

struct TokenClaimsTests {
    @Test func `a token says its subject, its identifier and its end`() throws {
        let verifier = try TokenFixture.verifier()
        let plain = try verifier.verify(
            TokenFixture.token().span, nowUnixMilliseconds: TokenFixture.now * 1000)
        #expect(plain.subject == Array("alice".utf8))
        #expect(plain.tokenID == nil)
        #expect(plain.expiresAt == 1_800_000_600)
        let claims = #"{"jti":"\u0031-é","exp":1.8000006e9,"extra":[{}],"sub":"a\/b\ud83d\ude00"}"#
        let full = try verifier.verify(
            TokenFixture.token(claims: claims).span,
            nowUnixMilliseconds: TokenFixture.now * 1000)
        #expect(full.subject == Array("a/b\u{1F600}".utf8))
        #expect(full.tokenID == Array("1-é".utf8))
        #expect(full.expiresAt == 1_800_000_600)
    }

    @Test(arguments: [
        ("", JSONError.unexpectedEnd(offset: 0)), ("[]", .unexpectedKind(found: .array, offset: 0)),
        (#""alice""#, .unexpectedKind(found: .string, offset: 0)),
        (#"{"sub":"alice","exp":1800000600}x"#, .trailingBytes(offset: 32)),
        (#"{"sub":"a","exp":1800000600,"sub":"b"}"#, .duplicateName(offset: 29)),
        (#"{"sub":"a","exp":1800000600,"exp":1}"#, .duplicateName(offset: 29)),
        (#"{"sub":"a","exp":1800000600,"\u0073ub":"b"}"#, .duplicateName(offset: 29)),
        (#"{"sub":"a","exp":1800000600,"x":{"y":1,"y":1}}"#, .duplicateName(offset: 40)),
        (#"{"sub":"a","exp":NaN}"#, .unexpectedByte(offset: 17)),
        (#"{"sub":"a","exp":Infinity}"#, .unexpectedByte(offset: 17)),
        (#"{"sub":"a","exp":01800000600}"#, .invalidNumber(offset: 17)),
    ])
    func `claims that are not one JSON object with names of its own are refused`(
        claims: String, error: JSONError
    ) throws {
        let refusal = try TokenFixture.refusal(ofClaims: claims)
        guard case .malformedClaims(let found) = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        // Where in a bad number the offset points is the scanner's to say.
        if case .invalidNumber = error, case .invalidNumber = found { return }
        #expect(found == error)
    }

    @Test func `bytes that are not UTF-8 are refused`() throws {
        var claims = Array(#"{"sub":"a?","exp":1800000600}"#.utf8)
        claims[9] = 0xFF
        let token = TokenFixture.token(claims: claims)
        let refusal = TokenFixture.refusal(of: token, by: try TokenFixture.verifier())
        #expect(refusal == .malformedClaims(.invalidUTF8(offset: 9)))
    }

    @Test func `claims may be nested 16 deep and no deeper`() throws {
        func claims(depth: Int) -> String {
            let arrays = depth - 1
            return TokenFixture.claims(
                #""x":"# + String(repeating: "[", count: arrays)
                    + String(repeating: "]", count: arrays))
        }
        #expect(try TokenFixture.refusal(ofClaims: claims(depth: 15)) == nil)
        #expect(try TokenFixture.refusal(ofClaims: claims(depth: 16)) == nil)
        guard
            case .malformedClaims(.tooDeep(limit: 16, offset: _)) =
                try TokenFixture.refusal(ofClaims: claims(depth: 17))
        else {
            Issue.record("depth 17 was taken")
            return
        }
    }

    @Test(arguments: [
        ("null", TokenClaim.subject), ("1", .subject), (#"["a"]"#, .subject), (#""""#, .subject),
        ("true", .subject), ("{}", .subject),
    ])
    func `a subject that is no string with content is refused`(
        value: String, claim: TokenClaim
    ) throws {
        #expect(
            try TokenFixture.refusal(ofClaims: #"{"sub":\#(value),"exp":1800000600}"#)
                == .invalidClaim(claim))
        #expect(
            try TokenFixture.refusal(ofClaims: TokenFixture.claims(#""jti":\#(value)"#))
                == .invalidClaim(.tokenID))
    }

    @Test func `subject and end are required`() throws {
        #expect(
            try TokenFixture.refusal(ofClaims: #"{"exp":1800000600}"#) == .missingClaim(.subject))
        #expect(
            try TokenFixture.refusal(ofClaims: #"{"sub":"alice"}"#) == .missingClaim(.expiration))
        #expect(try TokenFixture.refusal(ofClaims: "{}") == .missingClaim(.subject))
    }

    @Test func `subject and identifier may be 256 bytes long and no longer`() throws {
        let cases = [
            (255, "a", true), (256, "a", true), (257, "a", false), (127, "é", true),
            (128, "é", true), (129, "é", false),
        ]
        for (count, character, accepted) in cases {
            let text = String(repeating: character, count: count)
            let subject = try TokenFixture.refusal(
                ofClaims: #"{"sub":"\#(text)","exp":1800000600}"#)
            #expect(subject == (accepted ? nil : .invalidClaim(.subject)), "\(count)")
            let tokenID = try TokenFixture.refusal(
                ofClaims: TokenFixture.claims(#""jti":"\#(text)""#))
            #expect(tokenID == (accepted ? nil : .invalidClaim(.tokenID)), "\(count)")
        }
    }

    @Test func `no control character may be in a subject or an identifier`() throws {
        for scalar in [0x00...0x1F, 0x7F...0x9F].joined() {
            let hexadecimal = String(scalar, radix: 16)
            let digits = String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
            let subject = try TokenFixture.refusal(
                ofClaims: #"{"sub":"a\u\#(digits)","exp":1800000600}"#)
            #expect(subject == .invalidClaim(.subject), "U+\(digits)")
            let tokenID = try TokenFixture.refusal(
                ofClaims: TokenFixture.claims(#""jti":"\u\#(digits)a""#))
            #expect(tokenID == .invalidClaim(.tokenID), "U+\(digits)")
        }
    }

    @Test(arguments: [" ", "~", "\u{A0}", "\u{BF}", "\u{C0}", "\u{E9}", "\u{480}", "\u{10FFFF}"])
    func `a character next to the control characters may be in a subject`(text: String) throws {
        #expect(try TokenFixture.refusal(ofClaims: #"{"sub":"\#(text)","exp":1800000600}"#) == nil)
    }
}

struct TokenTimeTests {
    /// The time of judgement and the leeway are 1800000000 and 30.
    @Test(arguments: [
        ("1799999969", true), ("1799999970", true), ("1799999970.001", false),
        ("1799999971", false), ("1800000000", false), ("0", true), ("-1", true), ("-1e300", true),
        ("1e300", false), ("1.7976931348623157e308", false), ("99999999999999999999999", false),
        ("1.8e9", false), ("1799999970.0", true), ("5e-324", true),
    ])
    func `a token has expired when its end and the leeway have passed`(
        exp: String, expired: Bool
    ) throws {
        let refusal = try TokenFixture.refusal(ofClaims: #"{"sub":"a","exp":\#(exp)}"#)
        #expect(refusal == (expired ? .expired : nil))
    }

    @Test(
        arguments: [
            (1_800_000_629_999, false), (1_800_000_630_000, true), (1_800_000_630_001, true),
        ] as [(Int64, Bool)])
    func `a token is good to the last millisecond of the leeway`(now: Int64, expired: Bool) throws {
        let refusal = try TokenFixture.refusal(
            ofClaims: TokenFixture.claims, nowUnixMilliseconds: now)
        #expect(refusal == (expired ? .expired : nil))
    }

    @Test func `without leeway a token ends on the second it says`() throws {
        let rules = try TokenFixture.rules(leewaySeconds: 0)
        for (now, refusal) in [
            (1_800_000_599_999, nil), (1_800_000_600_000, TokenError.expired),
        ] as [(Int64, TokenError?)] {
            #expect(
                try TokenFixture.refusal(
                    ofClaims: TokenFixture.claims, rules: rules, nowUnixMilliseconds: now)
                    == refusal)
        }
    }

    @Test(arguments: [Int64.min, 0, Int64.max])
    func `no time of judgement is a crash`(now: Int64) throws {
        let refusal = try TokenFixture.refusal(
            ofClaims: TokenFixture.claims, nowUnixMilliseconds: now)
        #expect(refusal == (now == .max ? .expired : nil))
    }

    @Test(arguments: [
        #""1800000600""#, "null", "true", "[1800000600]", "{}", "1e400", "-1e400", #""never""#,
    ])
    func `a time that is no finite number is refused`(value: String) throws {
        #expect(
            try TokenFixture.refusal(ofClaims: #"{"sub":"a","exp":\#(value)}"#)
                == .invalidClaim(.expiration))
        #expect(
            try TokenFixture.refusal(ofClaims: TokenFixture.claims(#""nbf":\#(value)"#))
                == .invalidClaim(.notBefore))
        #expect(
            try TokenFixture.refusal(ofClaims: TokenFixture.claims(#""iat":\#(value)"#))
                == .invalidClaim(.issuedAt))
    }

    @Test(arguments: [
        ("1800000030", true), ("1800000030.001", false), ("1800000031", false), ("0", true),
        ("-1e300", true), ("1e300", false), ("1800000000", true),
    ])
    func `a token is not taken before its beginning but for the leeway`(
        time: String, accepted: Bool
    ) throws {
        #expect(
            try TokenFixture.refusal(ofClaims: TokenFixture.claims(#""nbf":\#(time)"#))
                == (accepted ? nil : .notYetValid))
        #expect(
            try TokenFixture.refusal(ofClaims: TokenFixture.claims(#""iat":\#(time)"#))
                == (accepted ? nil : .issuedInFuture))
    }
}

struct TokenAudienceTests {
    @Test(
        arguments: [
            (#""iss":"https://a.example""#, nil), (#""iss":"https:\/\/a.example""#, nil),
            (#""iss":"https://a.example/""#, .wrongIssuer),
            (#""iss":"HTTPS://a.example""#, .wrongIssuer),
            (#""iss":"""#, .wrongIssuer), (#""x":1"#, .wrongIssuer),
            (#""iss":1"#, .invalidClaim(.issuer)),
            (#""iss":null"#, .invalidClaim(.issuer)),
            (#""iss":["https://a.example"]"#, .invalidClaim(.issuer)),
        ] as [(String, TokenError?)])
    func `the issuer is the configured one, byte for byte`(
        member: String, refusal: TokenError?
    ) throws {
        let rules = try TokenFixture.rules(issuer: "https://a.example")
        #expect(
            try TokenFixture.refusal(ofClaims: TokenFixture.claims(member), rules: rules)
                == refusal)
    }

    @Test(
        arguments: [
            (#""aud":"churn""#, nil), (#""aud":["churn"]"#, nil),
            (#""aud":["a","churn","b"]"#, nil),
            (#""aud":"Churn""#, .wrongAudience), (#""aud":"churn b""#, .wrongAudience),
            (#""aud":[]"#, .wrongAudience), (#""aud":["a"]"#, .wrongAudience),
            (#""x":1"#, .wrongAudience), (#""aud":null"#, .invalidClaim(.audience)),
            (#""aud":1"#, .invalidClaim(.audience)),
            (#""aud":{"churn":1}"#, .invalidClaim(.audience)),
            (#""aud":["churn",1]"#, .invalidClaim(.audience)),
            (#""aud":[["churn"]]"#, .invalidClaim(.audience)),
        ] as [(String, TokenError?)])
    func `the audience is the configured one or holds it`(
        member: String, refusal: TokenError?
    ) throws {
        let rules = try TokenFixture.rules(audience: "churn")
        #expect(
            try TokenFixture.refusal(ofClaims: TokenFixture.claims(member), rules: rules)
                == refusal)
    }

    @Test(arguments: [
        (#""scope":"read write""#, true), (#""scope":"write read""#, true),
        (#""scope":"a read b write c""#, true), (#""scope":"read""#, false),
        (#""scope":"reads write""#, false), (#""scope":"READ write""#, false),
        (#""scope":"""#, false), (#""scope":"read\twrite""#, false), (#""x":1"#, false),
        (#""scp":"read write""#, false),
    ])
    func `every configured scope is among the token's`(member: String, accepted: Bool) throws {
        let rules = try TokenFixture.rules(scope: "read write")
        #expect(
            try TokenFixture.refusal(ofClaims: TokenFixture.claims(member), rules: rules)
                == (accepted ? nil : .insufficientScope(required: "read write")))
    }

    @Test(arguments: ["null", "1", #"["read",1]"#, #"[["read"]]"#, "{}", #"{"read":1}"#])
    func `a scope that is neither a string nor an array of strings is refused`(value: String) throws
    {
        let rules = try TokenFixture.rules(scope: "read")
        #expect(
            try TokenFixture.refusal(
                ofClaims: TokenFixture.claims(#""scope":\#(value)"#), rules: rules)
                == .invalidClaim(.scope))
    }

    @Test(
        arguments: [
            // auth_time says when; without it iat does.
            (#""iat":1800000000"#, nil), (#""iat":1799999700"#, nil),
            (#""iat":1799999699"#, .staleAuthentication(maxAgeSeconds: 300)),
            (#""auth_time":1799999700,"iat":1"#, nil),
            (
                #""auth_time":1799999699.9,"iat":1800000000"#,
                .staleAuthentication(maxAgeSeconds: 300)
            ),
            (#""x":1"#, .staleAuthentication(maxAgeSeconds: 300)),
            (#""auth_time":1800000030"#, nil), (#""auth_time":1800000031"#, .issuedInFuture),
            (#""auth_time":1e300"#, .issuedInFuture),
            (#""auth_time":-1e300"#, .staleAuthentication(maxAgeSeconds: 300)),
            (#""auth_time":"1800000000""#, .invalidClaim(.authenticationTime)),
            (#""auth_time":null"#, .invalidClaim(.authenticationTime)),
        ] as [(String, TokenError?)])
    func `whoever was authenticated too long ago is refused where that matters`(
        member: String, refusal: TokenError?
    ) throws {
        let rules = try TokenRules(leewaySeconds: 30, authenticationAgeSecondsMax: 300)
        #expect(
            try TokenFixture.refusal(ofClaims: TokenFixture.claims(member), rules: rules)
                == refusal)
    }

    @Test func `a scope that is missing is said before an age that is too high`() throws {
        let rules = try TokenRules(
            leewaySeconds: 30, scope: "churnd:admin", authenticationAgeSecondsMax: 300)
        let claims = TokenFixture.claims(#""iat":1"#)
        #expect(
            try TokenFixture.refusal(ofClaims: claims, rules: rules)
                == .insufficientScope(required: "churnd:admin"))
        let verifier = try TokenFixture.verifier(rules: rules)
        let verdict = try verifier.judge(
            TokenFixture.token(claims: claims).span, known: nil,
            nowUnixMilliseconds: TokenFixture.now * 1000, certificate: nil)
        guard case .lacksScope(let token, "churnd:admin") = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(token.subject == Array("alice".utf8))
    }

    @Test func `what is not configured is not looked at`() throws {
        let claims = TokenFixture.claims(#""iss":1,"aud":{"a":1e400},"scope":null"#)
        #expect(try TokenFixture.refusal(ofClaims: claims) == nil)
    }

    @Test func `a missing scope is said only of a token that is valid in every other way`() throws {
        let rules = try TokenFixture.rules(issuer: "i", scope: "read")
        let expired = #"{"sub":"a","exp":1,"iss":"i"}"#
        #expect(try TokenFixture.refusal(ofClaims: expired, rules: rules) == .expired)
        let foreign = #"{"sub":"a","exp":1,"iss":"j"}"#
        #expect(try TokenFixture.refusal(ofClaims: foreign, rules: rules) == .wrongIssuer)
    }
}
