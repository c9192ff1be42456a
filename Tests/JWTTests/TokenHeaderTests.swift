import JSON
import JWT
import Testing

struct TokenHeaderTests {
    @Test(arguments: [
        #"{"alg":"none"}"#, #"{"alg":"None"}"#, #"{"alg":"NONE"}"#, #"{"alg":""}"#,
        #"{"alg":"hs256"}"#, #"{"alg":"HS256 "}"#, #"{"alg":"HS384"}"#, #"{"alg":"HS512"}"#,
        #"{"alg":"PS256"}"#, #"{"alg":"ES384"}"#, #"{"alg":"Ed448"}"#, #"{"alg":null}"#,
        #"{"alg":256}"#,
        #"{"alg":["HS256"]}"#, #"{"alg":{"HS256":1}}"#, #"{}"#, #"{"typ":"JWT"}"#,
        #"{"Alg":"HS256"}"#, #"{"ALG":"HS256"}"#, #"{"alg ":"HS256"}"#,
    ])
    func `an algorithm that is not supported is refused`(header: String) throws {
        #expect(try TokenFixture.refusal(ofHeader: header) == .unsupportedAlgorithm)
    }

    @Test(arguments: ["RS256", "ES256", "EdDSA", "Ed25519"])
    func `an algorithm that is not the one of the secret is refused`(name: String) throws {
        #expect(try TokenFixture.refusal(ofHeader: #"{"alg":"\#(name)"}"#) == .wrongAlgorithm)
    }

    @Test func `the algorithm may be written with an escape`() throws {
        #expect(try TokenFixture.refusal(ofHeader: #"{"\u0061lg":"HS\u003256"}"#) == nil)
    }

    @Test(arguments: [
        #"{"alg":"HS256","crit":["exp"]}"#, #"{"alg":"HS256","crit":[]}"#,
        #"{"alg":"HS256","crit":null}"#, #"{"alg":"HS256","crit":"b64"}"#,
        #"{"crit":["b64"],"b64":false,"alg":"HS256"}"#, #"{"alg":"HS256","\u0063rit":["b64"]}"#,
    ])
    func `critical extensions are refused, whatever they are`(header: String) throws {
        #expect(try TokenFixture.refusal(ofHeader: header) == .criticalHeader)
    }

    @Test(arguments: [
        "JWT", "jwt", "Jwt", "at+jwt", "AT+JWT", "At+Jwt", "application/jwt", "APPLICATION/JWT",
        "application/at+jwt", "Application/AT+jwt",
    ])
    func `a type that says JWT is taken`(type: String) throws {
        #expect(try TokenFixture.refusal(ofHeader: #"{"alg":"HS256","typ":"\#(type)"}"#) == nil)
    }

    @Test(arguments: [
        #""""#, #""JOSE""#, #""JWE""#, #""dpop+jwt""#, #""secevent+jwt""#, #"" JWT""#, #""JWT ""#,
        #""application/""#, #""text/jwt""#, #""application/application/jwt""#, #""jwt;v=1""#,
        #""ＪＷＴ""#, "null", "1", "true", #"["JWT"]"#, "{}",
    ])
    func `another type is refused`(type: String) throws {
        #expect(
            try TokenFixture.refusal(ofHeader: #"{"alg":"HS256","typ":\#(type)}"#)
                == .unsupportedType)
    }

    @Test(arguments: [
        #""jwk":{"kty":"oct","k":"AAAA"}"#, #""jku":"https://example.com/keys""#,
        #""x5u":"https://example.com/cert""#, #""x5c":["AAAA"]"#, #""kid":"../../etc/passwd""#,
        #""kid":7"#, #""b64":false"#, #""zip":"DEF""#, #""cty":"JWT""#,
    ])
    func `what a header says of keys and encodings is ignored`(member: String) throws {
        #expect(try TokenFixture.refusal(ofHeader: #"{"alg":"HS256",\#(member)}"#) == nil)
        let foreign = TokenFixture.token(
            header: #"{"alg":"HS256",\#(member)}"#, secret: TokenFixture.otherSecret)
        #expect(
            TokenFixture.refusal(of: foreign, by: try TokenFixture.verifier()) == .badSignature)
    }

    @Test(arguments: [
        ("", JSONError.unexpectedEnd(offset: 0)), (" ", .unexpectedEnd(offset: 1)),
        ("{", .unexpectedEnd(offset: 1)), (#""HS256""#, .unexpectedKind(found: .string, offset: 0)),
        (#"[{"alg":"HS256"}]"#, .unexpectedKind(found: .array, offset: 0)),
        ("null", .unexpectedKind(found: .null, offset: 0)),
        (#"{"alg":"HS256"}{}"#, .trailingBytes(offset: 15)),
        (#"{"alg":"HS256","alg":"HS256"}"#, .duplicateName(offset: 16)),
        (#"{"alg":"none","alg":"HS256"}"#, .duplicateName(offset: 15)),
        (#"{"alg":"HS256","\u0061lg":"none"}"#, .duplicateName(offset: 16)),
        (#"{"kid":"a","alg":"HS256","kid":"b"}"#, .duplicateName(offset: 26)),
    ])
    func `a header that is not one JSON object with names of its own is refused`(
        header: String, error: JSONError
    ) throws {
        #expect(try TokenFixture.refusal(ofHeader: header) == .malformedHeader(error))
    }

    @Test func `a header may be nested 16 deep and no deeper`() throws {
        func header(depth: Int) -> String {
            let arrays = depth - 1
            return #"{"alg":"HS256","x":"# + String(repeating: "[", count: arrays)
                + String(repeating: "]", count: arrays) + "}"
        }
        #expect(try TokenFixture.refusal(ofHeader: header(depth: 15)) == nil)
        #expect(try TokenFixture.refusal(ofHeader: header(depth: 16)) == nil)
        #expect(
            try TokenFixture.refusal(ofHeader: header(depth: 17))
                == .malformedHeader(.tooDeep(limit: 16, offset: 34)))
    }

    @Test func `white space in a header is part of what is signed and nothing else`() throws {
        #expect(try TokenFixture.refusal(ofHeader: "{ \"alg\" :\r\n \"HS256\"\t}\n") == nil)
    }
}
