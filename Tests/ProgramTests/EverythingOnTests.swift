import AuditLog
import Foundation
import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// A churnd with everything on at the same time, and a search of all that it writes.
    @Suite struct EverythingOnTests {
        private static let password = "planted-redis-password"
        private static let sentinelPassword = "planted-sentinel-password"
        private static let tokenID = "planted-jti"
        private static let subject = "planted-subject"
        private static let customer = "planted-customer"
        private static let roles = """
            role.service = predict
            role.single = predict:band
            role.operator = models:activate audit:read keys:manage tokens:revoke metrics:read
            quota.role.single = 1
            step_up.age.tokens:revoke = 60
            step_up.amr.tokens:revoke = mfa
            """
        private static let planted = [
            ChurndProcess.secret, AuditedChurnd.key, password, sentinelPassword, tokenID, subject,
            customer, "planted-query", "planted-value", "planted-operator", "planted-answer",
            "planted-cookie", "planted-header", "56.9517", "7353.9184",
        ]

        private let directory: TemporaryDirectory
        private let authority: TestAuthority
        private let own: CertificateFiles
        private let key: IssuerKey
        private let redis: TLSRedisServer
        private let issuer: StandInServer

        init() throws {
            directory = try TemporaryDirectory()
            authority = try TestAuthority.shared.get()
            own = try authority.certificate("own", subject: "/CN=own")
            key = try IssuerKey("issuers", .es256)
            redis = try TLSRedisServer(
                authority,
                arguments: [
                    "--user", "churnd", "on", ">\(Self.password)", "~*", "&*", "+@all",
                    "--notify-keyspace-events", "K$g",
                ])
            let set = try IssuerKey.set([key])
            issuer = try StandInServer(tls: authority.serverContext()) { _ in
                StandInServer.answer(set, fields: "Set-Cookie: planted-cookie\r\n")
            }
            try Directories.create(directory.path(of: "keys"))
            try write("keys/own", ChurndProcess.secret)
            try write("roles.conf", Self.roles)
        }

        private func write(_ name: String, _ text: String) throws {
            try Files.writeAtomically(
                Array(text.utf8).span, to: directory.path(of: name), mode: 0o600)
        }

        private var url: String {
            "rediss://churnd:\(Self.password)@localhost:\(redis.port)"
        }

        private var flags: [String: String] {
            var flags = [
                "http.reactors": "1", "http.trusted_proxies": "127.0.0.7",
                "abuse.failures_per_minute": "1", "abuse.failures_burst": "3",
                "store": "redis", "redis.deadline": "2000", "redis.tls.ca": authority.path,
                "redis.keyspace_events": "on", "behaviour": "watch",
                "roles.path": directory.path(of: "roles.conf"),
                "jwt.keys": directory.path(of: "keys"),
                "jwt.jwks": "https://localhost:\(issuer.port)/keys?tenant=planted-query",
                "jwt.jwks_age_min": "1", "jwt.jwks_cooldown": "1",
                "outgoing.ca": authority.path, "outgoing.ports": "\(issuer.port)",
                "outgoing.networks": "127.0.0.0/8 ::1/128", "outgoing.timeout": "5",
                "operations.listen": "127.0.0.1:0", "log.slow_requests": "0.001",
                "log.refused_per_second": "0", "trace.context": "on",
            ]
            for listener in ["tls", "operations.tls"] {
                flags["\(listener).certificate"] = authority.server.certificate
                flags["\(listener).key"] = authority.server.key
                flags["\(listener).client_ca"] = authority.path
                flags["\(listener).client_auth"] = "required"
            }
            return flags
        }

        private func client(_ port: UInt16, source: UInt8 = 1) throws -> ClientSocket {
            let client = try ClientSocket(port: port, source: source)
            try client.startTLS(authority.clientContext(own.identity()))
            return client
        }

        private func claims(
            _ subject: String, _ scope: String, id: String = tokenID, lifetime: Int64 = 3600,
            more: String = ""
        ) -> String {
            let now = Clock.unixMilliseconds() / 1000
            return #"{"sub":"\#(subject)","jti":"\#(id)","iat":\#(now),"#
                + #""exp":\#(now + lifetime),"scope":"\#(scope)"\#(more)}"#
        }

        private var body: String {
            Customer.valid.named(Self.customer).with("MonthlyCharges", "56.9517")
                .with("TotalCharges", "7353.9184").json
        }

        /// Requests to predict, the status of each, and the address that it comes from.
        private func callers() throws -> [(request: HTTPRequest, status: Int, source: UInt8)] {
            let good = try key.token(claims(Self.subject, "service"))
            let secret = TokenFactory().token(
                header: #"{"alg":"HS256","kid":"own"}"#,
                claims: claims("\(Self.subject)-2", "single", id: "\(Self.tokenID)-2"))
            let forged = try IssuerKey("issuers", .es256).token(claims(Self.subject, "service"))
            let expired = try key.token(claims(Self.subject, "service", lifetime: -90))
            let unscoped = try key.token(claims(Self.subject, "planted-value"))
            let wrong = body.replacing(#""gender":"#, with: #""gender":"planted-value","x":"#)
            func proxied(_ scheme: String) -> HTTPRequest {
                HTTPRequest.predict(token: good, body: body)
                    .with("X-Forwarded-For", "planted-header, 192.0.2.1")
                    .with("X-Forwarded-Proto", scheme)
            }
            return [
                (.predict(token: good, body: body), 200, 1),
                (.predict(token: secret, body: body), 200, 1),
                (.predict(token: secret, body: body), 429, 1),
                (.predict(token: good, body: wrong), 422, 1),
                (.predict(token: unscoped, body: body), 403, 1),
                (proxied("https"), 200, 7), (proxied("http"), 403, 7),
                (.predict(token: good, body: #"{"planted-value":"#), 400, 3),
                (.predict(token: "planted-value", body: body), 401, 3),
                (.predict(token: forged, body: body), 401, 3),
                (.predict(token: good, body: body), 429, 3),
                (.predict(token: expired, body: body), 401, 4),
                (HTTPRequest("GET", "/predict\u{1}planted-value"), 400, 5),
                (
                    HTTPRequest.get("/livez?planted-value").with("traceparent", "planted-header"),
                    200, 5
                ),
            ]
        }

        private func commands() throws -> [(request: HTTPRequest, status: Int)] {
            let login = #","amr":["mfa"]"#
            let good = try key.token(
                claims("planted-operator", "operator", id: "planted-jti-3", more: login))
            let weak = try key.token(claims("planted-operator", "operator", id: "planted-jti-4"))
            let caller = try key.token(claims(Self.subject, "service"))
            func post(_ path: String, _ body: String, _ token: String) -> HTTPRequest {
                .operations("POST", path, token: token, body: body)
            }
            let revocation = #"{"jti":"planted-value","seconds":9}"#
            return [
                (.operations("GET", "/admin/models", token: good), 200),
                (.operations("GET", "/admin/models", token: caller), 403),
                (.operations("GET", "/admin/behaviour", token: caller), 403),
                (.operations("GET", "/metrics", token: good), 200),
                (.operations("GET", "/metrics", token: "planted-value"), 401),
                (post("/admin/models/activate", #"{"version":"1"}"#, good), 409),
                (post("/admin/tokens/revoke", revocation, good), 409),
                (post("/admin/tokens/revoke", revocation, weak), 401),
                (post("/admin/tokens/revoke", #"{"planted-value":1}"#, good), 422),
                (post("/admin/behaviour/clear", #"{"subject":"planted-value"}"#, good), 200),
                (post("/admin/keys/reload", "", good), 200),
                (.get("/health"), 200),
            ]
        }

        @Test func `nothing that was given in confidence is found in any output`() throws {
            let audited = try AuditedChurnd(flags, environment: ["REDIS_URL": url])
            let churnd = audited.churnd
            var output = SearchedOutput()
            try eventually("it is ready") {
                try client(churnd.port).exchange(.get("/readyz")).status == 200
            }
            _ = try churnd.log("listening to revocations made in Redis", count: 1)
            for (request, status, source) in try callers() {
                let answer = try client(churnd.port, source: source).exchange(request)
                #expect(answer.status == status, "\(answer.text)")
                output.add(answer, allowing: [#""customer_id":"\#(Self.customer)""#])
            }
            let operations = try client(churnd.operationsPort)
            for (request, status) in try commands() {
                let answer = try operations.exchange(request)
                #expect(answer.status == status, "\(request.target) \(answer.text)")
                output.add(answer)
            }
            try fail(churnd, &output)
            try audited.end()
            output.add(churnd.child)
            let names = ["-2", "-3", "-4", ""].map { "\"jti\":\"\(Self.tokenID)\($0)\"" }
            for path in try audited.segments() {
                let bytes = try Files.read(path, bytesMax: 1 << 24)
                output.add(path, String(decoding: bytes, as: UTF8.self), allowing: names)
            }
            try runCommands(audited, &output)
            #expect(output.texts.count > 30)
            output.expectNone(of: Self.planted + (try privateLines()))
        }

        /// A token is revoked, the issuer answers with nonsense and is gone, and Redis after it.
        private func fail(_ churnd: ChurndProcess, _ output: inout SearchedOutput) throws {
            let token = try key.token(claims(Self.subject, "service"))
            let predict = HTTPRequest.predict(token: token, body: body)
            let connection = try redis.server.client()
            try connection.command("SET", "blacklist:\(Self.tokenID)", "1")
            _ = try churnd.log("a revocation was changed in Redis", count: 1)
            let revoked = try client(churnd.port).exchange(predict)
            #expect(revoked.status == 401)
            issuer.close()
            churnd.child.signal(SIGHUP)
            _ = try churnd.log(
                "the issuer's keys cannot be fetched, the previous ones stay in use", count: 1)
            redis.server.kill()
            let undecided = try client(churnd.port).exchange(predict)
            #expect(undecided.status == 503)
            let scrape = try client(churnd.operationsPort).exchange(.get("/health"))
            #expect(scrape.status == 503)
            for answer in [revoked, undecided, scrape] { output.add(answer) }
        }

        /// What operators ask with the same settings, of everything that now fails.
        private func runCommands(
            _ audited: AuditedChurnd, _ output: inout SearchedOutput
        ) throws {
            var environment = AuditedChurnd.secrets.merging(["REDIS_URL": url]) { $1 }
            let settings = ChurndProcess.settings(redisPort: nil, flags).merging([
                "audit.directory": audited.directory
            ]) { $1 }
            let arguments = settings.map { "--\($0.key)=\($0.value)" }
            for (name, value) in settings {
                let variable = name.uppercased().replacing(".", with: "_")
                environment["CHURND_\(variable)"] = value
            }
            let sentinel = environment.merging([
                "REDIS_URL": "redis+sentinel://churnd:\(Self.password)@localhost:26379/churn",
                "CHURND_REDIS_SENTINEL_PASSWORD": Self.sentinelPassword,
                "CHURND_REDIS_TLS_CA": "",
            ]) { $1 }
            let runs = [
                (BuiltProgram.churnd, ["--print-config"] + arguments, environment),
                (BuiltProgram.churnd, ["--print-config"], sentinel),
                (BuiltProgram.churnd, ["--quota.limit=planted-limit"], environment),
                (BuiltProgram.churnctl, ["doctor"], environment),
            ]
            for (program, arguments, environment) in runs {
                let child = try ChildProcess(program, arguments, environment: environment)
                _ = try child.waitForExit(within: 30)
                #expect(child.output + child.errors != "")
                output.add(child)
            }
        }

        /// The lines of all private keys.
        private func privateLines() throws -> [String] {
            try [authority.server.key, own.key].flatMap { path in
                try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
                    .map(String.init).filter { !$0.hasPrefix("-----") }
            }
        }
    }
}
