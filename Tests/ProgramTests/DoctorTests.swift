import Foundation
import Glibc
import TestSupport
import Testing

extension ProgramTests {
    /// `churnctl doctor` on this machine, with real servers.
    @Suite struct DoctorTests {
        private static let password = "pl4nted-password"

        /// Runs it where a churnd of a test would run.
        private func doctor(
            _ arguments: [String] = [], redis: String?, environment: [String: String] = [:],
            modelPath: String = BuiltProgram.modelPath
        ) throws -> ChildProcess {
            var variables = [
                "JWT_SECRET": ChurndProcess.secret, "PORT": "0", "CHURND_MODEL_PATH": modelPath,
                "CHURND_OPERATIONS_LISTEN": "127.0.0.1:0", "CHURND_REDIS_DEADLINE": "1000",
            ]
            variables["REDIS_URL"] = redis
            variables.merge(environment) { $1 }
            let child = try ChildProcess(
                BuiltProgram.churnctl, ["doctor"] + arguments, environment: variables)
            _ = try child.waitForExit()
            for planted in [ChurndProcess.secret, DoctorTests.password] {
                #expect(!(child.output + child.errors).contains(planted))
            }
            return child
        }

        private func url(_ port: UInt16) -> String { "redis://127.0.0.1:\(port)" }

        private func lines(_ child: ChildProcess) -> [Substring] {
            child.output.split(separator: "\n")
        }

        /// The one line of a failure.
        private func failure(
            _ child: ChildProcess, sourceLocation: SourceLocation = #_sourceLocation
        ) -> Substring {
            let found = lines(child).filter { $0.hasPrefix("FAIL  ") }
            #expect(found.count == 1, "\(child.output)", sourceLocation: sourceLocation)
            #expect(child.ended == .code(1), sourceLocation: sourceLocation)
            return found.first ?? ""
        }

        @Test func `a machine that is well has a line for each check and no failure`() throws {
            let redis = try RedisServer()
            let child = try doctor(redis: url(redis.port))
            #expect(child.ended == .code(0), "\(child.output)")
            #expect(child.errors == "")
            #expect(lines(child).allSatisfy { $0.hasPrefix("ok    ") || $0.hasPrefix("warn  ") })
            for line in [
                "ok    configuration: ", "ok    token keys: a secret from environment JWT_SECRET",
                "ok    model: telco-churn/1, ",
                "ok    redis: redis://127.0.0.1:\(redis.port)/0 answers in ",
                "ok    redis version: ", "ok    redis role: primary", "ok    redis memory: ",
                "warn  redis persistence: none", "ok    redis rights: ", "ok    redis clock: ",
                "ok    descriptors: ", "ok    http port: ", "ok    operations: ",
            ] {
                #expect(lines(child).count { $0.hasPrefix(line) } == 1, "\(line)")
            }
            // It leaves nothing behind.
            #expect(try redis.client().command("DBSIZE") == .integer(0))
        }

        @Test(arguments: ["allkeys-lru", "volatile-ttl"])
        func `a Redis that may evict revocations fails`(policy: String) throws {
            let redis = try RedisServer(["--maxmemory", "100mb", "--maxmemory-policy", policy])
            let child = try doctor(redis: url(redis.port))
            let failure = failure(child)
            #expect(failure.contains("redis memory: maxmemory-policy \(policy)"))
        }

        @Test func `a Redis that is full cannot record and fails`() throws {
            let redis = try RedisServer(["--maxmemory", "1", "--maxmemory-policy", "noeviction"])
            let child = try doctor(redis: url(redis.port))
            let failure = failure(child)
            #expect(failure.contains("redis rights: answered LPUSH with OOM"))
        }

        @Test func `a Redis that is down fails soon, and the other checks are made`() throws {
            let start = Date()
            let child = try doctor(redis: url(FreePort.find()))
            #expect(Date().timeIntervalSince(start) < 5)
            let failure = failure(child)
            #expect(failure.contains("redis: redis://127.0.0.1:"))
            #expect(failure.contains("refused"))
            #expect(child.output.contains("ok    descriptors: "))
        }

        @Test func `a Redis that hangs fails after its deadline`() throws {
            let redis = try RedisServer()
            try redis.pause()
            let child = try doctor(["--redis.deadline=200"], redis: url(redis.port))
            redis.resume()
            let failure = failure(child)
            #expect(failure.contains("no answer within the deadline"))
        }

