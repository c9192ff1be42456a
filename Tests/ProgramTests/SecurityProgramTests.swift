import Glibc
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// Weak settings as the programs report them.
    @Suite struct SecurityProgramTests {
        private static let secret = "c0f3a91d7b2e486590ad1f4c3e8b7264"

        /// Flags and environment of a churnd without a weak setting, and where its files are.
        private final class Place {
            let directory: TemporaryDirectory
            let redis: RedisServer
            var flags: [String: String]
            var environment: [String: String]

            init() throws {
                directory = try TemporaryDirectory()
                redis = try RedisServer()
                let keyPath = directory.path(of: "key")
                try Files.writeAtomically(
                    Array("7e19b4d05a6c38f2e1d07b9a4c5f8362".utf8).span, to: keyPath, mode: 0o640)
                flags = [
                    "http.port": "0", "operations.listen": "127.0.0.1:0", "jwt.issuer": "i",
                    "jwt.audience": "a", "audit.directory": directory.path(of: "audit"),
                    "model.path": BuiltProgram.modelPath,
                ]
                environment = [
                    "JWT_SECRET": secret, "AUDIT_KEY_FILE": keyPath,
                    "REDIS_URL": "redis://127.0.0.1:\(redis.port)",
                ]
            }

            var arguments: [String] {
                flags.sorted { $0.key < $1.key }.map { "--\($0.key)=\($0.value)" }
            }
        }

        private func securityLines(
            _ place: Place
        ) throws -> (lines: [Substring], ChildProcess.Exit) {
            let doctor = try ChildProcess(
                BuiltProgram.churnctl, ["doctor"] + place.arguments,
                environment: place.environment)
            let exit = try doctor.waitForExit()
            let lines = doctor.output.split(separator: "\n")
            return (lines.filter { $0.contains("  security: ") }, exit)
        }

        @Test func `what is not weak starts with security = strict, and doctor says so`() throws {
            let place = try Place()
            place.flags["security"] = "strict"
            let (lines, exit) = try securityLines(place)
            #expect(lines.count == 1 && lines[0].hasPrefix("ok    security: none of "), "\(lines)")
            #expect(exit == .code(0))
            let churnd = try ChildProcess(
                BuiltProgram.churnd, place.arguments, environment: place.environment)
            _ = try ChurndProcess.portWhenListening(churnd)
            #expect(!churnd.output.contains("weak setting"))
        }

        @Test func `files that others may write are told by doctor, the log and a strict start`()
            throws
        {
            let place = try Place()
            let audit = place.directory.path(of: "audit")
            let key = place.directory.path(of: "key")
            try #require(mkdir(audit, 0o700) == 0 && chmod(audit, 0o777) == 0)
            try #require(chmod(key, 0o666) == 0)
            let (lines, exit) = try securityLines(place)
            let found = [
                "security: JWT_SECRET_FILE, jwt.keys, AUDIT_KEY_FILE, REDIS_URL_FILE, tls.key, "
                    + "operations.tls.key, redis.tls.key, CHURND_REDIS_SENTINEL_PASSWORD_FILE: "
                    + "\(key) has mode 666, expected ",
                "security: audit.directory: \(audit) has mode 777, expected ",
            ]
            #expect(lines.count == 2 && exit == .code(0), "\(lines)")
            for (line, text) in zip(lines, found) { #expect(line.hasPrefix("warn  \(text)")) }

            let churnd = try ChildProcess(
                BuiltProgram.churnd, place.arguments, environment: place.environment)
            _ = try ChurndProcess.portWhenListening(churnd)
            let weak = ChurndProcess.logLines(churnd).filter {
                $0["message"]?.asString == "weak setting"
            }
            #expect(weak.allSatisfy { $0["level"]?.asString == "warning" })
            #expect(
                weak.map { $0["found"]?.asString } == [
                    "\(key) has mode 666", "\(audit) has mode 777",
                ])
            churnd.signal(SIGTERM)
            #expect(try churnd.waitForExit() == .code(0))

            place.flags["security"] = "strict"
            let (failures, strictExit) = try securityLines(place)
            for (line, text) in zip(failures, found) { #expect(line.hasPrefix("FAIL  \(text)")) }
            #expect(failures.count == 2 && strictExit == .code(1))
            let refused = try ChildProcess(
                BuiltProgram.churnd, place.arguments, environment: place.environment)
            #expect(try refused.waitForExit() == .code(78))
            #expect(
                refused.errors.hasPrefix("churnd: security is strict, and 2 settings are weak: "))
            for line in lines { #expect(refused.errors.contains(line.dropFirst(16))) }
        }
    }

    /// What is not a token, and what has something around it.
    @Suite struct TokenMistakeTests {
        private let environment = ["JWT_SECRET": ChurndProcess.secret]

        private static let mistakes: [(@Sendable (String) -> String, says: String)] = [
            ({ "\"\($0)\"" }, "quotes around it"), ({ "'\($0)'" }, "quotes around it"),
            ({ "Bearer \($0)" }, "Bearer before it"),
            ({ "Authorization: Bearer \($0)" }, "Bearer before it"),
            ({ "\u{FEFF}\($0)" }, "a byte order mark before it"),
            ({ "ACCESS_TOKEN=\($0)" }, "a name and \"=\" before it"),
            ({ $0.prefix(40) + "\n" + $0.dropFirst(40) }, "white space within it"),
            ({ "{\"access_token\": \"\($0)\"}" }, "a JSON object, expected its access_token alone"),
            ({ _ in "a.b.c.d.e" }, "an encrypted token (JWE)"),
        ]

        @Test(arguments: mistakes.indices)
        func `what was given in place of a token is named`(index: Int) throws {
            let token = try TokenFactory().token("alice")
            let (wrong, says) = TokenMistakeTests.mistakes[index]
            for (command, code) in [("inspect", CInt(1)), ("revoke", 65), ("unrevoke", 65)] {
                let child = try ChildProcess(
                    BuiltProgram.churnctl, ["token", command, "-"], environment: environment,
                    input: wrong(token))
                #expect(try child.waitForExit() == .code(code))
                let text = child.output + child.errors
                #expect(text.contains(says), "\(command): \(text)")
                #expect(!text.contains(token.suffix(20)))
            }
            let list = try ChildProcess(
                BuiltProgram.churnctl, ["model", "list"],
                environment: ["CHURNCTL_TOKEN": wrong(token)])
            #expect(try list.waitForExit() == .code(64))
            #expect(list.errors.contains("CHURNCTL_TOKEN: "), "\(list.errors)")
            #expect(list.errors.contains(says), "\(list.errors)")
        }

        @Test(arguments: ["\"id\"", "Bearer id", " id", "ID_X=id"])
        func `an identifier with something around it revokes nothing in silence`(
            id: String
        ) throws {
            let child = try ChildProcess(
                BuiltProgram.churnctl, ["token", "revoke", "--jti", id, "--seconds", "5"],
                environment: environment)
            #expect(try child.waitForExit() == .code(64))
            #expect(child.errors.contains("expected the identifier alone"), "\(child.errors)")
        }

        @Test func `a secret in quotes signs with them, and that is said`() throws {
            let child = try ChildProcess(
                BuiltProgram.churnctl, ["token", "mint", "--sub", "a", "--ttl", "60"],
                environment: ["JWT_SECRET": "\"\(ChurndProcess.secret)\""])
            #expect(try child.waitForExit() == .code(0))
            #expect(
                child.errors
                    == "churnctl: JWT_SECRET: quotes around it, taken as part of it; expected it "
                    + "without\n")
        }

        @Test func `a secret in place of its file's path is not shown`() throws {
            let secret = "c0f3a91d7b2e486590ad1f4c3e8b7264"
            let child = try ChildProcess(
                BuiltProgram.churnctl, ["token", "mint", "--sub", "a", "--ttl", "60"],
                environment: ["JWT_SECRET_FILE": secret])
            #expect(try child.waitForExit() != .code(0))
            #expect(child.errors.contains("JWT_SECRET_FILE: no file is there"), "\(child.errors)")
            #expect(!child.errors.contains(secret))
        }

        @Test func `a URL of Redis that is wrong is named by where it stands`() throws {
            for (arguments, environment, says) in [
                ([], ["REDIS_URL": "\"redis://h\""], "in the environment: quotes around it"),
                (["--redis-url", "redis://u:p/w@h"], [:], "--redis-url: a / in the user"),
            ] {
                let child = try ChildProcess(
                    BuiltProgram.churnctl,
                    ["token", "revoke", "--jti", "x", "--seconds", "5"] + arguments,
                    environment: environment)
                #expect(try child.waitForExit() == .code(64))
                #expect(child.errors.contains(says), "\(child.errors)")
            }
        }
    }
}
