import JWT
import Testing

@Suite struct TokenSegmentsTests {
    @Test(arguments: [
        ("AA.AA.AA", true), ("AA.AAA.AAAA", true), ("-_-_.AA.AA", true), ("AA.AA.AA.AA", false),
        ("AA.AA", false), ("AA", false), ("", false), ("..", false), (".AA.AA", false),
        ("AA..AA", false), ("AA.AA.", false), ("A.AA.AA", false), ("AA.AA.AB", false),
        ("AA==.AA.AA", false), ("AA.A+.AA", false), (" AA.AA.AA", false), ("AA.AA.AA\n", false),
        ("Bearer AA.AA.AA", false), ("AA.A\u{0}.AA", false), ("AA.\u{E9}A.AA", false),
    ])
    func `a token has three parts of base64url`(text: String, isToken: Bool) {
        #expect(TokenSegments.isToken(Array(text.utf8).span) == isToken)
    }
}
