import JWT
import Testing

struct TokenRulesTests {
    @Test(arguments: [0, 1, 59, 60])
    func `a leeway of up to 60 seconds is taken`(seconds: Int) throws {
        #expect(try TokenRules(leewaySeconds: seconds).leewaySeconds == seconds)
    }

    @Test(arguments: [-1, 61, Int.max, Int.min])
    func `another leeway is refused`(seconds: Int) {
        #expect(throws: TokenRulesError.leewayOutOfRange(seconds: seconds, max: 60)) {
            try TokenRules(leewaySeconds: seconds)
        }
    }

    @Test func `an empty issuer or audience is refused`() {
        #expect(throws: TokenRulesError.emptyIssuer) {
            try TokenRules(leewaySeconds: 0, issuer: "")
        }
        #expect(throws: TokenRulesError.emptyAudience) {
            try TokenRules(leewaySeconds: 0, audience: "")
        }
    }

    @Test(arguments: ["predict", "a b", "churn:read churn:write", "!#[]~"])
    func `scope tokens with a space between each two are a scope`(scope: String) throws {
        #expect(try TokenRules(leewaySeconds: 0, scope: scope).scope == scope)
    }

    @Test(arguments: ["", " ", " a", "a ", "a  b", "a\tb", "a\"b", "a\\b", "é", "a\r\nb"])
    func `a scope that a challenge cannot quote is refused`(scope: String) {
        #expect(throws: TokenRulesError.malformedScope) {
            try TokenRules(leewaySeconds: 0, scope: scope)
        }
    }
}
