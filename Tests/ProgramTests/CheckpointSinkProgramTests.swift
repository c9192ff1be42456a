import AuditLog
import Foundation
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// A log that is cut off after its checkpoint was delivered.
    @Suite struct CheckpointSinkProgramTests {
        private let sink: RemoteService

        init() throws { sink = try RemoteService() }

        /// Leaves the first `count` records, and the checkpoints that count no more.
        private func cut(_ audited: AuditedChurnd, to count: Int) throws {
            for (path, kept) in [
                (try audited.segments()[0], count), ("\(audited.directory)/checkpoints.jsonl", 1),
            ] {
                let lines = try String(contentsOfFile: path, encoding: .utf8)
                    .split(separator: "\n")
                try (lines.prefix(kept).joined(separator: "\n") + "\n").write(
                    toFile: path, atomically: false, encoding: .utf8)
            }
        }

        @Test func `a log cut off with its checkpoints fails against what the sink has`() throws {
            sink.answer(StandInServer.answer("", "204 No Content"))
            try sink.comeBack()
            let audited = try AuditedChurnd(
                sink.settings.merging([
                    "audit.checkpoint_url": "https://localhost:\(sink.port)/"
                ]) { $1 })
            let client = try ClientSocket(port: audited.churnd.port)
            let token = try TokenFactory().token("acme")
            for _ in 0..<3 {
                #expect(try client.exchange(.predict(token: token)).status == 200)
            }
            try audited.end()
            let request = try #require(sink.requests.last)
            let text = try #require(request.split(separator: "\r\n\r\n").last)
            let body = Array(text.utf8)
            let kept = try #require(try JSONValue(parsing: body.span).asObject)
            #expect(text.hasPrefix(#"{"log":""#) && text.contains(#","count":5,"#))
            let checkpoint = "5:\(kept.text("hash") ?? "")"
            let options = ["--checkpoint", checkpoint, "--log", kept.text("log") ?? ""]
            func verify(_ options: [String]) throws -> (ChildProcess.Exit, String) {
                let child = try ChildProcess(
                    BuiltProgram.churnctl, ["audit", "verify"] + options + [audited.directory],
                    environment: AuditedChurnd.environment)
                return (try child.waitForExit(), child.output)
            }
            let whole = try verify(options)
            #expect(whole.0 == .code(0), "\(whole.1)")
            try cut(audited, to: 2)
            // The log alone does not show it.
            #expect(try verify([]).0 == .code(0))
            let found = try verify(options)
            #expect(found.0 == .code(1))
            let wanted =
                "records 3 to 5 are missing: the log is truncated, the given checkpoint counts 5"
            #expect(found.1.contains(wanted), "\(found.1)")
        }
    }
}
