import Foundation
import HTTPClient
import OpenSSL
import POSIX
import TestSupport
import Testing

/// The client of all outgoing requests, and servers that do not do what they should.
@Suite struct OutgoingClientTests {
    private static let loopback = AddressBlock("127.0.0.0/8")

    private func client(
        _ server: StandInServer, authority: String? = nil, networks: [AddressBlock]? = nil,
        lookup: HostLookup = HostLookup(), allowsHTTP: Bool = true
    ) throws -> OutgoingClient {
        OutgoingClient(
            "test",
            rules: OutgoingRules(
                networks: try networks ?? [#require(OutgoingClientTests.loopback)],
                ports: [server.port], allowsHTTP: allowsHTTP),
            trust: OutgoingTrust(path: authority), lookup: lookup)
    }

    private func request(
        _ server: StandInServer, _ scheme: String = "http", host: String = "127.0.0.1",
        timeoutMilliseconds: Int64 = 20_000, answerBytesMax: Int = 1000
    ) throws -> OutgoingRequest {
        OutgoingRequest(
            .get, try OutgoingURL("\(scheme)://\(host):\(server.port)/keys?a=secret"),
            timeoutMilliseconds: timeoutMilliseconds, answerBytesMax: answerBytesMax)
    }

    /// What becomes of a request that is answered so.
    private func outcome(
        _ steps: [StandInServer.Step], timeoutMilliseconds: Int64 = 20_000
    ) throws -> Result<ClientAnswer, OutgoingError> {
        let server = try StandInServer { _ in steps }
        let client = try client(server)
        let request = try request(server, timeoutMilliseconds: timeoutMilliseconds)
        return Result { () throws(OutgoingError) in try client.ask(request) }
    }

    private func failure(_ error: ExchangeError) -> Result<ClientAnswer, OutgoingError> {
        .failure(.exchange(host: "127.0.0.1", error))
    }

    @Test func `a request is sent whole, and its answer is read with its fields`() throws {
        let server = try StandInServer { _ in
            StandInServer.answer("[]", "429 No", fields: "ETag: \"1\"\r\nRetry-After: 7\r\nX:\r\n")
        }
        let client = try client(server)
        let request = OutgoingRequest(
            .post, try OutgoingURL("http://127.0.0.1:\(server.port)/a?b=c"),
            fields: [ClientField("Content-Type", "text/plain")], body: Array("abc".utf8),
            timeoutMilliseconds: 20_000, answerBytesMax: 2)
        let answers = Answers<Result<ClientAnswer, OutgoingError>>()
        client.send(request) { answers.add($0) }
        let answer = try answers.wait().get()
        #expect(answer.status == 429 && answer.body == Array("[]".utf8))
        #expect(answer.field("etag") == "\"1\"" && answer.field("x")?.isEmpty == true)
        #expect(answer.field("y") == nil && answer.retryAfterSeconds == 7)
        #expect(
            server.requests[0].hasPrefix(
                """
                POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r\n\
                Content-Type: text/plain\r\nContent-Length: 3\r\n\r\n
                """))
    }

    @Test(arguments: [
        (ClientMethod.get, ""), (.put, "Content-Length: 0\r\n"), (.post, "Content-Length: 0\r\n"),
    ])
    func `a request without a body says so where one is expected`(
        method: ClientMethod, fields: String
    ) throws {
        let server = try StandInServer { _ in StandInServer.answer("") }
        let url = try OutgoingURL("http://127.0.0.1:\(server.port)")
        _ = try client(server).ask(
            OutgoingRequest(method, url, timeoutMilliseconds: 20_000, answerBytesMax: 0))
        #expect(server.requests[0].hasPrefix("\(method.rawValue) / HTTP/1.1\r\n"))
        #expect(server.requests[0].hasSuffix("Connection: close\r\n\(fields)\r\n"))
    }

