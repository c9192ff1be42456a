import Foundation
import Glibc
import JSON
import TestSupport
import Testing

extension ProgramTests {
    @Suite struct StartTests {
        static let good = [
            "JWT_SECRET": ChurndProcess.secret, "CHURND_STORE": "memory", "PORT": "0",
            "CHURND_MODEL_PATH": BuiltProgram.modelPath, "CHURND_OPERATIONS_LISTEN": "off",
        ]

        /// A start that must not succeed: what is given, and what the one line says.
        struct Refusal: Sendable, CustomTestStringConvertible {
            let name: String
            var arguments: [String] = []
            var environment = StartTests.good
            var without: String?
            var exit: CInt = 78
            let says: [String]

            var testDescription: String { name }
        }

        private static func with(_ name: String, _ value: String) -> [String: String] {
            good.merging([name: value]) { _, new in new }
        }

        static let refusals: [Refusal] = [
            Refusal(name: "no secret", without: "JWT_SECRET", says: ["no secret", "--dev"]),
            Refusal(
                name: "a weak secret",
                environment: with("JWT_SECRET", String(ChurndProcess.secret.prefix(31))),
                says: ["environment JWT_SECRET", "31 bytes", "32"]),
            Refusal(
                name: "no store", without: "CHURND_STORE",
                says: ["no store", "REDIS_URL", "store = memory"]),
            Refusal(
                name: "an unknown flag", arguments: ["--quota.limits", "5"],
                says: ["--quota.limits", "did you mean --quota.limit?"]),
            Refusal(
                name: "an unknown variable", environment: with("CHURND_QUOTA_LIMTI", "5"),
                says: ["environment CHURND_QUOTA_LIMTI", "did you mean CHURND_QUOTA_LIMIT?"]),
            Refusal(
                name: "a bad value", arguments: ["--quota.limit=100001"],
                says: ["--quota.limit", "100001", "100000"]),
            Refusal(
                name: "a bad value in the environment", environment: with("PORT", "65536"),
                says: ["environment PORT", "65536", "65535"]),
            Refusal(
                name: "a secret as a flag", arguments: ["--jwt.secret=\(ChurndProcess.secret)"],
                says: ["--jwt.secret", "JWT_SECRET_FILE"]),
            Refusal(
                name: "no such file", arguments: ["--config", "missing.conf"],
                says: ["missing.conf", "cannot be read"]),
            Refusal(
                name: "no such model", arguments: ["--model.path=missing-model"], exit: 1,
                says: ["missing-model"]),
            Refusal(
                name: "development for all the world", arguments: ["--dev", "--http.host=0.0.0.0"],
                without: "JWT_SECRET", says: ["http.host", "0.0.0.0", "loopback"]),
            Refusal(
                name: "development with a secret", arguments: ["--dev"],
                says: ["environment JWT_SECRET: jwt.secret: set, but --dev"]),
            Refusal(
                name: "a HOST that conda sets",
                environment: with("HOST", "x86_64-conda-linux-gnu"), exit: 1,
                says: ["environment HOST: ", "x86_64-conda-linux-gnu", "set CHURND_HTTP_HOST"]),
            Refusal(
                name: "an unknown host", arguments: ["--http.host=nowhere.invalid"], exit: 1,
                says: ["flag --http.host: cannot listen on nowhere.invalid: "]),
            Refusal(
                name: "a slash in the password of Redis",
                environment: with("REDIS_URL", "redis://u:pl4nted/w@h"),
                says: ["environment REDIS_URL", "a / in the user or password", "%2F"]),
            Refusal(
                name: "a URL in quotes", environment: with("REDIS_URL", "\"redis://h\""),
                says: ["environment REDIS_URL: redis.url: quotes around it"]),
            Refusal(
                name: "weak settings", arguments: ["--security=strict", "--http.host=0.0.0.0"],
                says: [
                    "security is strict, and 6 settings are weak: jwt.secret, jwt.keys: ",
                    "http.host: 0.0.0.0", "jwt.issuer: ", "jwt.audience: ", "store: memory",
                    "audit.directory: not set",
                ]),
        ]

        @Test(arguments: refusals)
        func `a bad start ends with one line that says what is wrong`(refusal: Refusal) throws {
            var environment = refusal.environment
            if let name = refusal.without { environment[name] = nil }
            let child = try ChildProcess(
                BuiltProgram.churnd, refusal.arguments, environment: environment)
            #expect(try child.waitForExit() == .code(refusal.exit))
            expectOneLine(child, saying: refusal.says)
        }

