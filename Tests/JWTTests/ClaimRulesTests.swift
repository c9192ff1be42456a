import Identity
import JSON
import JWT
import Testing

/// Where claims stand, and which there must be.
@Suite struct ClaimRulesTests {
    private static let now: Int64 = 1_800_000_000_000

    private func verify(
        _ claims: String, _ names: TokenClaimNames = TokenClaimNames(), scope: String? = nil,
        require: String? = nil, lifetimeMax: Int? = nil
    ) throws -> Result<VerifiedToken, TokenError> {
        let rules = try TokenRules(
            leewaySeconds: 30, scope: scope, claims: names,
            requirements: try require.map { try RequiredClaim.list($0) } ?? [],
            lifetimeSecondsMax: lifetimeMax)
        let token = TokenFixture.token(claims: claims)
        let verifier = try TokenFixture.verifier(rules: rules)
        return Result { () throws(TokenError) in
            try verifier.verify(token.span, nowUnixMilliseconds: Self.now)
        }
    }

    @Test(
        arguments: [
            (#""scope":"analyst x""#, [.predict, .explain], 1_799_999_000, "", []),
            (
                #""scope":"models:activate","auth_time":1799999100"#, [.activateModels],
                1_799_999_100, "", []
            ),
            (#""acr":"gold","amr":["pwd","otp"]"#, [], 1_799_999_000, "gold", ["pwd", "otp"]),
            (#""acr":["gold"],"amr":"pwd""#, [], 1_799_999_000, "", []),
            (#""acr":1,"amr":["pwd",1,["otp"]]"#, [], 1_799_999_000, "", ["pwd"]),
        ] as [(String, [Scope], Double, String, [String])])
    func `with roles a token says what it allows and how its user has logged in`(
        claims: String, scopes: [Scope], time: Double, context: String, methods: [String]
    ) throws {
        var roles = Roles(standard: StepUp(ageSecondsMax: 300))
        let isAdded = roles.add(Array("analyst".utf8), [ScopeSet(.predict), ScopeSet(.explain)])
        #expect(isAdded)
        let rules = try TokenRules(leewaySeconds: 30, roles: roles)
        let verifier = try TokenFixture.verifier(rules: rules)
        let text = TokenFixture.token(
            claims: #"{"sub":"a","exp":1800000600,"iat":1799999000,\#(claims)}"#)
        // The second time it is remembered.
        for _ in 0..<2 {
            let token = try verifier.verify(text.span, nowUnixMilliseconds: Self.now)
            let rights = try #require(token.rights)
            for scope in Scope.allCases {
                #expect(rights.scopes.contains(scope) == scopes.contains(scope))
            }
            #expect(
                rights.login
                    == Login(
                        time: time, context: Array(context.utf8),
                        methods: methods.map { Array($0.utf8) }))
        }
    }

    @Test func `without roles a token has no rights`() throws {
        let token = try verify(#"{"sub":"a","exp":1800000600,"scope":"predict"}"#).get()
        #expect(token.rights == nil)
    }

    private func refusal(of result: Result<VerifiedToken, TokenError>) -> TokenError? {
        if case .failure(let error) = result { error } else { nil }
    }

    /// How each kind of issuer writes its tokens.
    @Test(arguments: [
        (
            "keycloak", "jti", "sub",
            "scope realm_access.roles resource_access.churnd.roles",
            "openid offline_access churn-analyst predict", "azp=crm"
        ),
        (
            "entra_v2_user", "uti", "oid", "scp roles", "predict explain Analyst",
            "tid=<tid> ver=2.0"
        ),
        ("entra_v2_app_only", "uti", "azp", "scp roles", "Predict.All", "tid=<tid> idtyp=app"),
        ("auth0", "jti", "sub", "scope permissions", "predict", "gty=client-credentials aud"),
    ])
    func `the claims of identity providers are read where they stand`(
        shape: String, id: String, subject: String, scopes: String, granted: String, require: String
    ) throws {
        let shapes = try IssuerFixture().claimShapes
        let value = try #require(shapes[shape])
        var writer = JSONWriter()
        writer.value(value)
        let claims = String(decoding: writer.finish(), as: UTF8.self)
        let names = try TokenClaimNames(tokenID: id, subject: subject, scopes: scopes)
        let token = try verify(claims, names, scope: granted, require: require).get()
        let object = try #require(value.asObject)
        #expect(token.subject == object[subject]?.asString.map { Array($0.utf8) })
        #expect(token.tokenID == object[id]?.asString.map { Array($0.utf8) })
        #expect(
            refusal(of: try verify(claims, names, scope: granted + " other"))
                == .insufficientScope(required: granted + " other"))
        let other = require.replacing("=", with: "=x")
        #expect(refusal(of: try verify(claims, names, require: other)) != nil)
    }

    @Test(
        arguments: [
            (#""a":{"b":"read"}"#, nil), (#""a":{"b":["read"]}"#, nil), (#""c":"x read""#, nil),
            (#""a":{"b":"x","b2":["read"]},"c":["read"]"#, nil),
            (#""a":{"b":"x"},"c":"y read""#, nil), (#""\u0061":{"\u0062":"\u0072ead"}"#, nil),
            (#""a":{"b":["read write"]}"#, .insufficientScope(required: "read")),
            (#""a":{"x":{"b":"read"}}"#, .insufficientScope(required: "read")),
            (#""b":"read""#, .insufficientScope(required: "read")),
            (#""a.b":"read""#, .insufficientScope(required: "read")),
            (#""scope":"read""#, .insufficientScope(required: "read")),
            (#""a":"read""#, .invalidClaim(.scope)), (#""a":["read"]"#, .invalidClaim(.scope)),
            (#""a":{"b":{"c":"read"}}"#, .invalidClaim(.scope)),
            (#""a":{"b":1},"c":"read""#, .invalidClaim(.scope)),
            (#""a":{"b":["read",null]}"#, .invalidClaim(.scope)),
            (#""c":null"#, .invalidClaim(.scope)),
        ] as [(String, TokenError?)])
    func `scopes are those of all paths, each a text or an array`(
        members: String, expected: TokenError?
    ) throws {
        let names = try TokenClaimNames(tokenID: "jti", subject: "sub", scopes: "a.b c")
        let claims = TokenFixture.claims(members)
        #expect(refusal(of: try verify(claims, names, scope: "read")) == expected)
        // Not looked at where no scope is needed.
        #expect(refusal(of: try verify(claims, names)) == nil)
    }

    @Test(
        arguments: [
            (#""tid":"t1","ver":"2""#, nil), (#""tid":["x","t1"],"ver":1"#, nil),
            (#""ver":{},"tid":"t1""#, nil), (#""\u0074id":"t\u0031","ver":false"#, nil),
            (#""tid":"t1""#, "ver"), (#""tid":"t1","ver":null"#, "ver"),
            (#""ver":1"#, "tid"), (#""ver":1,"tid":"T1""#, "tid"), (#""ver":1,"tid":"t12""#, "tid"),
            (#""ver":1,"tid":[]"#, "tid"), (#""ver":1,"tid":[["t1"]]"#, "tid"),
            (#""ver":1,"tid":{"t1":1}"#, "tid"), (#""ver":1,"tid":null"#, "tid"),
            (#""ver":1,"x":{"tid":"t1"}"#, "tid"),
        ] as [(String, String?)])
    func `a required claim is there, with its value`(members: String, missing: String?) throws {
        let result = try verify(TokenFixture.claims(members), require: "tid=t1 ver")
        #expect(refusal(of: result) == missing.map { .unmetRequirement(claim: $0) })
    }

    @Test func `a claim that is read may be required as well`() throws {
        #expect(refusal(of: try verify(TokenFixture.claims, require: "sub=alice exp")) == nil)
        #expect(
            refusal(of: try verify(TokenFixture.claims, require: "sub=bob"))
                == .unmetRequirement(claim: "sub"))
    }

    /// `exp` is 1800000600.
    @Test(
        arguments: [
            (#""iat":1799999601"#, nil), (#""iat":1799999600"#, nil),
            (#""iat":1799999599"#, .lifetimeTooLong(maxSeconds: 1000)),
            (#""iat":1799999599.9"#, .lifetimeTooLong(maxSeconds: 1000)),
            (#""iat":-1e300"#, .lifetimeTooLong(maxSeconds: 1000)),
            (#""x":1"#, .missingClaim(.issuedAt)),
        ] as [(String, TokenError?)])
    func `a lifetime is bounded where that is wanted`(
        member: String, expected: TokenError?
    ) throws {
        let claims = TokenFixture.claims(member)
        #expect(refusal(of: try verify(claims, lifetimeMax: 1000)) == expected)
        #expect(refusal(of: try verify(claims)) == nil)
    }

    @Test(arguments: [
        ("exp", "sub", "scope"), ("jti", "cnf", "scope"), ("jti", "sub", "aud"),
        ("jti", "sub", "iss.x"), ("", "sub", "scope"), ("jti", "", "scope"), ("jti", "sub", ""),
        ("a.b", "sub", "scope"), ("a b", "sub", "scope"), ("a=", "sub", "scope"),
        ("ä", "sub", "scope"), ("jti", "sub", "a..b"), ("jti", "sub", ".a"), ("jti", "sub", "a."),
        ("jti", "sub", "a  b"), ("jti", "sub", " a"), ("jti", "sub", "a a"),
        ("sub", "sub", "scope"), ("jti", "sub", "jti"), ("jti", "sub", "sub.x"),
    ])
    func `claims that cannot be told apart are refused`(
        id: String, subject: String, scopes: String
    ) {
        #expect(throws: TokenRulesError.self) {
            try TokenClaimNames(tokenID: id, subject: subject, scopes: scopes)
        }
    }

    @Test func `names, paths and requirements are bounded`() throws {
        for (count, isTaken) in [(63, true), (64, true), (65, false)] {
            let name = String(repeating: "a", count: count)
            #expect(((try? TokenClaimNames.name(name)) != nil) == isTaken)
        }
        for (count, isTaken) in [(7, true), (8, true), (9, false)] {
            let words = (0..<count).map { "c\($0)" }.joined(separator: " ")
            #expect(((try? TokenClaimNames.paths(words)) != nil) == isTaken)
            #expect(((try? RequiredClaim.list(words)) != nil) == isTaken)
        }
        for (count, isTaken) in [(3, true), (4, true), (5, false)] {
            let path = Array(repeating: "a", count: count).joined(separator: ".")
            #expect(((try? TokenClaimNames.paths(path)) != nil) == isTaken)
        }
        for list in ["", " ", "a  b", "=x", "a=", "a a=1", "a.b", "a b "] {
            #expect(throws: TokenRulesError.self, "\(list)") { try RequiredClaim.list(list) }
        }
        #expect(try RequiredClaim.list("a=b=c d").count == 2)
    }
}
