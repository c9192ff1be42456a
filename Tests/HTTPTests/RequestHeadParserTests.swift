import HTTP
import TestSupport
import Testing

struct RequestHeadParserTests {
    @Test func `a head says where its values are`() throws {
        let text =
            "POST /predict?a=b HTTP/1.1\r\nHost: localhost:8080\r\n"
            + "authorization:\tBearer x.y.z \r\n"
            + "CONTENT-TYPE: application/json\r\nContent-Encoding: identity\r\n"
            + "X-Request-ID: r-1\r\nContent-Length: 12\r\nExpect: 100-Continue\r\n\r\n"
        let bytes = Array(text.utf8)
        var parser = RequestHeadParser(limits: .contract)
        let head = try #require(try parser.parse(bytes.span))
        func value(_ range: Range<Int>?) -> String? {
            range.map { String(decoding: bytes[$0], as: UTF8.self) }
        }
        #expect(head.method == .post)
        #expect(value(head.methodRange) == "POST")
        #expect(value(head.target) == "/predict?a=b")
        #expect(value(head.path) == "/predict")
        #expect(head.versionMinor == 1)
        #expect(value(head.authorization) == "Bearer x.y.z")
        #expect(value(head.contentType) == "application/json")
        #expect(value(head.contentEncoding) == "identity")
        #expect(value(head.requestID) == "r-1")
        #expect(head.authorizationCount == 1)
        #expect(head.contentTypeCount == 1)
        #expect(head.contentEncodingCount == 1)
        #expect(head.requestIDCount == 1)
        #expect(head.framing == .length(12))
        #expect(head.expectsContinue)
        #expect(head.keepAlive)
        #expect(head.byteCount == bytes.count)
    }

    @Test func `of a field that is there twice the first is given and both are counted`() throws {
        let text =
            "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: one\r\nAuthorization: two\r\n"
            + "Content-Type: c1\r\nContent-Type: c2\r\nContent-Encoding: e1\r\n"
            + "Content-Encoding: e2\r\nX-Request-Id: r1\r\nX-Request-Id: r2\r\n\r\n"
        let bytes = Array(text.utf8)
        let head = try #require(try readHead(text))
        func value(_ range: Range<Int>?) -> String? {
            range.map { String(decoding: bytes[$0], as: UTF8.self) }
        }
        #expect(value(head.authorization) == "one")
        #expect(value(head.contentType) == "c1")
        #expect(value(head.contentEncoding) == "e1")
        #expect(value(head.requestID) == "r1")
        let counts = [
            head.authorizationCount, head.contentTypeCount, head.contentEncodingCount,
            head.requestIDCount,
        ]
        #expect(counts == [2, 2, 2, 2])
    }