        @Test func `a password that is wrong or missing fails and is not shown`() throws {
            let redis = try RedisServer(["--requirepass", "sesame"])
            let wrong = try doctor(
                redis: "redis://:\(DoctorTests.password)@127.0.0.1:\(redis.port)")
            #expect(failure(wrong).contains("AUTH was answered with WRONGPASS"))
            let missing = try doctor(redis: url(redis.port))
            #expect(failure(missing).contains("NOAUTH: expected a password"))
            let right = try doctor(redis: "redis://:sesame@127.0.0.1:\(redis.port)")
            #expect(right.ended == .code(0), "\(right.output)")
            #expect(!right.output.contains("sesame"))
        }

        @Test func `a replica fails`() throws {
            let primary = try RedisServer()
            let replica = try RedisServer(["--replicaof", "127.0.0.1", "\(primary.port)"])
            let child = try doctor(redis: url(replica.port))
            #expect(failure(child).hasPrefix("FAIL  redis role: replica"))
        }

        @Test func `the documented rights suffice, and one less is named`() throws {
            let redis = try RedisServer()
            let client = try redis.client()
            let rules =
                "on >\(DoctorTests.password) resetkeys ~blacklist:* ~revoked-before:* ~quota:* "
                + "resetchannels -@all +eval +evalsha +exists +get +set +time +lrange +lindex "
                + "+llen +ltrim +lpush +pttl +pexpire +ping +select"
            let user = ["ACL", "SETUSER", "churnd"] + rules.split(separator: " ").map(String.init)
            #expect(try client.command(user.map { Array($0.utf8) }) == .status("OK"))
            let url = "redis://churnd:\(DoctorTests.password)@127.0.0.1:\(redis.port)"
            let enough = try doctor(redis: url)
            #expect(enough.ended == .code(0), "\(enough.output)")
            #expect(enough.output.contains("warn  redis: INFO was answered with NOPERM"))
            try client.command("ACL", "SETUSER", "churnd", "-set")
            let noLogout = try doctor(redis: url)
            #expect(noLogout.ended == .code(0), "\(noLogout.output)")
            #expect(noLogout.output.contains("POST /logout would be 503"))
            for (rule, says) in [
                ("-get", "GET with "), ("-ltrim", "LTRIM with "), ("-lrange", "LRANGE with "),
                ("-pttl", "PTTL with "),
                ("-evalsha", "EVALSHA with NOPERM"),
                ("-eval", "EVAL with NOPERM"), ("resetkeys", "EVAL with NOPERM"),
            ] {
                try client.command("ACL", "SETUSER", "churnd", rule)
                let child = try doctor(redis: url)
                let failure = failure(child)
                #expect(failure.contains("redis rights: "), "\(child.output)")
                #expect(failure.contains(says), "\(child.output)")
            }
            #expect(try client.command("DBSIZE") == .integer(0))
        }

        @Test func `a model that churnd would refuse fails`() throws {
            let directory = try TemporaryDirectory()
            let path = directory.path(of: "1")
            try FileManager.default.copyItem(atPath: BuiltProgram.modelPath, toPath: path)
            try "{}".write(toFile: path + "/model.json", atomically: true, encoding: .utf8)
            let child = try doctor(["--store=memory"], redis: nil, modelPath: path)
            let failure = failure(child)
            #expect(failure.hasPrefix("FAIL  model: "))
            #expect(failure.contains("model.json"))
        }

        @Test func `a churnd that runs is recognised and a stranger on its port fails`() throws {
            let churnd = try ChurndProcess()
            let own = try doctor(["--store=memory", "--http.port=\(churnd.port)"], redis: nil)
            #expect(own.ended == .code(0), "\(own.output)")
            let place = "127.0.0.1 port \(churnd.port)"
            #expect(own.output.contains("ok    http port: a churnd answers on \(place)\n"))
            let stranger = try RedisServer()
            let other = try doctor(["--store=memory", "--http.port=\(stranger.port)"], redis: nil)
            let failure = failure(other)
            #expect(failure.hasPrefix("FAIL  http port: something listens on 127.0.0.1 port"))
        }

