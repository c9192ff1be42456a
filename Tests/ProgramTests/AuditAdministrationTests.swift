import AuditLog
import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// What administrators do is in the audit log before it is carried out, or is not carried out.
    @Suite(.enabled(if: TestDisk.hasFileDisks, "needs root, the right to mount, loop devices"))
    struct AuditAdministrationTests {
        private let versions: ModelVersions
        private let disk: TestDisk
        private let audited: AuditedChurnd
        private let token: String

        init() throws {
            versions = try ModelVersions(["1", "2"], from: .logistic)
            disk = try TestDisk(.ext4, kibibytes: 8_192)
            audited = try AuditedChurnd(
                [
                    "model.path": versions.path, "model.watch": "0", "audit.sync": "always",
                    "audit.deadline": "400",
                ], directory: disk.path(of: "audit"))
            token = try TokenFactory().token("alice", id: "the-id")
        }

        private static let revoke = HTTPRequest.operations(
            "POST", "/admin/tokens/revoke", body: #"{"jti":"the-id","seconds":60}"#)
        private static let unrevoke = HTTPRequest.operations(
            "POST", "/admin/tokens/unrevoke", body: #"{"jti":"the-id"}"#)

        private func expectUnchanged(_ request: HTTPRequest) throws {
            let answer = try audited.churnd.operations(request)
            #expect(answer.status == 503, "\(request.target)")
            #expect(answer["Retry-After"] == "1")
            #expect(
                answer.detail
                    == "Nothing was changed: the audit log cannot be written now; try again")
        }

        /// The status of a prediction, once the log is written again.
        private func predicted() throws -> Int? {
            try eventually("health passes") {
                try audited.churnd.client().exchange(.get("/health")).status == 200
            }
            return try audited.churnd.client().exchange(.predict(token: token)).status
        }

        private func revoked() throws {
            #expect(try audited.churnd.operations(Self.revoke).status == 200)
        }

        /// Each with the file made immutable: a write comes back with an error.
        @Test func `with a log that cannot be written nothing is changed, and 503 says so`() throws
        {
            let segment = try audited.segments()[0]
            func whileUnwritable(_ body: () throws -> Void) throws {
                try disk.set(immutable: true, segment)
                defer { try? disk.set(immutable: false, segment) }
                try body()
            }
            try whileUnwritable {
                try expectUnchanged(Self.revoke)
                try expectUnchanged(.activate("2"))
                #expect(try versions.active() == "1\n")
                // churnctl reports it in the same words.
                let address = audited.churnd.operationsAddress ?? ""
                let child = try ChildProcess(
                    BuiltProgram.churnctl,
                    ["model", "activate", "2", "--operations", address])
                #expect(try child.waitForExit() == .code(1))
                #expect(
                    child.errors.contains(
                        "Nothing was changed: the audit log cannot be written now; try again"))
            }
            #expect(try predicted() != 401, "it is not revoked")
            #expect(try audited.churnd.operations(.activate("2")).status == 200)
            try revoked()
            try whileUnwritable {
                try expectUnchanged(Self.unrevoke)
                try expectUnchanged(.rollback)
                #expect(try versions.active() == "2\n1\n")
            }
            #expect(try predicted() == 401, "it is revoked")
            #expect(try audited.churnd.operations(Self.unrevoke).status == 200)
            #expect(try audited.churnd.operations(.rollback).status == 200)
            try audited.end()
            let actions = try (audited.records(.model) + audited.records(.revocation))
            #expect(
                actions.map { $0.text("action") } == ["activate", "rollback", "revoke", "unrevoke"])
            #expect(actions.allSatisfy { $0["result"] == nil })
            #expect(try audited.verify().exit == .code(0))
        }

        @Test func `a record that comes too late is taken back by another one`() throws {
            do {
                try disk.freeze()
                defer { try? disk.thaw() }
                try expectUnchanged(Self.revoke)
                try expectUnchanged(.activate("2"))
            }
            #expect(try predicted() != 401, "it is not revoked")
            #expect(try versions.active() == "1\n")
            _ = try audited.records(.revocation, count: 2)
            try eventually("both are taken back") {
                try audited.records().filter { $0.text("result") == "not-done" }.count
                    == (try audited.records(.revocation) + audited.records(.model)).count / 2
            }
            try audited.end()
            for event in [AuditEvent.revocation, .model] {
                // A command that the log refused while it was stuck has no record at all.
                let results = try audited.records(event).map { $0.text("result") }
                #expect(results == [nil, "not-done"] || event == .model && results == [])
            }
            #expect(try audited.verify().exit == .code(0))
        }

        @Test func `over a Unix socket a record names user and process of its other end`() throws {
            try revoked()
            #expect(try audited.churnd.operations(.activate("2")).status == 200)
            let address = audited.churnd.operationsAddress ?? ""
            let child = try ChildProcess(
                BuiltProgram.churnctl, ["model", "rollback", "--operations", address])
            #expect(try child.waitForExit() == .code(0), "\(child.errors)")
            let own = try #require(try audited.records(.revocation).first)
            #expect(own["peer_uid"]?.asNumber == Double(getuid()))
            #expect(own["peer_pid"]?.asNumber == Double(getpid()))
            let models = try audited.records(.model)
            #expect(
                models.map { $0["peer_uid"]?.asNumber } == [Double(getuid()), Double(getuid())])
            #expect(models.last?["peer_pid"]?.asNumber == Double(child.processID))
            try audited.end()
            #expect(try audited.verify().exit == .code(0))
        }
    }
}
