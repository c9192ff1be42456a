import Glibc
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// `Config/seccomp.json`: which calls churnd makes to the kernel.
    @Suite struct SeccompTests {
        private static let script = "\(ProjectPlaces.root)/Scripts/under-seccomp.py"
        private static let profile = "\(ProjectPlaces.root)/Config/seccomp.json"

        private let directory: TemporaryDirectory

        init() throws { directory = try TemporaryDirectory() }

        private func under(_ profile: String) -> [String] { [Self.script, profile] }

        /// The same, without capabilities and where only /tmp can be written. Each program becomes
        /// the next, so that signals reach churnd.
        private var confined: [String] {
            let mounts = "mount --rbind /tmp /tmp && mount -o remount,bind,ro /"
            let drop = "setpriv --bounding-set=-all --inh-caps=-all --no-new-privs"
            return [
                "/usr/bin/unshare", "--map-root-user", "--mount", "sh", "-c",
                "\(mounts) && exec \(drop) \"$@\"", "sh",
            ] + under(Self.profile)
        }

        @Test func `churnd needs no capability, no other call and no root that it can write`()
            throws
        {
            let authority = try TestAuthority.shared.get()
            let redis = try RedisServer()
            let versions = try ModelVersions(["1", "2"], from: .logistic)
            var flags = try authority.serverFlags().merging(
                ChurndProcess.onSocket(in: directory)
            ) { $1 }
            flags["model.path"] = versions.path
            flags["audit.directory"] = directory.path(of: "audit")
            flags["audit.sync"] = "always"
            flags["audit.segment_bytes"] = "65536"
            flags["roles.path"] = "\(ProjectPlaces.root)/Config/roles.conf"
            flags["redis.url"] = "redis://localhost:\(redis.port)"
            let churnd = try ChurndProcess(
                redisPort: redis.port, flags,
                environment: ["AUDIT_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"],
                by: confined)
            func predict() throws -> ChildProcess {
                let token = try TokenFactory().token("alice", scope: "predict")
                let curl = try ChildProcess(
                    "/usr/bin/curl",
                    [
                        "-sS", "--cacert", authority.path, "-H", "Authorization: Bearer \(token)",
                        "-H", "Content-Type: application/json", "-d", Customer.valid.json, "-w",
                        "%{http_code}", "https://localhost:\(churnd.port)/predict",
                    ])
                _ = try curl.waitForExit()
                return curl
            }
            #expect(try predict().output.hasSuffix("200"))
            #expect(try churnd.operations(.activate("2")).status == 200)
            #expect(try churnd.operations(.rollback).status == 200)
            #expect(try churnd.operations(.get("/metrics")).status == 200)
            churnd.child.signal(SIGHUP)
            _ = try churnd.log("model unchanged", count: 1)
            #expect(try predict().output.hasSuffix("200"))
            redis.kill()
            try eventually("it is 503") { try predict().output.hasSuffix("503") }
            churnd.child.signal(SIGTERM)
            #expect(try churnd.child.waitForExit() == .code(0))
        }

        @Test func `a call that is taken out of the profile ends churnd`() throws {
            let profile = directory.path(of: "profile.json")
            let text = String(
                decoding: try Files.read(Self.profile, bytesMax: 1 << 16), as: UTF8.self)
            let less = text.replacing("\"accept4\", ", with: "")
            #expect(less != text)
            try Files.writeAtomically(Array(less.utf8).span, to: profile)
            let churnd = try ChurndProcess(by: under(profile))
            _ = try? churnd.client().exchange(.get("/livez"))
            #expect(try churnd.child.waitForExit() == .signal(SIGSYS))
        }

        @Test func `a check of health lives within the profile`() throws {
            let churnd = try ChurndProcess()
            let check = try ChildProcess(
                Self.script,
                [
                    Self.profile, BuiltProgram.churnd, "--check-live",
                    "--http.port=\(churnd.port)", "--store=memory",
                ], environment: ["JWT_SECRET": ChurndProcess.secret])
            #expect(try check.waitForExit() == .code(0), "\(check.errors)")
        }
    }
}
