import JWT
import Testing

struct BearerCredentialsTests {
    @Test(arguments: [
        ("Bearer x", "x"), ("bearer x", "x"), ("BEARER x", "x"), ("bEaReR a.b.c", "a.b.c"),
        ("Bearer AZaz09-._~+/", "AZaz09-._~+/"), ("Bearer x=", "x="), ("Bearer x==", "x=="),
        // RFC 6750 §2.1: 1*SP.
        ("Bearer  x", "x"), ("bearer     a.b.c", "a.b.c"),
        ("Bearer" + String(repeating: " ", count: 1000) + "x", "x"),
    ])
    func `spaces and a token after the scheme's name are a token`(value: String, token: String) {
        let bytes = Array(value.utf8)
        let range = bytes.count - token.utf8.count..<bytes.count
        #expect(BearerCredentials(inAuthorization: bytes.span) == .token(range))
        #expect(String(decoding: bytes[range], as: UTF8.self) == token)
    }

    @Test(arguments: [
        "", "B", "Bearer", "bearer", "Basic", "Basic eDp5", "Bearerx", "Bearer\tx", "Bearers x",
        "Xearer x", "Beare\u{12} x", "x", " Bearer x", "Digest a=b",
    ])
    func `another scheme and the name alone are no credentials`(value: String) {
        let bytes = Array(value.utf8)
        #expect(BearerCredentials(inAuthorization: bytes.span) == .absent)
    }

    @Test(arguments: [
        "Bearer ", "Bearer   ", "Bearer \tx", "Bearer  \tx", "Bearer \t x", "Bearer  x y",
        "Bearer x ", "Bearer x y", "Bearer x,y", "Bearer =",
        "Bearer =x", "Bearer x=y", "Bearer \"x\"", "Bearer é", "Bearer x\u{0}", "Bearer token=x",
    ])
    func `anything else after the scheme's name is malformed`(value: String) {
        let bytes = Array(value.utf8)
        #expect(BearerCredentials(inAuthorization: bytes.span) == .malformed)
    }

    @Test func `what is known to be a token is not looked at`() {
        let bytes = Array("Bearer  known".utf8)
        var asked: [UInt8] = []
        let credentials = BearerCredentials(inAuthorization: bytes.span) { text in
            for index in 0..<text.count { asked.append(text[index]) }
            return true
        }
        #expect(credentials == .token(8..<13))
        #expect(asked == Array("known".utf8))
    }
}
