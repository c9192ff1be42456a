import AuditLog
import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// Where requests come from, in the log and in the audit log.
    @Suite struct PeerTests {
        private let tokens = TokenFactory()

        @Test func `each line of a request has the address of its peer, without a port`() throws {
            let churnd = try ChurndProcess()
            let token = try tokens.token("alice")
            for source in [1, 2, 77] as [UInt8] {
                let client = try ClientSocket(port: churnd.port, source: source)
                let forwarded = HTTPRequest.predict(token: token, requestID: "from-\(source)")
                    .with("X-Forwarded-For", "192.0.2.1").with("Forwarded", "for=192.0.2.1")
                #expect(try client.exchange(forwarded).status == 200)
                try client.send("GET / HTTP/9.9\r\nHost: a\r\n\r\n")
                #expect(try client.readAnswer().status == 505)
            }
            let lines = try churnd.log("request", count: 6)
            for source in [1, 2, 77] {
                let own = lines.filter { $0.text("peer") == "127.0.0.\(source)" }
                #expect(
                    own.map { $0["status"]?.asNumber }.sorted { $0 ?? 0 < $1 ?? 0 } == [200, 505])
                #expect(own.contains { $0.text("request_id") == "from-\(source)" })
            }
            #expect(!churnd.child.output.contains("192.0.2.1"))
        }

        @Test func `a client of a Unix socket has no address`() throws {
            let directory = try TemporaryDirectory()
            let churnd = try ChurndProcess(ChurndProcess.onSocket(in: directory))
            #expect(try churnd.operations(.get("/livez")).status == 200)
            #expect(try churnd.log("request", count: 1)[0]["peer"] == nil)
        }

        @Test func `predictions, refusals and what operators do are recorded with the peer`() throws
        {
            let versions = try ModelVersions.quick()
            let audited = try AuditedChurnd([
                "model.path": versions.path, "model.watch": "0", "quota.limit": "1",
                "operations.listen": "127.0.0.1:0",
            ])
            let port = audited.churnd.port
            let token = try tokens.token("alice")
            let client = try ClientSocket(port: port, source: 3)
            #expect(try client.exchange(.predict(token: token)).status == 200)
            let other = try ClientSocket(port: port, source: 4)
            #expect(try other.exchange(.predict(token: token)).status == 429)
            let administrator = try tokens.administrator()
            for request in [
                HTTPRequest.activate("2", token: administrator),
                .operations(
                    "POST", "/admin/tokens/revoke", token: administrator,
                    body: #"{"jti":"gone","seconds":60}"#),
            ] {
                let operations = try ClientSocket(
                    port: audited.churnd.operationsPort, source: 5)
                #expect(try operations.exchange(request).status == 200)
            }
            // By the process itself.
            audited.churnd.child.signal(SIGHUP)
            #expect(try audited.records(.prediction, count: 1)[0].text("peer") == "127.0.0.3")
            #expect(try audited.records(.refusal, count: 1)[0].text("peer") == "127.0.0.4")
            #expect(try audited.records(.revocation, count: 1)[0].text("peer") == "127.0.0.5")
            #expect(try audited.records(.model, count: 1)[0].text("peer") == "127.0.0.5")
            try audited.end()
            #expect(try audited.verify().exit == .code(0))
        }
    }

    /// Requests of which the head is known and the rest is not.
    @Suite struct RejectedBodyTests {
        @Test func `a request without its body counts as what its head says`() throws {
            let churnd = try ChurndProcess(["http.body_timeout": "0.2"])
            let head =
                "POST /predict?a=b HTTP/1.1\r\nHost: a\r\nX-Request-Id: the-id\r\n"
                + "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
            let chunked = head + "Transfer-Encoding: chunked\r\n\r\n"
            let trailers = (0..<100).map { "T\($0): \(String(repeating: "x", count: 60))\r\n" }
            let cases: [(text: String, status: Int)] = [
                (head + "Content-Length: 9\r\n\r\n{", 408), (chunked + "5\r\nab", 408),
                (chunked + "zz\r\n", 400), (chunked + "0\r\n" + trailers.joined(), 431),
                (head + "Content-Length: 20000\r\n\r\n", 413),
            ]
            for (text, status) in cases {
                let client = try churnd.client()
                try client.send(text)
                let answer = try client.readAnswer()
                #expect(answer.status == status)
                #expect(answer.closes)
                #expect(answer["X-Request-Id"] == "the-id")
                let trace = answer["traceparent"] ?? ""
                #expect(trace.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-"))
            }
            let lines = try churnd.log("request", count: cases.count)
            for line in lines {
                #expect(line.text("method") == "POST")
                #expect(line.text("route") == "/predict")
            }
            let metrics = try churnd.scrape()
            for (status, count) in [(408, "2"), (400, "1"), (431, "1"), (413, "1")] {
                let labels = #"method="POST",route="/predict",status="\#(status)""#
                #expect(
                    metrics["http_server_request_duration_seconds_count{\(labels)}"]
                        == Double(count))
            }
        }

        @Test func `a head that never became whole counts as none`() throws {
            let churnd = try ChurndProcess(["http.head_timeout": "0.2"])
            let client = try churnd.client()
            try client.send("POST /predict HTTP/1.1\r\nHost: a\r\n")
            #expect(try client.readAnswer().status == 408)
            let line = try churnd.log("request", count: 1)[0]
            #expect(line.text("method") == "none")
            #expect(line.text("route") == "none")
            #expect(line.text("peer") == "127.0.0.1")
        }

        @Test func `content without a length is not read as the next request`() throws {
            let churnd = try ChurndProcess()
            let good = try TokenFactory().token("alice")
            let hidden = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
            func head(_ method: String, _ path: String, _ fields: String = "") -> String {
                "\(method) \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
            }
            let cases: [(head: String, status: Int)] = [
                (head("POST", "/predict", "Authorization: Bearer \(good)\r\n"), 411),
                (head("POST", "/predict"), 411),
                (head("POST", "/predict", "Content-Type: text/plain\r\n"), 415),
                (head("POST", "/nowhere"), 404), (head("POST", "/health"), 405),
                (head("PUT", "/predict"), 405), (head("DELETE", "/predict"), 405),
                (head("OPTIONS", "*"), 404),
            ]
            for (head, status) in cases {
                let client = try churnd.client()
                try client.send(head + hidden)
                let answer = try client.readAnswer()
                #expect(answer.status == status)
                #expect(answer.closes, "\(head)")
                #expect(try client.readToEnd() == "", "\(head)")
            }
            // With a length, and where there can be none, the connection is kept.
            for (head, status) in [
                (head("POST", "/nowhere", "Content-Length: 0\r\n"), 404),
                (head("GET", "/nowhere"), 404),
                (head("HEAD", "/health"), 200),
            ] {
                let client = try churnd.client()
                try client.send(head)
                #expect(try client.readAnswer(toHEAD: head.hasPrefix("HEAD")).status == status)
                #expect(try client.exchange(.get("/health")).status == 200)
            }
        }

        @Test(arguments: [
            (" ", 200), ("  ", 200), ("      ", 200), ("\t", 401), (" \t", 401), ("", 401),
        ])
        func `any number of spaces stands between Bearer and the token`(
            between: String, status: Int
        ) throws {
            let churnd = try ChurndProcess()
            let token = try TokenFactory().token("alice")
            let request = HTTPRequest.predict(token: nil)
                .with("Authorization", "Bearer\(between)\(token)")
            #expect(try churnd.client().exchange(request).status == status)
        }
    }
}