    @Test(arguments: [
        "5\r\nhello\r\n0\r\n\r\n", "1\r\nh\r\n4;x=\"y\"\r\nello\r\n0\r\nTrailer: t\r\n\r\n",
    ])
    func `an answer in chunks is joined`(chunks: String) throws {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for steps in [
            [.send(head + chunks)], [.drip(head + chunks, everyMilliseconds: 0), .wait],
        ] as [[StandInServer.Step]] {
            #expect(try outcome(steps).get().body == Array("hello".utf8))
        }
    }

    @Test func `interim answers are skipped, up to eight of them`() throws {
        let interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        let final = "HTTP/1.0 304 Not Modified\r\n\r\n"
        let all = String(repeating: interim, count: 8)
        #expect(try outcome([.send(all + final)]).get().status == 304)
        #expect(try outcome([.send(all + interim + final)]) == failure(.malformed(.interim)))
        let switching = "HTTP/1.1 101 Switching Protocols\r\n\r\n"
        #expect(try outcome([.send(switching)]) == failure(.malformed(.interim)))
        let endless = "HTTP/1.1 100 \(String(repeating: "c", count: 3000))\r\n\r\n"
        #expect(
            try outcome([.send(String(repeating: endless, count: 6))])
                == failure(.tooLarge(bytesMax: 16_384)))
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab", AnswerFault.excess),
        ("HTTP/1.1 200 OK\r\n\r\nab", .length),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", .length),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na", .length),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\na", .length),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .length),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", .chunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", .chunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", .chunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\na", .excess),
        ("SSH-2.0-OpenSSH_9.2\r\n", .statusLine), ("\0\u{1}\u{2}", .statusLine),
        ("HTTP/1.1 200 OK\r\nA\u{1}: b\r\n\r\n", .field),
    ])
    func `an answer that lies about itself is refused`(text: String, fault: AnswerFault) throws {
        #expect(try outcome([.send(text), .wait]) == failure(.malformed(fault)))
    }

    @Test(arguments: [-1, 0, 1])
    func `the content of an answer is bounded, whatever its framing`(excess: Int) throws {
        let body = String(repeating: "x", count: 1000 + excess)
        let chunk = "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
        for steps in [
            StandInServer.answer(body),
            [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)")],
        ] {
            let outcome = try outcome(steps)
            if excess <= 0 {
                #expect(try outcome.get().body.count == body.utf8.count)
            } else {
                #expect(outcome == failure(.tooLarge(bytesMax: 1000)))
            }
        }
    }

    @Test func `heads and contents that never end are given up early`() throws {
        let field = "X: \(String(repeating: "x", count: 900))\r\n"
        #expect(
            try outcome([.send("HTTP/1.1 200 OK\r\n"), .flood(field)])
                == failure(.tooLarge(bytesMax: 16_384)))
        #expect(
            try outcome([
                .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                .flood("5\r\nhello\r\n"),
            ]) == failure(.tooLarge(bytesMax: 1000)))
    }

    @Test func `a server that is slow is given up when the time is over, also while it drips`()
        throws
    {
        let content = String(repeating: "x", count: 500)
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n\(content)"
        for steps in [[.wait], [.drip(text, everyMilliseconds: 5)]] as [[StandInServer.Step]] {
            let start = Clock.monotonicNanoseconds()
            #expect(
                try outcome(steps, timeoutMilliseconds: 300)
                    == failure(.timedOut(milliseconds: 300)))
            #expect(Clock.monotonicNanoseconds() - start < 2_000_000_000)
        }
    }

    @Test(arguments: ["", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"])
    func `a server that closes early has given no answer`(text: String) throws {
        let steps: [StandInServer.Step] = text.isEmpty ? [] : [.send(text)]
        #expect(try outcome(steps) == failure(.ended(receivedBytes: text.utf8.count)))
    }

    @Test func `a redirect is an answer, and is not followed`() throws {
        let other = try StandInServer { _ in StandInServer.answer("") }
        let answer = try outcome(
            StandInServer.answer(
                "", "302 Found", fields: "Location: http://127.0.0.1:\(other.port)/\r\n"))
        #expect(try answer.get().status == 302)
        #expect(other.requests.isEmpty)
    }

    // TLS.

    @Test func `over TLS the server proves its name`() throws {
        let authority = try TestAuthority.shared.get()
        let server = try StandInServer(tls: authority.serverContext()) { _ in
            StandInServer.answer("{}")
        }
        let client = try client(server, authority: authority.path, allowsHTTP: false)
        for host in ["127.0.0.1", "localhost"] {
            #expect(try client.ask(request(server, "https", host: host)).status == 200)
        }
        #expect(throws: OutgoingError.plainHTTP) { try client.ask(request(server)) }
    }

    @Test func `a certificate that proves nothing is refused, and nothing is sent`() throws {
        let authority = try TestAuthority.shared.get()
        let other = try TestAuthority(subject: "/CN=Other CA")
        let expired = try authority.certificate("outgoing-expired", days: -1)
        let tables: [(TLSContext, String?, String, TLSFailure)] = [
            (
                try TLSContext(serving: expired.identity()), authority.path, "localhost",
                .expiredCertificate
            ),
            (try authority.serverContext(), other.path, "localhost", .unknownAuthority),
            (try authority.serverContext(), nil, "localhost", .unknownAuthority),
            (try authority.serverContext(), authority.path, "127.1", .wrongName),
        ]
        for (context, path, host, expected) in tables {
            let server = try StandInServer(tls: context) { _ in StandInServer.answer("") }
            #expect(throws: OutgoingError.exchange(host: host, .tls(expected))) {
                try client(server, authority: path).ask(request(server, "https", host: host))
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `plain HTTP on a port for HTTPS fails the handshake`() throws {
        // It answers as a server does that cannot read a greeting of TLS.
        let listener = try ScriptedServer()
        let client = OutgoingClient(
            "test",
            rules: OutgoingRules(
                networks: [try #require(OutgoingClientTests.loopback)], ports: [listener.port]),
            trust: OutgoingTrust(path: nil))
        let url = try OutgoingURL("https://127.0.0.1:\(listener.port)/")
        let answers = Answers<Result<ClientAnswer, OutgoingError>>()
        client.send(
            OutgoingRequest(.get, url, timeoutMilliseconds: 20_000, answerBytesMax: 1)
        ) { answers.add($0) }
        try eventually("the client comes") { try listener.accept() }
        try listener.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        let answer = try answers.wait()
        guard case .failure(.exchange("127.0.0.1", .tls)) = answer else {
            Issue.record("another outcome: \(answer)")
            return
        }
    }

    @Test func `authorities that cannot be read are reported, and read again when they change`()
        throws
    {
        let authority = try TestAuthority.shared.get()
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "ca.pem")
        let server = try StandInServer(tls: authority.serverContext()) { _ in
            StandInServer.answer("")
        }
        let client = try client(server, authority: path)
        let request = try request(server, "https")
        #expect(throws: OutgoingError.self) { try client.ask(request) }
        try "nothing".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: OutgoingError.trust(.unusable(path: path, .noAuthority))) {
            try client.ask(request)
        }
        let text = String(
            decoding: try Files.read(authority.path, bytesMax: 1 << 17), as: UTF8.self)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try client.ask(request).status == 200)
    }

    // Where requests go.

    @Test func `a name with one address that is not public is refused, whatever the others are`()
        throws
    {
        let server = try StandInServer { _ in StandInServer.answer("") }
        for hosts in [["8.8.8.8", "127.0.0.1"], ["127.0.0.1"], ["1.1.1.1", "::ffff:10.0.0.1"]] {
            let lookup = HostLookup { (_, port) throws(ResolutionError) in
                var addresses: [SocketAddress] = []
                for host in hosts {
                    addresses += try SocketAddress.resolve(
                        host: host, port: port, numericOnly: true)
                }
                return addresses
            }
            #expect(throws: OutgoingError.address(host: "idp.example")) {
                try client(server, networks: [], lookup: lookup)
                    .ask(request(server, host: "idp.example"))
            }
        }
        #expect(server.requests.isEmpty)
    }

    @Test func `the address that was judged is the one that is connected to`() throws {
        let server = try StandInServer { _ in StandInServer.answer("") }
        let lookups = Answers<String>()
        let lookup = HostLookup { (host, port) throws(ResolutionError) in
            lookups.add(host)
            // A second lookup would lead elsewhere.
            return try SocketAddress.resolve(
                host: lookups.count == 1 ? "127.0.0.1" : "127.0.0.2", port: port,
                numericOnly: true)
        }
        let answer = try client(server, lookup: lookup)
            .ask(request(server, host: "idp.example"))
        #expect(answer.status == 200 && lookups.all == ["idp.example"])
        #expect(server.requests[0].contains("Host: idp.example:\(server.port)\r\n"))
    }

    @Test func `a lookup that hangs does not hang the caller, and is not begun twice`() throws {
        let server = try StandInServer { _ in StandInServer.answer("") }
        let released = Answers<Void>()
        let lookups = Answers<String>()
        let lookup = HostLookup { (host, port) throws(ResolutionError) in
            lookups.add(host)
            if lookups.count == 1 { while released.count == 0 { _ = poll(nil, 0, 2) } }
            return try SocketAddress.resolve(host: "127.0.0.1", port: port, numericOnly: true)
        }
        let client = try client(server, lookup: lookup)
        let request = try request(server, host: "slow", timeoutMilliseconds: 100)
        #expect(
            throws: OutgoingError.resolution(
                ResolutionError(host: "slow", reason: "no address within 100 ms"))
        ) { try client.ask(request) }
        #expect(
            throws: OutgoingError.resolution(
                ResolutionError(host: "slow", reason: "an earlier lookup has not ended"))
        ) { try client.ask(request) }
        #expect(lookups.count == 1)
        released.add(())
        try eventually("lookups work again") { (try? client.ask(request)) != nil }
    }

    @Test func `a port that is not configured is refused, and no error holds the query`() throws {
        let server = try StandInServer { _ in [] }
        let client = OutgoingClient(
            "test", rules: OutgoingRules(networks: [], ports: [443]),
            trust: OutgoingTrust(path: nil))
        let request = try request(server, "https")
        let error = #expect(throws: OutgoingError.port(server.port, expected: [443])) {
            try client.ask(request)
        }
        #expect(error?.description.contains("secret") == false)
        let others = [try outcome([]), try outcome([.send("x")])]
        for other in others {
            guard case .failure(let error) = other else { continue }
            #expect(!"\(error)".contains("secret") && "\(error)".hasPrefix("127.0.0.1: "))
        }
    }

    @Test(arguments: ["a\r\nX: y", "a\u{7F}", "ä"])
    func `a field that would break the head is refused`(value: String) throws {
        let server = try StandInServer { _ in [] }
        let request = OutgoingRequest(
            .get, try OutgoingURL("http://127.0.0.1:\(server.port)/"),
            fields: [ClientField("If-None-Match", value)], timeoutMilliseconds: 1000,
            answerBytesMax: 1)
        #expect(throws: OutgoingError.unusableField("If-None-Match")) {
            try client(server).ask(request)
        }
        #expect(server.requests.isEmpty)
    }

    @Test(
        arguments: [
            ("max-age=600", 600), ("public, Max-Age = \"60\"", 60), ("max-age=60, max-age=30", 30),
            ("no-store", 0), ("max-age=600, no-cache", 0), ("max-age=x", nil), ("", nil),
            ("s-maxage=5", nil), ("max-age", nil), ("max-age=-1", nil),
        ] as [(String, Int64?)])
    func `the age that an answer allows is read`(value: String, age: Int64?) {
        let answer = ClientAnswer(
            status: 200, fields: [ClientField("cache-control", value)], body: [])
        #expect(answer.maxAgeSeconds == age)
    }
}
