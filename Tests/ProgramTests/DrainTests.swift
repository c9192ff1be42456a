import Glibc
import JSON
import POSIX
import Synchronization
import TestSupport
import Testing

extension ProgramTests {
    @Suite struct DrainTests {
        /// How a client's connection ended.
        private enum End: Equatable, Sendable {
            /// The last answer said `Connection: close`.
            case announced
            /// Closed between two requests, before anything new was sent.
            case idle
            /// A whole request was sent and no whole answer came.
            case lost(String)
        }

        @Test(arguments: [SIGTERM, SIGINT])
        func `a signal under load loses no request that was begun`(signal: CInt) throws {
            let deployment = try Deployment(["quota.limit": "100000"])
            let port = deployment.churnd.port
            let request = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            let answers = Mutex(0)
            let load = Running(50) { _ in
                let client = try ClientSocket(port: port, seconds: 30)
                while true {
                    if client.hasNews { return End.idle }
                    do {
                        let answer = try client.exchange(request)
                        guard answer.status == 200 else { return .lost("\(answer.status)") }
                        answers.withLock { $0 += 1 }
                        if answer["Connection"] == "close" {
                            return try client.readToEnd() == "" ? .announced : .lost("more")
                        }
                    } catch {
                        return .lost("\(error)")
                    }
                }
            }
            try eventually("there is load", within: 30) { answers.withLock { $0 } > 500 }
            deployment.churnd.child.signal(signal)
            let ends = try load.values()
            #expect(ends.filter { $0 != .announced && $0 != .idle } == [])
            #expect(ends.contains(.announced))
            #expect(try deployment.churnd.child.waitForExit() == .code(0))
            #expect(deployment.churnd.child.errors == "")
        }

        @Test func `while the drain is delayed readiness fails and predictions are served`() throws
        {
            let churnd = try ChurndProcess(["drain.delay": "1"])
            let client = try churnd.client()
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            #expect(try client.exchange(.get("/readyz")).status == 200)
            churnd.child.signal(SIGTERM)
            try eventually("readiness fails") { try client.exchange(.get("/readyz")).status == 503 }
            let later = try churnd.client()
            for client in [client, later] {
                let answer = try client.exchange(request)
                #expect(answer.status == 200)
                #expect(answer.values(of: "Connection") == [])
            }
            #expect(try client.exchange(.get("/health")).status == 200)
            #expect(try client.exchange(.get("/livez")).status == 200)
            #expect(try churnd.child.waitForExit(within: 10) == .code(0))
        }

        @Test func `new connections are refused while a request that was begun is finished`() throws
        {
            let churnd = try ChurndProcess()
            let client = try churnd.client()
            let idle = try churnd.client()
            #expect(try idle.exchange(.get("/livez")).status == 200)
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice")).bytes
            try client.send(Array(request.dropLast()))
            // The server has read it when it has answered what came later, one reactor or two.
            for _ in 0..<4 { #expect(try churnd.client().exchange(.get("/livez")).status == 200) }
            churnd.child.signal(SIGTERM)
            try eventually("new connections are refused") {
                do {
                    _ = try churnd.client()
                    return false
                } catch ClientSocket.Failure.refused(code: ECONNREFUSED) {
                    return true
                }
            }
            #expect(try idle.readToEnd() == "", "an idle connection is closed")
            #expect(churnd.child.ended == nil)
            try client.send([request[request.count - 1]])
            let answer = try client.readAnswer()
            #expect(answer.status == 200)
            #expect(answer["Connection"] == "close")
            #expect(try client.readToEnd() == "")
            client.close()
            #expect(try churnd.child.waitForExit(within: 10) == .code(0))
        }

        @Test(arguments: [
            // The body's own timeout ends it, or the drain's.
            (flags: ["http.body_timeout": "1"], isAnswered: true),
            (flags: ["http.body_timeout": "300", "drain.timeout": "1"], isAnswered: false),
        ])
        func `a client that never finishes its body does not keep it from ending`(
            flags: [String: String], isAnswered: Bool
        ) throws {
            let churnd = try ChurndProcess(flags)
            let client = try churnd.client()
            try client.send("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{")
            churnd.child.signal(SIGTERM)
            #expect(try churnd.child.waitForExit(within: 10) == .code(0))
            if isAnswered { #expect(try client.readAnswer().status == 408) }
        }

        @Test func `a second signal ends it at once`() throws {
            let churnd = try ChurndProcess(["http.body_timeout": "300", "drain.timeout": "300"])
            let client = try churnd.client()
            try client.send("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{")
            churnd.child.signal(SIGTERM)
            try eventually("it drains") {
                churnd.logLines.contains { $0["message"]?.asString == "draining" }
            }
            #expect(churnd.child.ended == nil)
            let began = Clock.monotonicNanoseconds()
            // Each is ignored until a second after the first.
            try eventually("a later signal ends it", within: 10) {
                churnd.child.signal(SIGTERM)
                return churnd.child.ended != nil
            }
            #expect(try churnd.child.waitForExit(within: 5) == .code(0))
            #expect(Clock.monotonicNanoseconds() - began < 4_000_000_000)
        }

        @Test(arguments: [[SIGTERM, SIGTERM], [SIGTERM, SIGINT, SIGTERM], [SIGINT, SIGINT]])
        func `a signal that comes twice loses no request in flight`(signals: [CInt]) throws {
            let churnd = try ChurndProcess()
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice")).bytes
            let clients = try (0..<20).map { _ in
                let client = try churnd.client()
                try client.send(Array(request.dropLast()))
                return client
            }
            for _ in 0..<4 { #expect(try churnd.client().exchange(.get("/livez")).status == 200) }
            for (count, signal) in signals.enumerated() {
                churnd.child.signal(signal)
                // Each has been heard before the next, else the kernel makes one of two.
                let message = "draining already: the repeated signal is ignored"
                try eventually("signal \(count) is heard") {
                    count == 0
                        ? !churnd.log("draining").isEmpty
                        : churnd.log(message).count == count || churnd.child.ended != nil
                }
            }
            for client in clients {
                try client.send([request[request.count - 1]])
                let answer = try client.readAnswer()
                #expect(answer.status == 200)
                #expect(answer.closes)
                client.close()
            }
            #expect(try churnd.child.waitForExit(within: 10) == .code(0))
            #expect(churnd.log("second signal: exiting without waiting for requests").isEmpty)
        }
    }
}
