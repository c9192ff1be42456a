import Foundation
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// `churnctl token revoke` and `unrevoke`, and what churnd makes of it.
    @Suite struct TokenRevokeTests {
        /// Runs churnctl, whose output must not hold the token.
        private func churnctl(
            _ arguments: [String], environment: [String: String], input: String = "",
            hiding token: String? = nil
        ) throws -> (exit: ChildProcess.Exit, output: String, errors: String) {
            let child = try ChildProcess(
                BuiltProgram.churnctl, ["token"] + arguments, environment: environment,
                input: input)
            let exit = try child.waitForExit()
            if let token { #expect(!(child.output + child.errors).contains(token)) }
            return (exit, child.output, child.errors)
        }

        private func environment(_ deployment: Deployment) -> [String: String] {
            [
                "JWT_SECRET": ChurndProcess.secret,
                "REDIS_URL": "redis://127.0.0.1:\(deployment.redis.port)",
            ]
        }

        @Test(arguments: [true, false])
        func `a token is taken, revoked, refused, un-revoked and taken again`(
            isPiped: Bool
        ) throws {
            let deployment = try Deployment(["quota.limit": "10"])
            let environment = environment(deployment)
            let minted = try churnctl(
                ["mint", "--sub", "alice", "--ttl", "600", "--jti", "the-id"],
                environment: environment)
            #expect(minted.exit == .code(0))
            let token = String(minted.output.dropLast())
            let given = isPiped ? [] : [token]
            let input = isPiped ? "\(token)\n" : ""
            let client = try deployment.churnd.client()
            #expect(try client.exchange(.predict(token: token)).status == 200)

            let revoked = try churnctl(
                ["revoke"] + given, environment: environment, input: input, hiding: token)
            #expect(revoked.exit == .code(0), "\(revoked.errors)")
            let answer = try client.exchange(.predict(token: token))
            #expect(answer.status == 401)
            #expect(answer.detail == "Token revoked")
            let redis = try deployment.redis.client()
            guard case .integer(let seconds) = try redis.command("TTL", "blacklist:the-id") else {
                Issue.record("no time to live")
                return
            }
            // Its 600 s and the longest leeway, less what the test took.
            #expect((560...660).contains(seconds))
            #expect(revoked.output.contains("s: blacklist:the-id\n"))
            let inspected = try churnctl(
                ["inspect"] + given, environment: environment, input: input)
            #expect(inspected.exit == .code(1))
            #expect(inspected.output.contains("revocation: revoked by blacklist:the-id\n"))

            let unrevoked = try churnctl(
                ["unrevoke"] + given, environment: environment, input: input, hiding: token)
            #expect(unrevoked.exit == .code(0), "\(unrevoked.errors)")
            #expect(unrevoked.output == "no longer revoked: blacklist:the-id\n")
            #expect(try client.exchange(.predict(token: token)).status == 200)
            let inspectedAgain = try churnctl(
                ["inspect"] + given, environment: environment, input: input)
            #expect(inspectedAgain.exit == .code(0))
            #expect(inspectedAgain.output.contains("revocation: none\n"))
            let again = try churnctl(
                ["unrevoke"] + given, environment: environment, input: input, hiding: token)
            #expect(again.exit == .code(1))
            #expect(again.errors.contains("not revoked: blacklist:the-id"))
        }

        @Test func `a token without jti is revoked by the whole of it, which is not shown`() throws
        {
            let deployment = try Deployment()
            let environment = environment(deployment)
            let token = deployment.tokens.token(claims: #"{"sub":"alice","exp":4102444800}"#)
            let client = try deployment.churnd.client()
            let revoked = try churnctl(
                ["revoke", "-"], environment: environment, input: token, hiding: token)
            #expect(revoked.exit == .code(0), "\(revoked.errors)")
            #expect(revoked.output.hasSuffix("s: blacklist:<the token>\n"))
            #expect(try client.exchange(.predict(token: token)).status == 401)
            #expect(
                try deployment.redis.client().command("EXISTS", "blacklist:\(token)")
                    == .integer(1))
            let unrevoked = try churnctl(
                ["unrevoke", token], environment: environment, hiding: token)
            #expect(unrevoked.exit == .code(0), "\(unrevoked.errors)")
            #expect(try client.exchange(.predict(token: token)).status == 200)
        }

        @Test func `a token is un-revoked whichever way it was revoked`() throws {
            let deployment = try Deployment()
            let environment = environment(deployment)
            let token = try deployment.tokens.token("alice", id: "the-id")
            let redis = try deployment.redis.client()
            try redis.command("SET", "blacklist:the-id", "1")
            try redis.command("SET", "blacklist:\(token)", "1")
            let unrevoked = try churnctl(
                ["unrevoke", token], environment: environment, hiding: token)
            #expect(unrevoked.exit == .code(0))
            #expect(
                unrevoked.output
                    == "no longer revoked: blacklist:the-id, blacklist:<the token>\n")
            #expect(try redis.command("DBSIZE") == .integer(0))
        }

        @Test func `an identifier alone is revoked for the time that is said`() throws {
            let deployment = try Deployment()
            let environment = environment(deployment)
            let redis = try deployment.redis.client()
            #expect(
                try churnctl(["revoke", "--jti", "the-id"], environment: environment).exit
                    == .code(64))
            for seconds in ["0", "-1", "3155760001", "x"] {
                #expect(
                    try churnctl(
                        ["revoke", "--jti", "the-id", "--seconds=\(seconds)"],
                        environment: environment
                    ).exit == .code(64))
            }
            #expect(try redis.command("DBSIZE") == .integer(0))
            for seconds in ["1", "3155760000"] {
                let revoked = try churnctl(
                    ["revoke", "--jti", "the-id", "--seconds", seconds], environment: environment)
                #expect(revoked.exit == .code(0), "\(revoked.errors)")
                #expect(revoked.output == "revoked for \(seconds) s: blacklist:the-id\n")
            }
            let client = try deployment.churnd.client()
            let token = try deployment.tokens.token("alice", id: "the-id")
            #expect(try client.exchange(.predict(token: token)).status == 401)
            #expect(
                try churnctl(["unrevoke", "--jti", "the-id"], environment: environment).exit
                    == .code(0))
            #expect(try client.exchange(.predict(token: token)).status == 200)
        }

        @Test func `what has expired needs no revocation`() throws {
            let deployment = try Deployment()
            let environment = environment(deployment)
            let redis = try deployment.redis.client()
            let old = try deployment.tokens.token("alice", lifetimeSeconds: -61)
            let revoked = try churnctl(["revoke", old], environment: environment, hiding: old)
            #expect(revoked.exit == .code(0))
            #expect(revoked.output.hasPrefix("nothing to do: the token expired "))
            #expect(try redis.command("DBSIZE") == .integer(0))
            // churnd may still take this one, for its clock may differ.
            let recent = try deployment.tokens.token("alice", id: "r", lifetimeSeconds: -20)
            #expect(try churnctl(["revoke", recent], environment: environment).exit == .code(0))
            guard case .integer(let seconds) = try redis.command("TTL", "blacklist:r") else {
                Issue.record("no time to live")
                return
            }
            #expect((1...40).contains(seconds))
        }

        @Test func `a token that never expires is revoked for a hundred years`() throws {
            let deployment = try Deployment()
            let token = deployment.tokens.token(claims: #"{"sub":"a","jti":"i","exp":1e300}"#)
            let revoked = try churnctl(["revoke", token], environment: environment(deployment))
            #expect(revoked.output == "revoked for 3155760000 s: blacklist:i\n")
            let client = try deployment.churnd.client()
            #expect(try client.exchange(.predict(token: token)).status == 401)
        }

        @Test func `what is no token is refused and not repeated`() throws {
            let environment = ["REDIS_URL": "redis://127.0.0.1:\(try FreePort.find())"]
            let token = try TokenFactory().token("alice")
            let texts = [
                "pl4nted", "a.b.c", "pl4nted.pl4nted.pl4nted", "..", "Bearer \(token)",
                "\(token)=", "AA.W10.AA",
            ]
            for text in texts {
                let revoked = try churnctl(["revoke", text], environment: environment)
                // The last is a token whose claims are no object: without exp.
                #expect(revoked.exit == .code(text == "AA.W10.AA" ? 64 : 65), "\(text)")
                #expect(!revoked.errors.contains("pl4nted"))
                #expect(!revoked.errors.contains(token))
            }
            let misplaced = try churnctl(
                ["revoke", "--jti", token, "--seconds", "9"], environment: environment,
                hiding: token)
            #expect(misplaced.exit == .code(64))
        }

        @Test func `a Redis that is away is said, without its password`() throws {
            let token = try TokenFactory().token("alice")
            let directory = try TemporaryDirectory()
            let file = directory.path(of: "url")
            let url = "redis://:pl4nted@127.0.0.1:\(try FreePort.find())"
            try "\(url)\n".write(toFile: file, atomically: true, encoding: .utf8)
            for command in ["revoke", "unrevoke", "inspect"] {
                let result = try churnctl(
                    [command, token], environment: ["REDIS_URL_FILE": file],
                    hiding: command == "inspect" ? nil : token)
                #expect(result.exit == .code(69))
                #expect(result.errors.contains("redis://127.0.0.1:"))
                #expect(!result.errors.contains("pl4nted"))
            }
            let flag = try churnctl(["revoke", token, "--redis-url", url], environment: [:])
            #expect(flag.exit == .code(64))
            #expect(!flag.errors.contains("pl4nted"))
            let both = try churnctl(
                ["revoke", token], environment: ["REDIS_URL": url, "REDIS_URL_FILE": file])
            #expect(both.exit == .code(1))
            #expect(both.errors.contains("REDIS_URL: set together with REDIS_URL_FILE"))
            #expect(!both.errors.contains("pl4nted"))
        }

        @Test(arguments: [nil, "600"])
        func `what a subject has is revoked up to now, shown, and taken back`(
            seconds: String?
        ) throws {
            let deployment = try Deployment()
            let environment = environment(deployment)
            let client = try deployment.churnd.client()
            let redis = try deployment.redis.client()
            let old = try deployment.tokens.token("alice", id: "the-id")
            let now = Clock.unixMilliseconds() / 1000
            let later = deployment.tokens.token(
                claims: #"{"sub":"alice","exp":4102444800,"iat":\#(now + 20)}"#)
            let given = seconds.map { ["--seconds", $0] } ?? []
            let revoked = try churnctl(
                ["revoke", "--subject", "alice"] + given, environment: environment)
            #expect(revoked.exit == .code(0), "\(revoked.errors)")
            let term = seconds.map { "for \($0) s" } ?? "without an end"
            #expect(revoked.output == "revoked \(term): revoked-before:alice\n")
            let time = try redis.command("GET", "revoked-before:alice").text.flatMap { Int64($0) }
            #expect((now...now + 60).contains(time ?? 0))
            let left = try redis.command("TTL", "revoked-before:alice")
            if seconds == nil {
                #expect(left == .integer(-1))
            } else if case .integer(let left) = left {
                #expect((540...600).contains(left))
            }
            for (token, isRevoked) in [(old, true), (later, false)] {
                let answer = try client.exchange(.predict(token: token))
                #expect(answer.status == (isRevoked ? 401 : 200))
                let inspected = try churnctl(["inspect"], environment: environment, input: token)
                #expect(inspected.exit == .code(isRevoked ? 1 : 0))
                let shown = isRevoked ? "revoked by revoked-before:alice" : "none"
                #expect(inspected.output.contains("revocation: \(shown)\n"))
            }
            let unrevoke = ["unrevoke", "--subject", "alice"]
            let unrevoked = try churnctl(unrevoke, environment: environment)
            #expect(unrevoked.output == "no longer revoked: revoked-before:alice\n")
            #expect(try client.exchange(.predict(token: old)).status == 200)
            #expect(try churnctl(unrevoke, environment: environment).exit == .code(1))
            try redis.command("LPUSH", "revoked-before:alice", "x")
            let foreign = try churnctl(["inspect"], environment: environment, input: later)
            #expect(foreign.exit == .code(1))
        }

        @Test(arguments: [true, false])
        func `a store in memory is asked through the operations listener`(isSocket: Bool) throws {
            let directory = try TemporaryDirectory()
            let socket = "unix:\(directory.path(of: "churnd.sock"))"
            let churnd = try ChurndProcess(isSocket ? ["operations.listen": socket] : [:])
            let address = isSocket ? socket : "127.0.0.1:\(try churnd.operationsPort)"
            // A Redis of the environment is not asked where a listener is named.
            let environment = [
                "JWT_SECRET": ChurndProcess.secret,
                "REDIS_URL": "redis://127.0.0.1:\(try FreePort.find())",
            ]
            let client = try churnd.client()
            let named = try TokenFactory().token("alice", id: "the-id")
            let nameless = TokenFactory().token(claims: #"{"sub":"bob","exp":1e300}"#)
            for (token, key) in [(named, "the-id"), (nameless, "<the token>")] {
                let request = HTTPRequest.predict(token: token)
                #expect(try client.exchange(request).status == 200)
                let revoked = try churnctl(
                    ["revoke", "--operations", address], environment: environment, input: token,
                    hiding: token)
                #expect(revoked.exit == .code(0), "\(revoked.errors)")
                #expect(revoked.output.hasSuffix(" s: blacklist:\(key)\n"))
                #expect(try client.exchange(request).detail == "Token revoked")
                let unrevoke = ["unrevoke", "--operations", address]
                let unrevoked = try churnctl(
                    unrevoke, environment: environment, input: token, hiding: token)
                #expect(unrevoked.exit == .code(0), "\(unrevoked.errors)")
                #expect(unrevoked.output == "no longer revoked: blacklist:\(key)\n")
                #expect(try client.exchange(request).status == 200)
                #expect(
                    try churnctl(unrevoke, environment: environment, input: token).exit
                        == .code(1))
            }
        }

        @Test func `a churnd with Redis says so when its listener is asked`() throws {
            let deployment = try Deployment()
            let revoked = try churnctl(
                [
                    "revoke", "--jti", "the-id", "--seconds", "9", "--operations",
                    "127.0.0.1:\(try deployment.churnd.operationsPort)",
                ], environment: ["JWT_SECRET": ChurndProcess.secret])
            #expect(revoked.exit == .code(1))
            #expect(revoked.errors.contains("Revocations are in Redis"))
        }

        @Test func `a minted token says when its user was authenticated`() throws {
            let environment = ["JWT_SECRET": ChurndProcess.secret]
            for (age, words) in [("now", "(now)"), ("7200", "(2 hours ago)")] {
                // The claim is a whole second, which may end before it is read.
                try eventually("\(age) is shown as \(words)") {
                    let minted = try churnctl(
                        ["mint", "--sub", "a", "--ttl", "60", "--auth-time", age],
                        environment: environment)
                    #expect(minted.exit == .code(0), "\(minted.errors)")
                    let inspected = try churnctl(
                        ["inspect"], environment: environment, input: minted.output)
                    let line = inspected.output.split(separator: "\n")
                        .first { $0.contains(#""auth_time": "#) }
                    return line?.hasSuffix(words) == true
                }
            }
            for age in ["-1", "x", "3155760001"] {
                let minted = try churnctl(
                    ["mint", "--sub", "a", "--ttl", "60", "--auth-time=\(age)"],
                    environment: environment)
                #expect(minted.exit == .code(64))
            }
        }
    }
}
