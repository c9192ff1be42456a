import JWT
import TestSupport
import Testing

@Suite struct ClaimNumbersTests {
    /// A trap ends the run of all tests, so that coming to the end of the table is tested first.
    @Test(arguments: ["exp", "nbf", "iat", "auth_time"])
    func `a claim of time with any number is judged`(claim: String) throws {
        let rules = try TokenRules(
            leewaySeconds: 30, issuer: nil, audience: nil, scope: nil,
            authenticationAgeSecondsMax: claim == "auth_time" ? 300 : nil)
        let verifier = try TokenFixture.verifier(rules: rules)
        var accepted = 0
        for spelling in ExtremeNumbers.spellings {
            let time = "1800000000"
            let claims =
                claim == "exp"
                ? #"{"sub":"alice","exp":\#(spelling)}"#
                : #"{"sub":"alice","exp":1800000600,"x":\#(time),"\#(claim)":\#(spelling)}"#
            for now in [TokenFixture.now * 1000, 0, -1, Int64.max, Int64.min] {
                let refusal = TokenFixture.refusal(
                    of: TokenFixture.token(claims: claims), by: verifier,
                    nowUnixMilliseconds: now)
                if let refusal { #expect(!"\(refusal)".isEmpty) } else { accepted += 1 }
            }
        }
        #expect(accepted > 0)
    }
}
