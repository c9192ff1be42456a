import Foundation
import JSON
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// `churnctl token`, and what churnd makes of its tokens.
    @Suite struct TokenProgramTests {
        private let environment = ["JWT_SECRET": ChurndProcess.secret]

        private func mint(
            _ arguments: String..., environment: [String: String]
        ) throws -> String {
            let child = try ChildProcess(
                BuiltProgram.churnctl, ["token", "mint", "--sub", "alice"] + arguments,
                environment: environment)
            #expect(try child.waitForExit() == .code(0), "\(child.errors)")
            #expect(child.errors == "")
            #expect(child.output.hasSuffix("\n"))
            return String(child.output.dropLast())
        }

        @Test func `a token that was minted is taken and can be looked into`() throws {
            let token = try mint("--ttl", "600", "--jti", "the-id", environment: environment)
            let churnd = try ChurndProcess()
            let answer = try churnd.client().exchange(.predict(token: token))
            #expect(answer.status == 200)
            #expect(answer.member("customer_id") == .string("alice"))
            for (arguments, input) in [([token], ""), (["-"], token + "\n")] {
                let inspect = try ChildProcess(
                    BuiltProgram.churnctl, ["token", "inspect"] + arguments,
                    environment: environment, input: input)
                #expect(try inspect.waitForExit() == .code(0))
                #expect(inspect.output.contains(#""jti": "the-id""#))
                #expect(inspect.output.contains("signature: good"))
                #expect(inspect.output.contains("verdict: valid"))
                #expect(!inspect.output.contains(ChurndProcess.secret))
            }
        }

        @Test func `what a token may do by a file of roles is printed`() throws {
            let directory = try TemporaryDirectory()
            let path = directory.path(of: "roles.conf")
            let text = "role.guard = tokens:revoke predict\nquota.role.guard = 7\n"
            try Files.writeAtomically(Array(text.utf8).span, to: path)
            let now = Clock.unixMilliseconds() / 1000
            for (scope, age, lines) in [
                (
                    "guard", 10,
                    [
                        "scopes: predict tokens:revoke", "quota: 7",
                        "login: recent enough for tokens",
                    ]
                ),
                ("tokens:revoke", 301, ["quota: that of quota.limit", "login: not recent enough"]),
                ("other", 0, ["scopes: none", "quota: that of quota.limit"]),
            ] {
                let token = TokenFactory().token(
                    claims: #"{"sub":"a","exp":4102444800,"iat":\#(now - Int64(age)),"#
                        + #""scope":"\#(scope)"}"#)
                let inspect = try ChildProcess(
                    BuiltProgram.churnctl, ["token", "inspect", "--roles", path, token],
                    environment: environment)
                #expect(try inspect.waitForExit() == .code(0))
                for line in lines { #expect(inspect.output.contains(line), "\(inspect.output)") }
            }
            try Files.writeAtomically(Array("role.a = b".utf8).span, to: path)
            let refused = try ChildProcess(
                BuiltProgram.churnctl, ["token", "inspect", "--roles", path, "x"],
                environment: environment)
            #expect(try refused.waitForExit() == .code(65))
            #expect(refused.errors.contains("roles.conf:1: role.a"))
        }

        @Test func `a token is minted with the claims that churnd is configured with`() throws {
            let claims = ["id": "uti", "subject": "oid", "scopes": "roles"]
            let churnd = try ChurndProcess(
                Dictionary(uniqueKeysWithValues: claims.map { ("jwt.claim.\($0)", $1) })
                    .merging(["jwt.scope": "predict"]) { $1 })
            let variables = Dictionary(
                uniqueKeysWithValues: claims.map { ("CHURND_JWT_CLAIM_\($0.uppercased())", $1) })
            let byVariables = try mint(
                "--ttl", "600", "--scope", "predict",
                environment: environment.merging(variables) { $1 })
            let byOptions = try mint(
                "--ttl", "600", "--scope", "predict", "--id-claim", "uti", "--subject-claim", "oid",
                "--scope-claims", "roles", environment: environment)
            for token in [byVariables, byOptions] {
                #expect(try churnd.client().exchange(.predict(token: token)).status == 200)
            }
            let plain = try mint("--ttl", "600", "--scope", "predict", environment: environment)
            #expect(try churnd.client().exchange(.predict(token: plain)).status == 401)
        }

        @Test func `churnctl and churnd refuse the same tokens`() throws {
            let churnd = try ChurndProcess()
            let valid = try mint("--ttl", "600", environment: environment)
            let tokens = [
                (try mint("--ttl", "-60", environment: environment), "Token expired"),
                (
                    try mint(
                        "--ttl", "600",
                        environment: ["JWT_SECRET": String(repeating: "x", count: 32)]),
                    "Invalid token"
                ),
                (valid + "A", "Invalid token"),
                (valid.replacingOccurrences(of: ".", with: ".."), "Invalid token"),
            ]
            for (token, detail) in tokens {
                let answer = try churnd.client().exchange(.predict(token: token))
                #expect(answer.status == 401)
                #expect(answer.detail == detail)
                let inspect = try ChildProcess(
                    BuiltProgram.churnctl, ["token", "inspect", token], environment: environment)
                #expect(try inspect.waitForExit() == .code(1))
                #expect(inspect.output.contains("verdict: not valid"))
            }
        }

        @Test func `a weak secret or none mints nothing`() throws {
            for environment in [[:], ["JWT_SECRET": String(repeating: "x", count: 31)]] {
                let child = try ChildProcess(
                    BuiltProgram.churnctl, ["token", "mint", "--sub", "a", "--ttl", "9"],
                    environment: environment)
                #expect(try child.waitForExit() != .code(0))
                #expect(child.output == "")
                #expect(!child.errors.contains("xxx"))
            }
        }

        @Test func `several keys are told apart by their kid`() throws {
            let directory = try TemporaryDirectory()
            let keys = directory.path(of: "keys")
            try FileManager.default.createDirectory(
                atPath: keys, withIntermediateDirectories: false)
            let secrets = [
                "2025": String(repeating: "old-", count: 8),
                "2026": String(repeating: "new-", count: 9),
            ]
            for (name, secret) in secrets {
                try "\(secret)\n"
                    .write(toFile: "\(keys)/\(name)", atomically: true, encoding: .utf8)
            }
            // As Kubernetes mounts a secret.
            try "x".write(toFile: "\(keys)/..data", atomically: true, encoding: .utf8)
            let churnd = try ChurndProcess(["jwt.keys": keys])
            let client = try churnd.client()
            for (name, secret) in secrets {
                let path = "\(keys)/\(name)"
                let minted = try mint(
                    "--ttl", "600", "--kid", name, "--secret-file", path, environment: [:])
                #expect(try client.exchange(.predict(token: minted)).status == 200)
                let tokens = TokenFactory(secret: secret)
                let other = name == "2025" ? "2026" : "2025"
                for keyID in [other, "2027", "..data", "../keys/\(name)", "", nil] {
                    let token = try tokens.token("alice", keyID: keyID)
                    let answer = try client.exchange(.predict(token: token))
                    #expect(answer.status == 401, "\(keyID ?? "none")")
                }
            }
            let configured = try TokenFactory().token("alice")
            #expect(try client.exchange(.predict(token: configured)).status == 401)
        }
    }
}
