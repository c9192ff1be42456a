import Foundation
import TestSupport
import Testing

extension ProgramTests {
    /// Tokens that an issuer signs with a key of its own, and the tools of an operator.
    @Suite struct IssuerKeyTests {
        private let directory: TemporaryDirectory
        private let keys: [IssuerKey]
        /// Without an identifier.
        private let claims = #"{"sub":"alice","exp":4102444800}"#

        init() throws {
            directory = try TemporaryDirectory()
            keys = try IssuerKey.Kind.allCases.map { try IssuerKey("k-\($0.rawValue)", $0) }
            try IssuerKey.set(keys).write(toFile: path, atomically: true, encoding: .utf8)
        }

        private var path: String { directory.path(of: "set.json") }

        private func churnctl(
            _ arguments: [String], environment: [String: String] = [:]
        ) throws -> ChildProcess {
            let child = try ChildProcess(
                BuiltProgram.churnctl, arguments, environment: environment)
            _ = try child.waitForExit()
            return child
        }

        @Test func `tokens of every algorithm are taken, and inspected with the set`() throws {
            let churnd = try ChurndProcess(["jwt.jwks": path])
            let client = try churnd.client()
            for key in keys {
                let token = try key.token(claims)
                for _ in 1...2 {
                    #expect(try client.exchange(.predict(token: token)).status == 200)
                }
                let good = try churnctl(["token", "inspect", token, "--jwks", path])
                #expect(good.ended == .code(0), "\(good.output)\(good.errors)")
                #expect(good.output.contains("signature: good"))
                let other = try IssuerKey(key.id, key.kind).token(claims)
                #expect(try client.exchange(.predict(token: other)).status == 401)
                let bad = try churnctl(
                    ["token", "inspect", other], environment: ["CHURND_JWT_JWKS": path])
                #expect(bad.ended == .code(1))
                #expect(bad.output.contains("signature: bad"))
            }
            let shared = try TokenFactory().token("alice", keyID: "k-rs256")
            #expect(try client.exchange(.predict(token: shared)).status == 401)
        }

        @Test func `churnctl has the keys read again, and reports what came of it`() throws {
            var flags = ChurndProcess.onSocket(in: directory)
            flags["jwt.jwks"] = path
            let churnd = try ChurndProcess(flags)
            let address = try #require(churnd.operationsAddress)
            let arguments = ["keys", "reload", "--operations", address]
            let unchanged = try churnctl(arguments)
            #expect(unchanged.ended == .code(0), "\(unchanged.errors)")
            #expect(unchanged.output == "3 keys, unchanged\n")
            try "{".write(toFile: path, atomically: true, encoding: .utf8)
            let refused = try churnctl(arguments)
            #expect(refused.ended == .code(1))
            #expect(refused.errors.contains("The previous keys stay in use: jwt.jwks: \(path): "))
        }

        @Test func `a revoked token without jti is refused with its other signature too`() throws {
            let deployment = try Deployment(["jwt.jwks": path])
            let client = try deployment.churnd.client()
            let environment = ["REDIS_URL": "redis://127.0.0.1:\(deployment.redis.port)"]
            for key in keys {
                let token = try key.token(claims)
                var texts = [token]
                if key.kind == .es256 { texts.append(try IssuerKey.twin(of: token)) }
                func statuses() throws -> Set<Int> {
                    Set(try texts.map { try client.exchange(.predict(token: $0)).status })
                }
                #expect(try statuses() == [200])
                let revoked = try churnctl(
                    ["token", "revoke", token], environment: environment)
                #expect(revoked.ended == .code(0), "\(revoked.errors)")
                #expect(try statuses() == [401])
                let inspected = try churnctl(
                    ["token", "inspect", texts.last ?? "", "--jwks", path],
                    environment: environment)
                #expect(inspected.output.contains("revocation: revoked by blacklist:<the token"))
                let unrevoked = try churnctl(
                    ["token", "unrevoke", texts.last ?? ""], environment: environment)
                #expect(unrevoked.ended == .code(0), "\(unrevoked.errors)")
                #expect(try statuses() == [200])
                // As operators have always done it.
                let redis = try deployment.redis.client()
                try redis.command("SET", "blacklist:\(token)", "1")
                #expect(try client.exchange(.predict(token: token)).status == 401)
                try redis.command("DEL", "blacklist:\(token)")
            }
        }

        @Test(arguments: ["jti", "uti"])
        func `the operations listener revokes both texts of a token`(idClaim: String) throws {
            var flags = ChurndProcess.onSocket(in: directory)
            flags["jwt.jwks"] = path
            flags["jwt.claim.id"] = idClaim
            let churnd = try ChurndProcess(flags)
            let client = try churnd.client()
            let key = try #require(keys.first { $0.kind == .es256 })
            for claims in [claims, #"{"sub":"alice","exp":4102444800,"uti":"u-1"}"#] {
                let token = try key.token(claims)
                let texts = [token, try IssuerKey.twin(of: token)]
                func statuses() throws -> Set<Int> {
                    Set(try texts.map { try client.exchange(.predict(token: $0)).status })
                }
                #expect(try statuses() == [200])
                let revoke = HTTPRequest.operations(
                    "POST", "/admin/tokens/revoke",
                    body: #"{"token":"\#(texts[1])","seconds":600}"#)
                #expect(try churnd.operations(revoke).status == 200)
                #expect(try statuses() == [401])
                let restore = HTTPRequest.operations(
                    "POST", "/admin/tokens/unrevoke", body: #"{"token":"\#(token)"}"#)
                #expect(try churnd.operations(restore).status == 200)
                #expect(try statuses() == [200])
            }
        }

        @Test func `the doctor names each key, its algorithm, and why one is skipped`() throws {
            let set = try IssuerKey.set(keys)
            let more = set.replacing("]}", with: #",{"kty":"RSA","kid":"old","use":"enc"}]}"#)
            try more.write(toFile: path, atomically: true, encoding: .utf8)
            let child = try churnctl(
                ["doctor"],
                environment: [
                    "CHURND_JWT_JWKS": path, "PORT": "0", "CHURND_STORE": "memory",
                    "CHURND_MODEL_PATH": BuiltProgram.modelPath,
                    "CHURND_OPERATIONS_LISTEN": "127.0.0.1:0",
                ])
            #expect(child.ended == .code(0), "\(child.output)")
            for line in [
                "ok    token keys: 3 in \(path), from environment CHURND_JWT_JWKS",
                "ok    token key: k-rs256: RS256", "ok    token key: k-es256: ES256",
                "ok    token key: k-edDSA: EdDSA",
                "warn  configuration: jwt.jwks: key old: skipped: use or key_ops: not for "
                    + "verifying signatures",
            ] {
                #expect(child.output.contains("\(line)\n"), "\(line) in \(child.output)")
            }
        }
    }
}
