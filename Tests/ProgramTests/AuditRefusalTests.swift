import AuditLog
import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// Callers that are refused again and again.
    @Suite struct AuditRefusalTests {
        private let tokens = TokenFactory()

        private func sum(_ audited: AuditedChurnd) throws -> Int {
            let counts = try audited.records(.refusals).compactMap { $0["count"]?.asNumber }
            return try audited.records(.refusal).count + Int(counts.reduce(0, +))
        }

        @Test(arguments: ["none", "interval"])
        func `a caller beyond its quota gets ten records and a count that is shown by its subject`(
            sync: String
        ) throws {
            let audited = try AuditedChurnd(["quota.limit": "1", "audit.sync": sync])
            let client = try audited.churnd.client()
            let token = try tokens.token("alice", id: "the-id")
            let request = HTTPRequest.predict(token: token)
            #expect(try client.exchange(request).status == 200)
            for _ in 0..<500 { #expect(try client.exchange(request).status == 429) }
            let revoked = try tokens.token("bob", id: "gone")
            #expect(
                try audited.churnd.operations(
                    .operations(
                        "POST", "/admin/tokens/revoke", body: #"{"jti":"gone","seconds":60}"#)
                ).status == 200)
            for _ in 0..<50 {
                #expect(try client.exchange(.predict(token: revoked)).status == 401)
            }
            for _ in 0..<20 { #expect(try client.exchange(.predict(token: nil)).status == 401) }
            try audited.end()
            #expect(try audited.records(.refusal).count == 20)
            #expect(try sum(audited) == 500 + 50 + 20)
            let counts = try audited.records(.refusals).filter { $0["subject"] != nil }
            #expect(counts.map { $0.text("reason") } == ["rate-limited", "token-revoked"])
            #expect(counts.map { $0.text("jti") } == ["the-id", "gone"])
            #expect(counts.map { $0["count"]?.asNumber } == [490, 40])
            let (exit, output) = try audited.verify()
            #expect(exit == .code(0), "\(output)")
            let (_, shown) = try audited.churnctl(
                "show", audited.directory, "--subject", "alice", "--reason", "rate-limited",
                "--event", "refusals")
            #expect(shown.split(separator: "\n").count == 1)
            #expect(shown.contains(#""count":490"#))
        }

        @Test func `the request log counts a flood too, and keeps the lines of others`() throws {
            let churnd = try ChurndProcess(
                ["log.refused_per_second": "20", "http.reactors": "1", "store.subjects": "10"])
            let client = try churnd.client()
            let token = try tokens.token("alice")
            for _ in 0..<2_000 { _ = try client.exchange(.predict(token: nil)) }
            for index in 0..<20 {
                let answer = try client.exchange(.predict(token: token, requestID: "own-\(index)"))
                #expect(answer.status == 200)
            }
            churnd.child.signal(SIGTERM)
            #expect(try churnd.child.waitForExit() == .code(0))
            let refused = churnd.log("request").filter { $0["status"]?.asNumber == 401 }
            let counts = churnd.log("requests")
            let counted = Int(counts.compactMap { $0["count"]?.asNumber }.reduce(0, +))
            #expect(refused.count + counted == 2_000)
            #expect(counted > 0)
            #expect(churnd.log("request").filter { $0["status"]?.asNumber == 200 }.count == 20)
        }
    }
}
