import AuditLog
import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// What strangers can take away with many connections.
    @Suite struct CrowdTests {
        @Test func `silent connections lock no caller out`() throws {
            let churnd = try ChurndProcess(["http.connections": "100"])
            let silent = try (0..<300).map { _ in try churnd.client() }
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            for _ in 0..<10 { #expect(try churnd.client().exchange(request).status == 200) }
            try eventually("those beyond the limit are closed") {
                silent.count(where: \.hasNews) >= 200
            }
            let name =
                #"churnd_connections_dropped_total{listener="public",reason="displaced"}"#
            let displaced = try churnd.scrape()[name] ?? 0
            #expect(displaced >= 200)
        }

        @Test func `an address has its share of the connections`() throws {
            let churnd = try ChurndProcess(["http.connections_per_address": "3"])
            let clients = try (0..<3).map { _ in
                let client = try churnd.client()
                #expect(try client.exchange(.get("/livez")).status == 200)
                return client
            }
            #expect(try churnd.client().readToEnd() == "")
            let other = try ClientSocket(port: churnd.port, source: 9)
            #expect(try other.exchange(.get("/livez")).status == 200)
            for client in clients { #expect(try client.exchange(.get("/livez")).status == 200) }
            let name =
                #"churnd_connections_dropped_total{listener="public",reason="address_share"}"#
            #expect(try churnd.scrape()[name] == 1)
        }

        @Test func `silent connections delay no operator`() throws {
            let churnd = try ChurndProcess()
            let silent = try (0..<400).map { _ in try churnd.operationsClient() }
            let begun = Clock.monotonicNanoseconds()
            for _ in 0..<5 { #expect(try churnd.operations(.get("/metrics")).status == 200) }
            // Before any of the silent ones is closed for its silence.
            #expect(Clock.monotonicNanoseconds() - begun < 4_500_000_000)
            let name =
                #"churnd_connections_dropped_total{listener="operations",reason="displaced"}"#
            let displaced = try churnd.scrape()[name] ?? 0
            #expect(displaced > 0)
            #expect(silent.count == 400)
        }

        @Test func `who asks is judged before what is asked, whatever the body is`() throws {
            let churnd = try ChurndProcess()
            let plain = try TokenFactory().token("alice")
            let bodies = [
                "{", "[]", #"{"version":"1"}"#, String(repeating: "[", count: 16_000),
                String(repeating: " ", count: 16_385), "{\"jti\":\"a\",\"jti\":\"b\"}", "\u{0}",
            ]
            for path in ["models/activate", "models/rollback", "tokens/revoke", "tokens/unrevoke"] {
                for body in bodies {
                    for (token, status) in [(nil, 401), ("a.b.c", 401), (plain, 403)] {
                        let request = HTTPRequest.operations(
                            "POST", "/admin/\(path)", token: token, body: body)
                        for request in [request, request.with("Content-Encoding", "gzip")] {
                            #expect(try churnd.operations(request).status == status)
                        }
                    }
                }
                let unframed = HTTPRequest.operations("POST", "/admin/\(path)", body: nil)
                #expect(try churnd.operations(unframed).status == 401)
            }
        }

        /// Starts a churnd that can have no more than so many descriptors.
        private func start(descriptors: Int, _ arguments: [String]) throws -> ChildProcess {
            let command = "ulimit -n \(descriptors) && exec '\(BuiltProgram.churnd)' \"$@\""
            return try ChildProcess(
                "/bin/bash", ["-c", command, "churnd"] + arguments,
                environment: [
                    "JWT_SECRET": ChurndProcess.secret, "AUDIT_KEY": AuditedChurnd.key,
                ])
        }

        @Test func `a limit of descriptors that leaves none for a connection is no start`() throws {
            let common = [
                "--store=memory", "--http.port=0", "--operations.listen=127.0.0.1:0",
                "--model.path=\(BuiltProgram.modelPath)", "--http.reactors=2",
            ]
            let child = try start(descriptors: 332, common)
            #expect(try child.waitForExit() == .code(1))
            #expect(child.errors.contains("descriptors is 332, expected more than 332"))
            let starts = try start(descriptors: 333, common)
            _ = try ChurndProcess.portWhenListening(starts)
            let warning = try #require(
                ChurndProcess.logLines(starts).first { $0.text("connections") != nil })
            #expect(warning.text("level") == "warning")
            #expect(warning.text("connections") == "1")
            #expect(warning.text("wanted") == "10332")
        }

        @Test func `strangers at the limit stop neither rotation, model nor operator`() throws {
            let versions = try ModelVersions.quick()
            let directory = try TemporaryDirectory()
            let log = directory.path(of: "audit")
            let socket = ChurndProcess.socketPath(in: directory)
            let child = try start(
                descriptors: 400,
                [
                    "--store=memory", "--http.port=0", "--operations.listen=unix:\(socket)",
                    "--model.path=\(versions.path)", "--model.watch=0.02", "--http.reactors=2",
                    "--audit.directory=\(log)", "--audit.segment_bytes=65536",
                    "--quota.limit=100000", "--store.subjects=100",
                ])
            let port = try ChurndProcess.portWhenListening(child)
            let caller = try ClientSocket(port: port, seconds: 20)
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice")).bytes
            let (beginning, end) = (Array(request.dropLast()), request.suffix(1))
            try caller.send(beginning)
            /// Ends the caller's request and begins the next, so that the connection never idles.
            func predict() throws {
                try caller.send(end + beginning)
                #expect(try caller.readAnswer().status == 200)
            }
            try predict()
            // None of them idles, so none gives way; and they are more than may be open.
            let strangers = try (0..<500).map { _ in
                let stranger = try ClientSocket(port: port)
                try stranger.send("GET / HT")
                return stranger
            }
            let fds = "/proc/\(child.processID)/fd"
            try eventually("the connections are used up") { try Files.names(in: fds).count > 68 }
            let files = AuditFiles(directory: log)
            var sent = 0
            try eventually("the audit log has rotated", within: 60) {
                for _ in 0..<20 { try predict() }
                sent += 20
                return try files.listing().segments.count > 2
            }
            #expect(sent > 100)
            for _ in 0..<300 {
                let operations = try ClientSocket(unixPath: socket)
                #expect(try operations.exchange(.get("/metrics")).status == 200)
            }
            let operations = try ClientSocket(unixPath: socket, seconds: 20)
            #expect(try operations.exchange(.activate("2")).status == 200)
            // And without an operator's doing.
            try versions.setActive("1\n")
            try eventually("the changed `active` is noticed") {
                ChurndProcess.logLines(child).contains { $0.text("trigger") == "watch" }
            }
            try predict()
            #expect(strangers.count == 500)
        }
    }
}