        private func expectOneLine(
            _ child: ChildProcess, saying texts: [String],
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            let errors = child.errors
            #expect(errors.hasPrefix("churnd: "), sourceLocation: sourceLocation)
            #expect(errors.hasSuffix("\n"), sourceLocation: sourceLocation)
            #expect(
                errors.utf8.count { $0 == UInt8(ascii: "\n") } == 1, "\(errors)",
                sourceLocation: sourceLocation)
            for text in texts {
                #expect(errors.contains(text), "\(errors)", sourceLocation: sourceLocation)
            }
            let all = errors + child.output
            #expect(
                !all.contains(ChurndProcess.secret.prefix(31)), sourceLocation: sourceLocation)
        }

        @Test func `a file with an unknown key is refused by its line`() throws {
            let directory = try TemporaryDirectory()
            let path = directory.path(of: "churnd.conf")
            try "# a comment\nquota.limit = 5\nquota.windo = 5\n"
                .write(toFile: path, atomically: true, encoding: .utf8)
            let child = try ChildProcess(
                BuiltProgram.churnd, ["--config", path], environment: StartTests.good)
            #expect(try child.waitForExit() == .code(78))
            expectOneLine(
                child, saying: ["\(path):3", "quota.windo", "did you mean quota.window?"])
        }

        @Test func `flags overrule the environment and that the file`() throws {
            let directory = try TemporaryDirectory()
            let path = directory.path(of: "churnd.conf")
            try "quota.limit = 1\nquota.window = 10\njwt.scope = file\n"
                .write(toFile: path, atomically: true, encoding: .utf8)
            let secret = directory.path(of: "secret")
            try "\(ChurndProcess.secret)\n"
                .write(toFile: secret, atomically: true, encoding: .utf8)
            var environment = StartTests.good
            environment["JWT_SECRET"] = nil
            environment["JWT_SECRET_FILE"] = secret
            environment["CHURND_QUOTA_LIMIT"] = "2"
            environment["CHURND_QUOTA_WINDOW"] = "20"
            let child = try ChildProcess(
                BuiltProgram.churnd, ["--config", path, "--quota.limit", "3"],
                environment: environment)
            let port = try ChurndProcess.portWhenListening(child)
            let token = try TokenFactory().token("alice", scope: "file")
            let answer = try ClientSocket(port: port).exchange(.predict(token: token))
            #expect(answer["RateLimit-Policy"] == "\"hourly\";q=3;w=20")
        }

        /// A copy of the shipped bundle.
        private func copyOfModel(in directory: TemporaryDirectory) throws -> String {
            let path = directory.path(of: "1")
            let source = URL(fileURLWithPath: BuiltProgram.modelPath).resolvingSymlinksInPath()
            try FileManager.default.copyItem(atPath: source.path, toPath: path)
            return path
        }

        @Test(arguments: [true, false])
        func `a model with one leaf changed is refused also when its hash is right`(
            hashIsRight: Bool
        ) throws {
            let directory = try TemporaryDirectory()
            let path = try copyOfModel(in: directory)
            let modelPath = path + "/model.json"
            let oldHash = try sha256(modelPath)
            var model = try String(contentsOfFile: modelPath, encoding: .utf8)
            // The last node of a tree is a leaf, and its value stands among the split conditions.
            let conditions = try #require(model.range(of: #""split_conditions":["#))
            let end = try #require(model[conditions.upperBound...].firstIndex(of: "]"))
            let comma = try #require(model[..<end].lastIndex(of: ","))
            model.replaceSubrange(model.index(after: comma)..<end, with: "7.5")
            try model.write(toFile: modelPath, atomically: true, encoding: .utf8)
            if hashIsRight {
                let manifestPath = path + "/manifest.json"
                let manifest = try String(contentsOfFile: manifestPath, encoding: .utf8)
                #expect(manifest.contains(oldHash))
                try manifest.replacingOccurrences(of: oldHash, with: try sha256(modelPath))
                    .write(toFile: manifestPath, atomically: true, encoding: .utf8)
            }
            let child = try ChildProcess(
                BuiltProgram.churnd, ["--model.path", path], environment: StartTests.good)
            #expect(try child.waitForExit() == .code(1))
            expectOneLine(child, saying: [path, hashIsRight ? "golden" : "model.json"])
        }

        private func sha256(_ path: String) throws -> String {
            let child = try ChildProcess("/usr/bin/sha256sum", [path])
            #expect(try child.waitForExit() == .code(0))
            return String(child.output.prefix(64))
        }

        @Test func `a port that another churnd has is refused`() throws {
            let first = try ChurndProcess()
            let child = try ChildProcess(
                BuiltProgram.churnd, ["--http.port", "\(first.port)"],
                environment: StartTests.good)
            #expect(try child.waitForExit() == .code(1))
            expectOneLine(child, saying: ["port \(first.port)"])
            #expect(try first.client().exchange(.get("/health")).status == 200)
        }

        @Test func `variables of Kubernetes are ignored with a warning`() throws {
            let names = ["CHURND_SERVICE_HOST", "CHURND_SERVICE_PORT", "CHURND_PORT_80_TCP"]
            let churnd = try ChurndProcess(
                environment: Dictionary(uniqueKeysWithValues: names.map { ($0, "10.0.0.1") }))
            let warnings = churnd.logLines.filter { $0["level"]?.asString == "warning" }
                .compactMap { $0["message"]?.asString }
            for name in names {
                #expect(warnings.count { $0.contains("environment \(name):") } == 1)
            }
        }

        @Test func `churnctl says the version that churnd says`() throws {
            let texts = try [BuiltProgram.churnd, BuiltProgram.churnctl].map { program in
                let child = try ChildProcess(program, ["--version"])
                #expect(try child.waitForExit() == .code(0))
                return child.output
            }
            #expect(texts[0] == texts[1])
        }

        @Test func `version and help are printed`() throws {
            let version = try ChildProcess(BuiltProgram.churnd, ["--version"])
            #expect(try version.waitForExit() == .code(0))
            #expect(version.output.contains(/^\d+\.\d+\.\d+\n$/))
            let help = try ChildProcess(BuiltProgram.churnd, ["--help"])
            #expect(try help.waitForExit() == .code(0))
            for text in [
                "--dev", "--config", "--check-live", "--check-ready", "--check-health",
                "--quota.limit", "--redis.url",
            ] {
                #expect(help.output.contains(text), "\(text)")
            }
            let churnd = try ChurndProcess()
            let health = try churnd.client().exchange(.get("/health"))
            #expect(health.member("version")?.asString.map { $0 + "\n" } == version.output)
        }

        @Test func `the health check passes for a churnd that runs and can reach Redis`() throws {
            let deployment = try Deployment()
            func check(_ flag: String) throws -> ChildProcess.Exit {
                try ChildProcess(
                    BuiltProgram.churnd, [flag],
                    environment: ["PORT": "\(deployment.churnd.port)"]
                ).waitForExit()
            }
            let flags = ["--check-live", "--check-ready", "--check-health"]
            for flag in flags { #expect(try check(flag) == .code(0), "\(flag)") }
            deployment.redis.kill()
            try eventually("health fails") { try !deployment.isHealthy() }
            // A supervisor that restarts on failed liveness must not restart this.
            #expect(try check("--check-live") == .code(0))
            #expect(try check("--check-health") == .code(1))
            try eventually("it is not ready") { try check("--check-ready") == .code(1) }
            try deployment.redis.restart()
            try eventually("health passes") { try deployment.isHealthy() }
            for flag in flags { #expect(try check(flag) == .code(0), "\(flag)") }
            deployment.churnd.child.signal(SIGKILL)
            #expect(try deployment.churnd.child.waitForExit() == .signal(SIGKILL))
            for flag in flags { #expect(try check(flag) == .code(1), "\(flag)") }
        }

        @Test func `the image asks whether churnd lives, and nothing that Redis decides`() throws {
            let path = "\(ProjectPlaces.root)/Dockerfile"
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            let check = lines.filter { $0.hasPrefix("HEALTHCHECK ") }
            #expect(check.count == 1)
            #expect(check.first?.hasSuffix("CMD [\"churnd\", \"--check-live\"]") == true)
        }

        @Test func `one thing is asked at a time`() throws {
            let child = try ChildProcess(BuiltProgram.churnd, ["--check-live", "--check-ready"])
            #expect(try child.waitForExit() == .code(64))
        }

        @Test func `the health check fails for a port that never answers`() throws {
            let silent = try FakeRedis(.silent)
            let check = try ChildProcess(
                BuiltProgram.churnd, ["--check-health"], environment: ["PORT": "\(silent.port)"])
            #expect(try check.waitForExit(within: 10) == .code(1))
            #expect(silent.connectionCount == 1)
        }

        @Test(arguments: 0..<20)
        func `a signal while it starts ends it`(milliseconds: Int32) throws {
            let child = try ChildProcess(BuiltProgram.churnd, environment: StartTests.good)
            _ = poll(nil, 0, milliseconds)
            child.signal(SIGTERM)
            let exit = try child.waitForExit(within: 10)
            // Before it has begun to listen for signals it has nothing to finish.
            #expect(exit == .code(0) || exit == .signal(SIGTERM))
        }
    }
}
