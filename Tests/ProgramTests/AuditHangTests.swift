import AuditLog
import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// The end of a churnd whose audit disk does not come back. A frozen file system would do, but
    /// keeps the dead process in the kernel's table until it is thawed; a delay by strace does not.
    @Suite(.enabled(if: FaultInjection.isPossible, "needs strace"), .serialized)
    struct AuditHangTests {
        private static let failed = "ended without closing the audit log: its disk does not answer"
        private let directory: TemporaryDirectory
        private let log: AuditedChurnd
        private let token: String

        init() throws {
            directory = try TemporaryDirectory()
            // Makes the file that will hang.
            log = try AuditedChurnd()
            try log.end()
            token = try TokenFactory().token("alice")
        }

        /// A churnd whose audit log hangs for good once it has written a few records.
        private func start(sync: String, _ flags: [String]) throws -> FaultInjection {
            try FaultInjection(
                BuiltProgram.churnd,
                AuditedChurnd.arguments(directory: log.directory)
                    .filter { !$0.hasPrefix("--operations.listen=") }
                    + ["--operations.listen=unix:\(directory.path(of: "socket"))"]
                    + ["--audit.sync=\(sync)", "--audit.deadline=300", "--http.reactors=1"] + flags,
                environment: AuditedChurnd.secrets,
                failing: sync == "none" ? "write" : "fdatasync", of: try log.segments()[0],
                in: directory, how: "delay_enter=120000000:when=2+")
        }

        /// Predicts until that hangs: the event loop too, with audit.sync = none.
        private func hang(_ churnd: FaultInjection) throws {
            let port = try ChurndProcess.portWhenListening(churnd.child)
            for index in 0..<100 {
                let client = try ClientSocket(port: port, seconds: 3)
                let answer = try? client.exchange(
                    .predict(token: token, requestID: "r-\(index)"))
                if answer?.status != 200 { return }
            }
            throw NeverHappened(what: "the disk hangs")
        }

        private func messages(_ churnd: FaultInjection) -> [String] {
            ChurndProcess.logLines(churnd.child).compactMap { $0.text("message") }
        }

        @Test(arguments: ["none", "interval", "always"])
        func `a disk that hangs is logged once, and does not hold up the end`(
            sync: String
        ) throws {
            let churnd = try start(sync: sync, ["--drain.timeout=1", "--audit.interval=0.01"])
            defer { try? churnd.signal(SIGKILL) }
            try hang(churnd)
            let stuck = "the audit log's disk does not answer: predictions get 503"
            try eventually("it is logged") { messages(churnd).contains(stuck) }
            // Operators see it, whatever hangs.
            let operations = try ClientSocket(unixPath: directory.path(of: "socket"), seconds: 5)
            #expect(try operations.exchange(.get("/health")).status == 503)
            let metrics = MetricSamples(try operations.exchange(.get("/metrics")).text)
            #expect(metrics["churnd_audit_up"] == 0)
            #expect(metrics["churnd_audit_failures_total"] ?? 0 > 0)
            try churnd.signal(SIGTERM)
            // Ten seconds were waited for the disk beside drain.timeout.
            try eventually("it ends", within: 8) { try churnd.exitCode() != nil }
            #expect(try churnd.exitCode() == 1)
            let lines = ChurndProcess.logLines(churnd.child)
            #expect(lines.filter { $0.text("message") == stuck }.count == 1)
            let last = try #require(lines.last)
            #expect(last.text("level") == "error")
            #expect(last.text("message")?.hasPrefix(AuditHangTests.failed) == true)
            #expect(last.text("undone")?.hasPrefix("audit log: a stop record, ") == true)
        }

        @Test(arguments: ["none", "always"])
        func `a second signal ends it although the disk hangs`(sync: String) throws {
            let churnd = try start(sync: sync, ["--drain.timeout=300"])
            defer { try? churnd.signal(SIGKILL) }
            try hang(churnd)
            try churnd.signal(SIGTERM)
            try eventually("it drains") { messages(churnd).contains("draining") }
            // Whatever comes shortly after the first may be a supervisor's repetition of it.
            try eventually("it ends", within: 8) {
                try churnd.signal(SIGTERM)
                return try churnd.exitCode() != nil
            }
            #expect(try churnd.exitCode() == 1)
        }
    }
}
