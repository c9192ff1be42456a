import AuditLog
import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// The audit log on file systems that are mounted for the test.
    @Suite(.enabled(if: TestDisk.hasMemoryDisks, "needs root and the right to mount a tmpfs"))
    struct AuditDiskTests {
        private let token: String

        init() throws { token = try TokenFactory().token("alice") }

        private func predict(_ client: ClientSocket, _ name: String) throws -> HTTPAnswer {
            try client.exchange(.predict(token: token, requestID: name))
        }

        /// Takes all of a disk's room but for a page or two.
        private func fill(_ disk: TestDisk) throws {
            let filler = try AppendFile(path: disk.path(of: "filler"))
            for size in [1 << 20, 4096] {
                let piece = [UInt8](repeating: 0, count: size)
                while (try? filler.write(piece.span)) == size {}
            }
        }

        private func expectUnrecorded(_ answer: HTTPAnswer) {
            #expect(answer.status == 503)
            #expect(answer.problem == "unavailable")
            #expect(answer.detail == "The answer cannot be recorded now; try again")
            #expect(answer["Retry-After"] == "1")
        }

        /// What monitors see while nothing can be recorded, and what callers do who need no record.
        private func expectFailing(_ audited: AuditedChurnd, _ client: ClientSocket) throws {
            for path in ["/health", "/readyz"] {
                for answer in [
                    try client.exchange(.get(path)), try audited.churnd.operations(.get(path)),
                ] {
                    #expect(answer.status == 503)
                    let checks = answer.member("checks")?.asObject
                    let audit = checks?["audit"]?.asArray?.first?.asObject
                    #expect(audit?.text("status") == "fail")
                }
            }
            #expect(try client.exchange(.get("/livez")).status == 200)
            #expect(try client.exchange(.predict(token: nil)).status == 401)
            #expect(try client.exchange(.predict(token: token, body: "{}")).status == 422)
            let metrics = try audited.churnd.scrape()
            #expect(metrics["churnd_audit_up"] == 0)
            #expect(metrics["churnd_audit_failures_total"] ?? 0 > 0)
        }

        @Test func `a full disk fails predictions and costs no quota, until it has room again`()
            throws
        {
            let disk = try TestDisk(.tmpfs, kibibytes: 16_384)
            let audited = try AuditedChurnd(directory: disk.path(of: "audit"))
            let client = try audited.churnd.client()
            var names = ["first"]
            let before = try #require(try predict(client, "first").quota?.left)
            try fill(disk)
            var answer = try predict(client, "more-1")
            while answer.status == 200 {
                names.append("more-\(names.count)")
                try #require(names.count < 100)
                answer = try predict(client, "more-\(names.count)")
            }
            expectUnrecorded(answer)
            for index in 0..<50 { expectUnrecorded(try predict(client, "refused-\(index)")) }
            try expectFailing(audited, client)
            let failed = try audited.churnd.log(
                "the audit log cannot be written: predictions get 503", count: 1)
            #expect(failed[0].text("level") == "error")
            #expect(failed[0].text("reason")?.contains("No space left on device") == true)

            #expect(unlink(disk.path(of: "filler")) == 0)
            // Not asked for by a prediction, which would cost one.
            try eventually("health passes") { try client.exchange(.get("/health")).status == 200 }
            let after = try predict(client, "after")
            #expect(after.status == 200)
            // What was under way when the disk refused it was charged, and nothing after that.
            #expect(after.quota?.left == before - (names.count - 1) - 1 - 1)
            #expect(try audited.churnd.scrape()["churnd_audit_up"] == 1)
            #expect(try audited.churnd.log("the audit log is writable again", count: 1).count == 1)
            #expect(
                audited.churnd.log("the audit log cannot be written: predictions get 503").count
                    == 1)
            try audited.end()
            let recorded = try audited.records(.prediction).compactMap { $0.text("request_id") }
            #expect(recorded == names + ["after"])
            #expect(try audited.records(.resumed).count == 1)
            #expect(try audited.verify().exit == .code(0))
        }

        @Test func `a disk that is read-only when churnd starts is refused with one line`() throws {
            let disk = try TestDisk(.tmpfs, kibibytes: 1024)
            let audited = try AuditedChurnd(directory: disk.path(of: "audit"))
            try audited.end()
            try disk.remount("ro")
            let told = try AuditedChurnd.refused(directory: audited.directory)
            #expect(told.hasPrefix("churnd: audit log: \(audited.directory)"))
            #expect(told.hasSuffix("Read-only file system\n"))
            #expect(told.split(separator: "\n").count == 1)
            // What was written can be verified there.
            #expect(try audited.verify().exit == .code(0))
        }

        @Test(
            .enabled(if: TestDisk.hasFileDisks, "needs loop devices"),
            arguments: ["none", "always"])
        func `a file that may not be written any more fails predictions until it may`(
            sync: String
        ) throws {
            let disk = try TestDisk(.ext4, kibibytes: 4096)
            let audited = try AuditedChurnd(
                ["audit.sync": sync], directory: disk.path(of: "audit"))
            let client = try audited.churnd.client()
            #expect(try predict(client, "first").status == 200)
            let segment = try audited.segments()[0]
            do {
                try disk.set(immutable: true, segment)
                // Whatever happens here, the directory must be one that can be removed.
                defer { try? disk.set(immutable: false, segment) }
                for index in 0..<10 { expectUnrecorded(try predict(client, "refused-\(index)")) }
                try expectFailing(audited, client)
            }
            try eventually("health passes") { try client.exchange(.get("/health")).status == 200 }
            #expect(try predict(client, "after").status == 200)
            try audited.end()
            let recorded = try audited.records(.prediction).compactMap { $0.text("request_id") }
            #expect(recorded == ["first", "after"])
            #expect(try audited.verify().exit == .code(0))
        }

        @Test(.enabled(if: TestDisk.hasFileDisks, "needs loop devices"))
        func `a disk that hangs fails predictions after audit.deadline, and holds up nothing else`()
            throws
        {
            let disk = try TestDisk(.ext4, kibibytes: 4096)
            let audited = try AuditedChurnd(
                ["audit.sync": "always", "audit.deadline": "50"],
                directory: disk.path(of: "audit"))
            let client = try audited.churnd.client()
            try eventually("the disk is quick enough") {
                try predict(client, "first").status == 200
            }
            do {
                try disk.freeze()
                defer { try? disk.thaw() }
                expectUnrecorded(try predict(client, "hung"))
                #expect(try client.exchange(.get("/livez")).status == 200)
                try eventually("health fails") {
                    try client.exchange(.get("/health")).status == 503
                }
                _ = try audited.churnd.log(
                    "the audit log's disk does not answer: predictions get 503", count: 1)
                try expectFailing(audited, client)
            }
            try eventually("health passes") { try client.exchange(.get("/health")).status == 200 }
            try eventually("predictions are answered") {
                try predict(client, "after").status == 200
            }
            _ = try audited.churnd.log("the audit log is writable again", count: 1)
            try audited.end()
            #expect(try audited.records(.resumed).count >= 1)
            #expect(try audited.verify().exit == .code(0))
        }
    }
}
