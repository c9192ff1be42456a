import AuditLog
import Glibc
import JSON
import POSIX
import Synchronization
import TestSupport
import Testing

extension ProgramTests {
    /// The audit log of a churnd that crashes, or that another program changes.
    @Suite struct AuditFailureTests {
        private let token: String

        init() throws { token = try TokenFactory().token("alice") }

        private func names(_ records: [JSONObject]) -> [String] {
            records.compactMap { $0.text("request_id") }
        }

        /// One more prediction.
        private func predict(_ client: ClientSocket, _ name: String) throws -> HTTPAnswer {
            try client.exchange(.predict(token: token, requestID: name))
        }

        /// Slow: three rounds of load.
        @Test func `no answer is lost to the log when churnd is killed under load`() throws {
            let audited = try AuditedChurnd(["audit.segment_bytes": "65536"])
            var answered: Set<String> = []
            for round in 0..<3 {
                let port = audited.churnd.port
                let token = token
                let count = Mutex(0)
                let load = Running(4) { thread in
                    let client = try ClientSocket(port: port)
                    var names: [String] = []
                    while true {
                        let name = "\(round)-\(thread)-\(names.count)"
                        // The connection breaks when churnd is killed.
                        guard
                            let answer = try? client.exchange(
                                .predict(token: token, requestID: name))
                        else { return names }
                        guard answer.status == 200 else {
                            throw NeverHappened(what: "a prediction: \(answer.text)")
                        }
                        names.append(name)
                        count.withLock { $0 += 1 }
                    }
                }
                try eventually("there is load", within: 30) { count.withLock { $0 } > 150 }
                audited.churnd.child.signal(SIGKILL)
                for names in try load.values() { answered.formUnion(names) }
                #expect(try audited.churnd.child.waitForExit() == .signal(SIGKILL))
                let recorded = Set(names(try audited.records(.prediction)))
                #expect(answered.subtracting(recorded) == [])
                try audited.restart()
            }
            #expect(answered.count > 450)
            try audited.end()
            let found = try audited.verify()
            #expect(found.exit == .code(0), "\(found.output)")
            let events = try audited.events()
            #expect(events.filter { $0 == "start" }.count == 4)
            #expect(events.filter { $0 == "stop" }.count == 1)
        }

        @Test func `a record that was written in part is cut off, told and noted`() throws {
            let audited = try AuditedChurnd()
            let client = try audited.churnd.client()
            for name in ["one", "two", "three"] {
                #expect(try predict(client, name).status == 200)
            }
            audited.churnd.child.signal(SIGKILL)
            _ = try audited.churnd.child.waitForExit()
            // As far as the kernel came with the next one.
            let segment = try audited.segments()[0]
            let torn = Array(#"{"sequence":5,"time":"2026"#.utf8)
            try #require(try AppendFile(path: segment).write(torn.span) == torn.count)
            try audited.restart()
            let line = try audited.churnd.log(
                "the audit log's last record was not whole and has been cut off", count: 1)[0]
            #expect(line.text("level") == "warning")
            #expect(line.text("bytes") == "\(torn.count)")
            let start = try #require(try audited.records(.start).last)
            #expect(start["torn_bytes"]?.asNumber == Double(torn.count))
            #expect(start["sequence"]?.asNumber == 5)
            try audited.end()
            #expect(try audited.verify().exit == .code(0))
        }

        /// A thousand records want a checkpoint, and the disk fails when it is to be made durable.
        @Test(.enabled(if: FaultInjection.isPossible, "needs strace"))
        func `a checkpoint that was not made durable is written again and counted once`() throws {
            let audited = try AuditedChurnd(["audit.sync": "always"])
            try audited.end()
            let parent = try TemporaryDirectory()
            let checkpoints = AuditFiles(directory: audited.directory).checkpointsPath
            let churnd = try FaultInjection(
                BuiltProgram.churnd,
                AuditedChurnd.arguments(directory: audited.directory)
                    + ["--quota.limit=10000", "--store.subjects=10", "--audit.sync=always"],
                environment: AuditedChurnd.secrets,
                failing: "fdatasync", of: checkpoints, in: parent)
            defer { try? churnd.signal(SIGKILL) }
            let client = try ClientSocket(port: ChurndProcess.portWhenListening(churnd.child))
            // With the start they are a thousand, and nothing comes after them.
            for index in 0..<999 {
                #expect(try predict(client, "r-\(index)").status == 200)
            }
            // At the start it was the first that failed, and then there was nothing new to count.
            try eventually("a checkpoint is durable") {
                try churnd.results().last == "0" && churnd.results().count > 2
            }
            #expect(try churnd.results().filter { $0.contains("EIO") }.count >= 2)
            try churnd.signal(SIGTERM)
            #expect(try churnd.child.waitForExit(within: 20) == .code(0))
            let (exit, output) = try audited.verify()
            #expect(exit == .code(0), "\(output)")
        }

        @Test func `one log is for one churnd`() throws {
            let first = try AuditedChurnd()
            let told = try AuditedChurnd.refused(directory: first.directory)
            #expect(told == "churnd: audit log: \(first.directory): in use by another process\n")
            #expect(try predict(first.churnd.client(), "one").status == 200)
            try first.end()
            #expect(try first.events() == ["start", "prediction", "stop"])
        }

        @Test func `a file that somebody takes away is followed by another one`() throws {
            let audited = try AuditedChurnd()
            let client = try audited.churnd.client()
            #expect(try predict(client, "one").status == 200)
            let segment = try audited.segments()[0]
            try Directories.rename(segment, to: segment + ".away")
            var count = 0
            try eventually("there is a new file") {
                count += 1
                #expect(try predict(client, "more-\(count)").status == 200)
                return try !audited.segments().isEmpty
            }
            _ = try audited.churnd.log(
                "the audit log's file is gone, continuing in a new one", count: 1)
            // A search for the records finds them missing.
            #expect(try audited.verify().exit == .code(1))
            try Directories.rename(segment + ".away", to: segment)
            try audited.end()
            let found = try audited.verify()
            #expect(found.exit == .code(0), "\(found.output)")
            #expect(try audited.records(.prediction).count == count + 1)
        }

        @Test(arguments: ["none", "interval", "always"])
        func `with every way to sync an answer is in the file when it comes`(sync: String) throws {
            let audited = try AuditedChurnd(["audit.sync": sync, "audit.interval": "0.01"])
            let client = try audited.churnd.client()
            for index in 0..<20 {
                #expect(try predict(client, "name-\(index)").status == 200)
                #expect(
                    try audited.records(.prediction).last?.text("request_id") == "name-\(index)")
            }
            try audited.end()
            #expect(try audited.verify().exit == .code(0))
        }
    }
}