        @Test func `the operations listener of a churnd that runs is recognised`() throws {
            let directory = try TemporaryDirectory()
            let path = directory.path(of: "churnd.sock")
            let listen = "--operations.listen=unix:\(path)"
            let before = try doctor(["--store=memory", listen], redis: nil)
            #expect(before.output.contains("ok    operations: \(path) can be made\n"))
            let churnd = try ChurndProcess(["operations.listen": "unix:\(path)"])
            let during = try doctor(["--store=memory", listen], redis: nil)
            #expect(during.output.contains("ok    operations: a churnd answers on \(path)\n"))
            churnd.child.signal(SIGKILL)
            _ = try churnd.child.waitForExit()
            let after = try doctor(["--store=memory", listen], redis: nil)
            #expect(after.output.contains("warn  operations: \(path) exists, and no churnd"))
            let nowhere = try doctor(
                ["--store=memory", "--operations.listen=unix:\(path)/none/s"], redis: nil)
            #expect(failure(nowhere).hasPrefix("FAIL  operations: \(path)/none"))
            let port = try FreePort.find()
            let same = try doctor(
                [
                    "--store=memory", "--http.port=\(port)",
                    "--operations.listen=127.0.0.1:\(port)",
                ], redis: nil)
            #expect(failure(same).contains("operations: port \(port) is that of http.port"))
        }

        @Test func `an audit log that a churnd writes is seen to be written`() throws {
            let directory = try TemporaryDirectory()
            let path = directory.path(of: "audit")
            let environment = AuditedChurnd.environment
            let churnd = try ChurndProcess(["audit.directory": path], environment: environment)
            let child = try doctor(
                ["--store=memory", "--http.port=\(churnd.port)", "--audit.directory=\(path)"],
                redis: nil, environment: environment)
            #expect(
                child.output.contains("ok    audit log: \(path) is being written by a churnd\n"))
            #expect(churnd.child.ended == nil)
        }

        @Test func `too few descriptors are a warning with both numbers`() throws {
            let command =
                "ulimit -n 500 && exec '\(BuiltProgram.churnctl)' doctor --store=memory "
                + "--http.port=0 --http.reactors=2 --http.connections=169"
            let child = try ChildProcess(
                "/bin/bash", ["-c", command],
                environment: [
                    "JWT_SECRET": ChurndProcess.secret,
                    "CHURND_MODEL_PATH": BuiltProgram.modelPath,
                ])
            #expect(try child.waitForExit() == .code(0), "\(child.output)")
            let warning = lines(child).first { $0.hasPrefix("warn  descriptors: ") }
            #expect(warning?.contains("500, expected 501: 169 for connections, 332") == true)
            #expect(warning?.contains("at most 168 connections") == true)
        }

        @Test func `an audit log is looked after`() throws {
            let directory = try TemporaryDirectory()
            let environment = AuditedChurnd.environment
            let good = try doctor(
                ["--store=memory", "--audit.directory=\(directory.path)"], redis: nil,
                environment: environment)
            #expect(good.ended == .code(0), "\(good.output)")
            #expect(good.output.contains("ok    audit log: \(directory.path) can be written\n"))
            #expect(lines(good).count { $0.contains("  audit space: ") } == 1)
            let missing = try doctor(
                ["--store=memory", "--audit.directory=\(directory.path)/a/b"], redis: nil,
                environment: environment)
            #expect(failure(missing).hasPrefix("FAIL  audit log: \(directory.path)/a: "))
        }

        @Test func `a configuration that is wrong is one line and exit 78`() throws {
            let child = try doctor(["--quota.limits=5"], redis: nil)
            #expect(child.ended == .code(78))
            #expect(child.output == "")
            #expect(child.errors.hasPrefix("churnctl: flag --quota.limits: unknown key"))
            #expect(child.errors.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
        }

        @Test func `development needs neither secret nor Redis`() throws {
            let child = try ChildProcess(
                BuiltProgram.churnctl, ["doctor", "--dev", "--http.port=0"],
                environment: ["CHURND_MODEL_PATH": BuiltProgram.modelPath])
            #expect(try child.waitForExit() == .code(0), "\(child.output)")
            #expect(child.output.contains("ok    store: in churnd's own memory"))
            #expect(child.output.contains("ok    token keys: a secret is made at each start\n"))
        }
    }
}
