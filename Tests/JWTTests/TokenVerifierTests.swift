import JSON
import JWT
import OpenSSL
import Testing

private let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

/// RFC 7515 Appendix A.1: its header and claims hold line breaks and spaces, its claims no `sub`.
private let example = Array(
    ("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
        + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6"
        + "Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").utf8)
private let exampleKey =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"

private func exampleVerifier() throws -> TokenVerifier {
    var key: [UInt8] = []
    let count = try #require(Base64URL.decode(Array(exampleKey.utf8).span, into: &key))
    #expect(count == 64)
    return TokenVerifier(
        keys: try SigningKeys(secret: Array(key[..<count])), rules: try TokenFixture.rules())
}

struct TokenVerifierTests {
    @Test func `the example of RFC 7515 has a good signature and no subject`() throws {
        let verifier = try exampleVerifier()
        try verifier.verifySignature(example.span)
        #expect(
            TokenFixture.refusal(
                of: example, by: verifier, nowUnixMilliseconds: 1_300_819_379_000)
                == .missingClaim(.subject))
    }

    @Test func `the example of RFC 7515 is refused after any change of one character`() throws {
        let verifier = try exampleVerifier()
        for position in example.indices {
            var token = example
            token[position] = token[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : 65
            #expect(throws: TokenError.self, "position \(position)") {
                try verifier.verifySignature(token.span)
            }
        }
    }

    @Test func `any other character at any position of a valid token is refused`() throws {
        let verifier = try TokenFixture.verifier()
        let token = TokenFixture.token(claims: TokenFixture.claims(#""jti":"0123456789""#))
        #expect(TokenFixture.refusal(of: token, by: verifier) == nil)
        for position in token.indices {
            for byte in alphabet + Array(".=+/ \n\0\u{7F}".utf8) + [0x80, 0xFF]
            where byte != token[position] {
                var changed = token
                changed[position] = byte
                let refusal = TokenFixture.refusal(of: changed, by: verifier)
                #expect(refusal != nil, "byte \(byte) at \(position)")
            }
        }
    }

    @Test func `a valid token with a byte more or less anywhere is refused`() throws {
        let verifier = try TokenFixture.verifier()
        let token = TokenFixture.token()
        for position in token.indices {
            var shorter = token
            shorter.remove(at: position)
            #expect(TokenFixture.refusal(of: shorter, by: verifier) != nil, "without \(position)")
        }
        for position in 0...token.count {
            for byte in Array("A.= \n\0".utf8) {
                var longer = token
                longer.insert(byte, at: position)
                #expect(
                    TokenFixture.refusal(of: longer, by: verifier) != nil,
                    "byte \(byte) before \(position)")
            }
        }
    }

    @Test func `every proper prefix of a valid token is refused`() throws {
        let verifier = try TokenFixture.verifier()
        let token = TokenFixture.token()
        for count in 0..<token.count {
            #expect(TokenFixture.refusal(of: Array(token[..<count]), by: verifier) != nil)
        }
    }

    /// Claims and headers of three consecutive lengths end on each kind of last group.
    @Test func `each part has one spelling, whatever its length`() throws {
        let verifier = try TokenFixture.verifier()
        for filling in ["", "x", "xx"] {
            let token = TokenFixture.token(
                header: #"{"alg":"HS256","x":"\#(filling)"}"#,
                claims: TokenFixture.claims(#""x":"\#(filling)""#))
            #expect(TokenFixture.refusal(of: token, by: verifier) == nil)
            let ends = token.indices.filter {
                $0 + 1 == token.count || token[$0 + 1] == UInt8(ascii: ".")
            }
            #expect(ends.count == 3)
            for end in ends {
                let accepted = alphabet.filter { byte in
                    var changed = token
                    changed[end] = byte
                    return TokenFixture.refusal(of: changed, by: verifier) == nil
                }
                #expect(accepted == [token[end]])
            }
        }
    }

    /// The bits are set in what is signed, so that the signature is good over the wrong spelling.
    @Test func `a signed token whose claims are not spelled in the one way is refused`() throws {
        let verifier = try TokenFixture.verifier()
        let header = "eyJhbGciOiJIUzI1NiJ9"
        // {"sub":"alice","exp":1800000600} is 32 bytes, so that two bits of its text are unused.
        let claims = "eyJzdWIiOiJhbGljZSIsImV4cCI6MTgwMDAwMDYwMH0"
        for (headerText, claimsText, refusal) in [
            (header, claims, nil), (header, claims + "=", .invalidBase64URL(.claims)),
            (header, String(claims.dropLast()) + "1", .invalidBase64URL(.claims)),
            (header, claims + "A=", .invalidBase64URL(.claims)),
            (header, claims + "\n", .invalidBase64URL(.claims)),
            (header + "A", claims, .invalidBase64URL(.header)),
            (header + "=", claims, .invalidBase64URL(.header)),
            ("", claims, .malformedHeader(.unexpectedEnd(offset: 0))),
            (header, "", .malformedClaims(.unexpectedEnd(offset: 0))),
        ] as [(String, String, TokenError?)] {
            let secret = TokenFixture.secret
            var mac = HMACSHA256(key: secret.span)
            var token = Array("\(headerText).\(claimsText)".utf8)
            let signature = mac.authenticate(token.span)
            token.append(UInt8(ascii: "."))
            Base64URL.encode(signature.span, appendingTo: &token)
            #expect(TokenFixture.refusal(of: token, by: verifier) == refusal, "\(claimsText)")
        }
    }

    @Test(arguments: [
        "", ".", "..", "...", "x", "a.b", "a.b.c.d", "a.b.c.d.e", " ", "é",
    ])
    func `what is not three parts is not a token`(text: String) throws {
        let refusal = TokenFixture.refusal(
            of: Array(text.utf8), by: try TokenFixture.verifier())
        let expected: TokenError =
            text == ".." ? .malformedHeader(.unexpectedEnd(offset: 0)) : .malformed
        #expect(refusal == expected)
    }

    @Test func `a token with an empty or a short signature is refused`() throws {
        let verifier = try TokenFixture.verifier()
        let token = TokenFixture.token()
        let dot = try #require(token.lastIndex(of: UInt8(ascii: ".")))
        #expect(TokenFixture.refusal(of: Array(token[...dot]), by: verifier) == .badSignature)
        #expect(
            TokenFixture.refusal(of: Array(token[...(dot + 4)]), by: verifier) == .badSignature)
        #expect(
            TokenFixture.refusal(of: token + Array("AAAA".utf8), by: verifier) == .badSignature)
    }

    @Test func `claims are not judged before the signature`() throws {
        let token = TokenFixture.token(claims: "not JSON", secret: TokenFixture.otherSecret)
        #expect(TokenFixture.refusal(of: token, by: try TokenFixture.verifier()) == .badSignature)
    }

    @Test func `a verifier judges each token by itself`() throws {
        let verifier = try TokenFixture.verifier()
        let long = TokenFixture.token(
            claims: TokenFixture.claims(#""x":"\#(String(repeating: "y", count: 5000))""#))
        let short = TokenFixture.token(claims: #"{"exp":1e300,"sub":"b"}"#)
        let forged = TokenFixture.token(secret: TokenFixture.otherSecret)
        for _ in 0..<3 {
            #expect(TokenFixture.refusal(of: long, by: verifier) == nil)
            #expect(TokenFixture.refusal(of: forged, by: verifier) == .badSignature)
            let token = try verifier.verify(short.span, nowUnixMilliseconds: 0)
            #expect(token.subject == [UInt8(ascii: "b")])
            #expect(token.expiresAt == 1e300)
        }
    }

    @Test(
        arguments: [
            (#"{"alg":"HS256","kid":"new"}"#, "new", nil),
            (#"{"alg":"HS256","kid":"old"}"#, "old", nil),
            (#"{"alg":"HS256","kid":"\u006Fld"}"#, "old", nil),
            (#"{"alg":"HS256","kid":"new"}"#, "old", .badSignature),
            (#"{"alg":"HS256","kid":"old"}"#, "new", .badSignature),
            (#"{"alg":"HS256","kid":"other"}"#, "new", .unknownKey),
            (#"{"alg":"HS256","kid":"New"}"#, "new", .unknownKey),
            (#"{"alg":"HS256","kid":""}"#, "new", .unknownKey),
            (#"{"alg":"HS256","kid":"new\u0000"}"#, "new", .unknownKey),
            (#"{"alg":"HS256","kid":"./new"}"#, "new", .unknownKey),
            (#"{"alg":"HS256","kid":1}"#, "new", .missingKeyID),
            (#"{"alg":"HS256","kid":null}"#, "new", .missingKeyID),
            (#"{"alg":"HS256"}"#, "new", .missingKeyID),
        ] as [(String, String, TokenError?)])
    func `of several keys the one the header names is used`(
        header: String, signer: String, refusal: TokenError?
    ) throws {
        let secrets = ["new": TokenFixture.secret, "old": TokenFixture.otherSecret]
        let verifier = TokenVerifier(
            keys: try SigningKeys(named: secrets.map { (id: $0.key, secret: $0.value) }),
            rules: try TokenFixture.rules())
        let token = TokenFixture.token(header: header, secret: try #require(secrets[signer]))
        #expect(TokenFixture.refusal(of: token, by: verifier) == refusal)
    }

    @Test func `no description of a refusal quotes the token`() throws {
        let marker = "QUOTED"
        let claims = [
            #"{"sub":"a","exp":"\#(marker)"}"#, #"{"sub":["\#(marker)"],"exp":1e300}"#,
            #"{"\#(marker)":1,"\#(marker)":2}"#, #"{"sub":"\#(marker)\u0001","exp":1e300}"#,
        ]
        for claims in claims {
            let refusal = try #require(try TokenFixture.refusal(ofClaims: claims))
            #expect(!"\(refusal)".contains(marker))
            #expect(!String(reflecting: refusal).contains(marker))
        }
    }
}
