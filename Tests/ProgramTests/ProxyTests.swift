import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// churnd behind proxies, which 127.0.0.7 and its neighbours stand for.
    @Suite struct ProxyTests {
        private let tokens = TokenFactory()
        private let proxies = ["http.trusted_proxies": "127.0.0.7 127.0.1.0/24"]

        private func lines(_ churnd: ChurndProcess, _ count: Int) throws -> [JSONObject] {
            try churnd.log("request", count: count)
        }

        @Test func `the address is believed of a trusted proxy and of nobody else`() throws {
            let churnd = try ChurndProcess(proxies)
            let token = try tokens.token("alice")
            let cases: [(source: String, fields: [String], peer: String, proxy: String?)] = [
                ("127.0.0.7", ["192.0.2.1"], "192.0.2.1", "127.0.0.7"),
                ("127.0.0.7", ["192.0.2.9", "2001:db8::1, 127.0.1.5"], "2001:db8::1", "127.0.0.7"),
                ("127.0.0.7", [], "127.0.0.7", "127.0.0.7"),
                ("127.0.0.7", ["192.0.2.1, unknown"], "127.0.0.7", "127.0.0.7"),
                ("127.0.0.8", ["192.0.2.1"], "127.0.0.8", nil),
                ("127.0.0.1", ["127.0.0.7"], "127.0.0.1", nil),
            ]
            for (index, (source, fields, _, _)) in cases.enumerated() {
                let last = try #require(UInt8(source.split(separator: ".")[3]))
                let client = try ClientSocket(port: churnd.port, source: last)
                var request = HTTPRequest.predict(token: token, requestID: "case-\(index)")
                    .with("Forwarded", "for=198.51.100.1")
                for field in fields { request = request.with("X-Forwarded-For", field) }
                #expect(try client.exchange(request).status == 200)
            }
            let lines = try lines(churnd, cases.count)
            for (index, expected) in cases.enumerated() {
                let line = try #require(lines.first { $0.text("request_id") == "case-\(index)" })
                #expect(line.text("peer") == expected.peer, "\(expected)")
                #expect(line.text("proxy") == expected.proxy, "\(expected)")
            }
            #expect(!churnd.child.output.contains("198.51.100.1"))
        }

        @Test func `a folded field is refused and pipelined requests have addresses of their own`()
            throws
        {
            let churnd = try ChurndProcess(proxies)
            let client = try ClientSocket(port: churnd.port, source: 7)
            func get(_ address: String) -> String {
                "GET /livez HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \(address)\r\n\r\n"
            }
            try client.send((1...5).map { get("192.0.2.\($0)") }.joined() + get("192.0.2.6,\r\n 7"))
            for _ in 1...5 { #expect(try client.readAnswer().status == 200) }
            #expect(try client.readAnswer().status == 400)
            let peers = try lines(churnd, 6).map { $0.text("peer") }
            #expect(peers == (1...5).map { "192.0.2.\($0)" } + ["127.0.0.7"])
        }

        @Test func `a body that never came has the client's address`() throws {
            let churnd = try ChurndProcess(proxies.merging(["http.body_timeout": "0.2"]) { $1 })
            let client = try ClientSocket(port: churnd.port, source: 7)
            try client.send(
                "POST /predict HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n"
                    + "Content-Length: 9\r\n\r\n{")
            #expect(try client.readAnswer().status == 408)
            #expect(try lines(churnd, 1)[0].text("peer") == "192.0.2.1")
        }

        @Test func `a token that the proxy got over plain HTTP is refused unless that is meant`()
            throws
        {
            let token = try tokens.token("alice")
            for isMeant in [false, true] {
                let churnd = try ChurndProcess(
                    proxies.merging(["http.insecure": isMeant ? "on" : "off"]) { $1 })
                let proxy = try ClientSocket(port: churnd.port, source: 7)
                func status(_ scheme: String, token: String?) throws -> Int {
                    try proxy.exchange(
                        .predict(token: token).with("X-Forwarded-Proto", scheme)
                    ).status
                }
                #expect(try status("https", token: token) == 200)
                #expect(try status("http", token: token) == (isMeant ? 200 : 403))
                #expect(try status("http", token: "no token") == (isMeant ? 401 : 403))
                let health = HTTPRequest.get("/livez").with("X-Forwarded-Proto", "http")
                #expect(try proxy.exchange(health).status == 200)
                let direct = try ClientSocket(port: churnd.port, source: 8)
                let request = HTTPRequest.predict(token: token).with("X-Forwarded-Proto", "http")
                #expect(try direct.exchange(request).status == 200)
            }
        }

        @Test func `the connections of a proxy are not limited`() throws {
            let churnd = try ChurndProcess(
                proxies.merging(["http.connections_per_address": "2"]) { $1 })
            let connections = try (0..<5).map { _ in
                try ClientSocket(port: churnd.port, source: 7)
            }
            for proxy in connections { #expect(try proxy.exchange(.get("/livez")).status == 200) }
            let direct = try (0..<2).map { _ in try ClientSocket(port: churnd.port, source: 8) }
            for client in direct { #expect(try client.exchange(.get("/livez")).status == 200) }
            let third = try ClientSocket(port: churnd.port, source: 8)
            #expect(try third.readToEnd() == "")
            // What was not counted is not given back.
            connections.forEach { $0.close() }
            for client in direct { #expect(try client.exchange(.get("/livez")).status == 200) }
            let fourth = try ClientSocket(port: churnd.port, source: 8)
            #expect(try fourth.readToEnd() == "")
        }

        @Test func `records have the client's address and the proxy's`() throws {
            let audited = try AuditedChurnd(
                proxies.merging(["operations.listen": "127.0.0.1:0", "quota.limit": "1"]) { $1 })
            let token = try tokens.token("alice")
            let proxy = try ClientSocket(port: audited.churnd.port, source: 7)
            let request = HTTPRequest.predict(token: token).with("X-Forwarded-For", "2001:db8::1")
            #expect(try proxy.exchange(request).status == 200)
            #expect(try proxy.exchange(request).status == 429)
            let operations = try ClientSocket(port: audited.churnd.operationsPort, source: 7)
            let revocation = HTTPRequest.operations(
                "POST", "/admin/tokens/revoke", token: try tokens.administrator(),
                body: #"{"jti":"gone","seconds":60}"#)
            #expect(
                try operations.exchange(revocation.with("X-Forwarded-For", "192.0.2.1")).status
                    == 200)
            try audited.end()
            let records = try audited.records()
            for (event, peer) in [
                ("prediction", "2001:db8::1"), ("refusal", "2001:db8::1"),
                ("revocation", "192.0.2.1"),
            ] {
                let record = try #require(records.first { $0.text("event") == event })
                #expect(record.text("peer") == peer)
                #expect(record.text("proxy") == "127.0.0.7")
            }
            #expect(try audited.verify().exit == .code(0))
        }

        @Test(arguments: [
            "", "10.0.0.1/8", "10.0.0.0/33", "proxy.example", "10.0.0.1,10.0.0.2",
            "10.0.0.1  10.0.0.2", "::ffff:10.0.0.1", "::ffff:0:0/96",
            (0..<65).map { "10.0.0.\($0)" }.joined(separator: " "),
        ])
        func `what is no list of proxies stops the start`(text: String) throws {
            let settings = ChurndProcess.settings(
                redisPort: nil, ["http.trusted_proxies": text])
            let child = try ChildProcess(
                BuiltProgram.churnd, settings.map { "--\($0.key)=\($0.value)" },
                environment: ["JWT_SECRET": ChurndProcess.secret])
            #expect(try child.waitForExit() == .code(78))
            #expect(child.errors.contains("http.trusted_proxies"), "\(child.errors)")
        }
    }
}