    @Test func `every proper prefix of a head needs more bytes`() throws {
        for text in validStreams {
            let bytes = Array(text.utf8)
            var whole = RequestHeadParser(limits: .contract)
            let head = try #require(try whole.parse(bytes.span), "\(text)")
            for count in 0..<head.byteCount {
                var parser = RequestHeadParser(limits: .contract)
                #expect(
                    try parser.parse(bytes.span.extracting(0..<count)) == nil, "\(text) \(count)")
            }
        }
    }

    @Test func `valid streams are read to their end without an error`() {
        for text in validStreams {
            let stream = RequestStream(reading: text)
            #expect(stream.error == nil, "\(text)")
            #expect(stream.pendingBytes == 0, "\(text)")
            #expect(stream.requests.count == text.ranges(of: " HTTP/1.").count, "\(text)")
        }
    }

    @Test func `a stream cut in two anywhere is read as the whole`() {
        for text in validStreams + smugglingForms.map(\.text) {
            let bytes = Array(text.utf8)
            let whole = RequestStream(reading: [bytes])
            for cut in 0...bytes.count {
                let halves = RequestStream(reading: [Array(bytes[..<cut]), Array(bytes[cut...])])
                #expect(halves == whole, "\(text) cut at \(cut)")
            }
        }
    }

    @Test func `a stream that arrives byte by byte is read as the whole`() {
        for text in validStreams + smugglingForms.map(\.text) {
            let bytes = Array(text.utf8)
            let whole = RequestStream(reading: [bytes])
            #expect(RequestStream(reading: bytes.map { [$0] }) == whole, "\(text)")
        }
    }

    @Test func `a prefix of a valid stream gives no error`() {
        for text in validStreams {
            let bytes = Array(text.utf8)
            for count in 0..<bytes.count {
                #expect(RequestStream(reading: [Array(bytes[..<count])]).error == nil, "\(text)")
            }
        }
    }

    @Test func `pipelined requests are told apart`() {
        let stream = RequestStream(
            reading: "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                + "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nde\r\n0\r\n\r\n"
                + "GET /3 HTTP/1.1\r\nHost: a\r\n\r\nGET /4 HT")
        #expect(stream.requests.map(\.body) == [Array("abc".utf8), Array("de".utf8), []])
        #expect(stream.requests.map(\.head.framing) == [.length(3), .chunked, .none])
        #expect(stream.pendingBytes == 9)
        #expect(stream.error == nil)
    }

    @Test func `a parser that was reset reads another request from its start`() throws {
        let first = Array("GET /never-ending HTTP/1.1\r\nHo".utf8)
        let second = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        var parser = RequestHeadParser(limits: .contract)
        #expect(try parser.parse(first.span) == nil)
        parser.reset()
        #expect(try parser.parse(second.span)?.byteCount == second.count)
        #expect(try parser.parse(second.span)?.byteCount == second.count)
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true),
        ("HTTP/1.1", "Connection: close\r\n", false),
        ("HTTP/1.1", "Connection: CLOSE\r\n", false),
        ("HTTP/1.1", "Connection: keep-alive\r\n", true),
        ("HTTP/1.1", "Connection: keep-alive, close\r\n", false),
        ("HTTP/1.1", "Connection: ,, close ,\r\n", false),
        ("HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n", false),
        ("HTTP/1.1", "Connection: closed\r\n", true),
        ("HTTP/1.1", "Connection: not close\r\n", true),
        ("HTTP/1.1", "Connection:\r\n", true),
        ("HTTP/1.0", "", false),
        ("HTTP/1.0", "Connection: Keep-Alive\r\n", true),
        ("HTTP/1.0", "Connection: x,keep-alive\r\n", true),
        ("HTTP/1.0", "Connection: close, keep-alive\r\n", false),
        ("HTTP/1.0", "Connection: upgrade\r\n", false),
    ])
    func `the version and Connection decide whether the client stays`(
        version: String, fields: String, expected: Bool
    ) throws {
        let head = try readHead("GET / \(version)\r\nHost: a\r\n\(fields)\r\n")
        #expect(head?.keepAlive == expected)
    }

    @Test(arguments: [
        ("HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 1\r\n", true),
        ("HTTP/1.1", "Expect: 100-CONTINUE\r\nTransfer-Encoding: chunked\r\n", true),
        ("HTTP/1.1", "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 1\r\n", true),
        ("HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 0\r\n", false),
        ("HTTP/1.1", "Expect: 100-continue\r\n", false),
        ("HTTP/1.1", "Content-Length: 1\r\n", false),
        ("HTTP/1.0", "Expect: 100-continue\r\nContent-Length: 1\r\n", false),
        ("HTTP/1.0", "Expect: pizza\r\nContent-Length: 1\r\n", false),
    ])
    func `only a client of HTTP 1.1 with content waits to continue`(
        version: String, fields: String, expected: Bool
    ) throws {
        let head = try readHead("POST / \(version)\r\nHost: a\r\n\(fields)\r\n")
        #expect(head?.expectsContinue == expected)
    }

    @Test(arguments: ["pizza", "", "100-continue, pizza", "100-continue;q=1", "100"])
    func `another expectation than 100-continue is refused`(value: String) {
        let error = headError("POST / HTTP/1.1\r\nHost: a\r\nExpect: \(value)\r\n\r\n")
        #expect(error == .unsupportedExpectation)
    }

    @Test func `framing is judged before the expectation`() {
        let error = headError(
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: pizza\r\nContent-Length: 1\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n")
        #expect(error == .conflictingFraming)
    }

    @Test(arguments: [
        ("0", 0), ("5", 5), ("005", 5), ("16384", 16384), ("16385", 16385),
        ("9223372036854775807", Int.max), ("9223372036854775808", Int.max),
        ("99999999999999999999999999999999999999999", Int.max),
        ("00000000000000000000000000000000000000007", 7),
        ("9223372036854775807000000000000000000000000000", Int.max),
    ])
    func `a Content-Length of digits is a length`(digits: String, length: Int) throws {
        let head = try readHead("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(digits)\r\n\r\n")
        #expect(head?.framing == .length(length))
    }

    @Test func `exactly the token characters of RFC 9110 make a field name`() {
        let token = Set(
            "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: ":") {
            let head =
                Array("GET / HTTP/1.1\r\nHost: a\r\nx".utf8) + [byte] + Array("y: 1\r\n\r\n".utf8)
            #expect((headError(head) == nil) == token.contains(byte), "byte \(byte)")
        }
    }

    @Test func `exactly the tab, the space, visible and obs-text bytes make a field value`() {
        for byte in UInt8.min...UInt8.max {
            // The byte stands at each place of a word that is searched as a whole, and after words.
            for place in 0..<20 {
                var value = Array(repeating: UInt8(ascii: "v"), count: 24)
                value[place] = byte
                let head =
                    Array("GET / HTTP/1.1\r\nHost: a\r\nx: ".utf8) + value
                    + Array("\r\n\r\n".utf8)
                let isAllowed = byte == 9 || (byte >= 32 && byte != 127)
                #expect((headError(head) == nil) == isAllowed, "byte \(byte) at \(place)")
            }
        }
    }

    @Test func `mutated requests are read or refused, alike in one piece and in many`() {
        var random = SplitMix64(seed: 0x5EED)
        for _ in 0..<4000 {
            var bytes = Array(
                validStreams[Int.random(in: 0..<validStreams.count, using: &random)].utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let offset = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[offset] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: offset)
                case 2: bytes.insert(bytes[offset], at: offset)
                default:
                    bytes.insert(
                        contentsOf: Array("\r\n:;0 ".utf8).shuffled(using: &random)[..<2],
                        at: offset)
                }
            }
            let cut = Int.random(in: 0...bytes.count, using: &random)
            let whole = RequestStream(reading: [bytes])
            #expect(RequestStream(reading: [Array(bytes[..<cut]), Array(bytes[cut...])]) == whole)
            #expect(RequestStream(reading: bytes.map { [$0] }) == whole)
        }
    }
}
