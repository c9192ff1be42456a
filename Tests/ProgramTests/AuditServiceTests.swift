import AuditLog
import Glibc
import JSON
import POSIX
import Synchronization
import TestSupport
import Testing

extension ProgramTests {
    /// What churnd records of what it answers.
    @Suite struct AuditServiceTests {
        private let tokens = TokenFactory()

        @Test func `an answered prediction stands in the file with all that was answered`() throws {
            let audited = try AuditedChurnd()
            let client = try audited.churnd.client()
            let token = try tokens.token("alice", id: "the-id")
            for index in 0..<10 {
                let body = Customer.valid.named("customer-\(index)").with("tenure", "\(index)").json
                let answer = try client.exchange(
                    .predict(token: token, body: body, requestID: "request-\(index)"))
                #expect(answer.status == 200)
                // Without any waiting: it was there before the answer.
                let record = try #require(try audited.records(.prediction).last)
                // The first of them is the first after a checkpoint.
                let link = index == 0 ? ["checkpoint"] : []
                #expect(
                    record.names == [
                        "sequence", "time", "event", "reactor", "request_id", "trace_id", "peer",
                        "subject", "jti", "customer", "model", "model_sha256", "body_sha256",
                        "probability", "probability_bits", "risk", "status",
                    ] + link + ["prev", "hash", "mac"])
                #expect(record["sequence"]?.asNumber == Double(index + 2))
                #expect(record["time"] == answer.member("timestamp"))
                #expect(record.text("request_id") == "request-\(index)")
                #expect(record.text("jti") == "the-id")
                #expect(record["model"] == answer.member("model_version"))
                #expect(record.text("body_sha256") == ModelVersions.sha256(of: Array(body.utf8)))
                #expect(record["probability"] == answer.member("churn_probability"))
                let bits = UInt32(record.text("probability_bits") ?? "", radix: 16) ?? 0
                let rounded = (Double(Float(bitPattern: bits)) * 1e4).rounded() / 1e4
                #expect(rounded == answer.member("churn_probability")?.asNumber)
                #expect(record["risk"] == answer.member("risk_level"))
                #expect(record["status"]?.asNumber == 200)
            }
            let records = try audited.records(.prediction)
            #expect(Set(records.map { $0.text("subject") }).count == 1)
            #expect(Set(records.map { $0.text("customer") }).count == 10)
            for pseudonym in records.flatMap({ [$0.text("subject"), $0.text("customer")] }) {
                #expect(pseudonym?.contains(/^[0-9a-f]{32}$/) == true)
            }
            // Anyone with the key finds what belongs to a name.
            for (option, name, count) in [
                ("--subject", "alice", 10), ("--customer", "customer-3", 1),
                ("--jti", "the-id", 10), ("--subject", "bob", 0),
            ] {
                let found = try audited.churnctl("show", audited.directory, option, name)
                #expect(found.output.split(separator: "\n").count == count, "\(name)")
            }
        }

        @Test func `refusals of callers who are known are recorded with the reason`() throws {
            let audited = try AuditedChurnd(["quota.limit": "1", "jwt.scope": "predict"])
            let client = try audited.churnd.client()
            let token = try tokens.token("alice", id: "the-id", scope: "predict")
            let stranger = try tokens.token("bob", id: "other-id", scope: "other")
            let body = Customer.valid.named("the-customer").json
            func request(_ token: String, _ name: String) -> HTTPRequest {
                .predict(token: token, body: body, requestID: name)
            }
            #expect(try client.exchange(request(token, "first")).status == 200)
            #expect(try client.exchange(request(token, "limited")).status == 429)
            #expect(try client.exchange(request(stranger, "unscoped")).status == 403)
            let revocation = try audited.churnd.operations(
                .operations(
                    "POST", "/admin/tokens/revoke", body: #"{"jti":"the-id","seconds":60}"#))
            #expect(revocation.status == 200)
            #expect(try client.exchange(request(token, "revoked")).status == 401)

            let prediction = try #require(try audited.records(.prediction).first)
            let refusals = try audited.records(.refusal)
            let digest = ModelVersions.sha256(of: Array(body.utf8))
            let wanted: [(name: String, reason: String, status: Double, digest: String?)] = [
                ("limited", "rate-limited", 429, digest),
                ("unscoped", "insufficient-scope", 403, nil),
                ("revoked", "token-revoked", 401, digest),
            ]
            #expect(refusals.count == wanted.count)
            for (record, wanted) in zip(refusals, wanted) {
                #expect(record.text("request_id") == wanted.name)
                #expect(record.text("reason") == wanted.reason)
                #expect(record["status"]?.asNumber == wanted.status)
                #expect(record.text("body_sha256") == wanted.digest)
                let isAlice = wanted.name != "unscoped"
                #expect((record["subject"] == prediction["subject"]) == isAlice)
                #expect(record.text("jti") == (isAlice ? "the-id" : "other-id"))
                #expect((record["customer"] == prediction["customer"]) == isAlice)
                #expect(record.text("trace_id") != nil)
            }
        }

        /// The answer to one lets the next be taken up, in the middle of what is done at a turn's
        /// end.
        @Test(arguments: ["none", "interval", "always"])
        func `what is pipelined is recorded and answered without another request`(
            sync: String
        ) throws {
            let audited = try AuditedChurnd(["audit.sync": sync, "jwt.scope": "predict"])
            let client = try audited.churnd.client()
            let token = try tokens.token("alice", scope: "predict")
            let unscoped = try tokens.token("bob", scope: "other")
            let expired = try tokens.token("eve", lifetimeSeconds: -3600, scope: "predict")
            let wanted: [(token: String?, status: Int)] = [
                (token, 200), (token, 200), (unscoped, 403), (unscoped, 403), (expired, 401),
                (token, 200), (nil, 401), (unscoped, 403), (expired, 401), (token, 200),
            ]
            try client.send(
                wanted.enumerated().flatMap { index, wanted in
                    HTTPRequest.predict(token: wanted.token, requestID: "r-\(index)").bytes
                })
            for (index, wanted) in wanted.enumerated() {
                let answer = try client.readAnswer()
                #expect(answer.status == wanted.status)
                #expect(answer["X-Request-Id"] == "r-\(index)")
            }
            try audited.end()
            let known = wanted.indices.filter { wanted[$0].status != 401 }
            let recorded = try audited.records().compactMap { $0.text("request_id") }
            #expect(recorded == known.map { "r-\($0)" })
            let counted = try audited.records(.refusals).compactMap { $0["count"]?.asNumber }
            #expect(counted.reduce(0, +) == 3)
            #expect(try audited.verify().exit == .code(0))
        }

        @Test func `what is nobody's decision is not recorded`() throws {
            let audited = try AuditedChurnd()
            let token = try tokens.token("alice")
            for (request, status) in [
                (.predict(token: token, body: "{}"), 422), (.predict(token: token, body: "{"), 400),
                (.get("/nowhere"), 404), (.get("/predict"), 405), (.get("/health"), 200),
                (HTTPRequest("POST", "/predict"), 411),
                (.predict(token: token).with("Authorization", "Bearer \(token)"), 400),
                (.predict(token: token).with("Content-Encoding", "gzip"), 415),
            ] as [(HTTPRequest, Int)] {
                let client = try audited.churnd.client()
                #expect(try client.exchange(request).status == status)
            }
            #expect(try audited.churnd.operations(.get("/metrics")).status == 200)
            #expect(try audited.churnd.operations(.get("/admin/models")).status == 200)
            try audited.end()
            #expect(try audited.events() == ["start", "stop"])
        }

        @Test func `callers whom nobody knows make one record a second and reason`() throws {
            let audited = try AuditedChurnd()
            let client = try audited.churnd.client()
            let expired = try tokens.token("alice", lifetimeSeconds: -3600)
            let begun = Clock.monotonicNanoseconds()
            for _ in 0..<200 {
                #expect(try client.exchange(.predict(token: nil)).status == 401)
                #expect(try client.exchange(.predict(token: "a.b.c")).status == 401)
                #expect(try client.exchange(.predict(token: expired)).status == 401)
            }
            try audited.end()
            let seconds = Int((Clock.monotonicNanoseconds() - begun) / 1_000_000_000)
            let records = try audited.records(.refusals)
            for reason in ["missing-token", "invalid-token", "token-expired"] {
                let own = records.filter { $0.text("reason") == reason }
                #expect(own.compactMap { $0["count"]?.asNumber }.reduce(0, +) == 200, "\(reason)")
                #expect((1...seconds + 2).contains(own.count), "\(own.count) in \(seconds) s")
                #expect(own.allSatisfy { $0["status"]?.asNumber == 401 })
            }
            #expect(try audited.records(.refusal).isEmpty)
            #expect(try audited.verify().exit == .code(0))
        }

        @Test func `what administrators do is recorded, with a hash of who did it`() throws {
            let versions = try ModelVersions.quick()
            let audited = try AuditedChurnd([
                "model.path": versions.path, "model.watch": "0.02",
                "operations.listen": "127.0.0.1:0",
            ])
            let token = try tokens.administrator("alice", id: "admin-id")
            let caller = try audited.churnd.client()
            #expect(try caller.exchange(.predict(token: token)).status == 200)
            let admin = try audited.churnd.operationsClient()
            func ask(_ path: String, _ body: String, _ name: String) throws -> Int {
                let request = HTTPRequest.operations("POST", path, token: token, body: body)
                return try admin.exchange(request.with("X-Request-Id", name)).status
            }
            #expect(try ask("/admin/models/activate", #"{"version":"2"}"#, "first") == 200)
            #expect(try ask("/admin/models/activate", #"{"version":"2"}"#, "same") == 200)
            #expect(try ask("/admin/models/activate", #"{"version":"9"}"#, "bad") == 422)
            #expect(try ask("/admin/models/rollback", "", "back") == 200)
            let jti = #"{"jti":"secret-name""#
            #expect(try ask("/admin/tokens/revoke", jti + #","seconds":60}"#, "revoke") == 200)
            #expect(try ask("/admin/tokens/unrevoke", jti + "}", "restore") == 200)
            #expect(try ask("/admin/tokens/unrevoke", jti + "}", "again") == 200)
            try versions.setActive("2\n1\n")
            _ = try audited.records(.model, count: 3)
            try versions.edit("2", .manifest, "\"mark\": \"\"", "\"mark\": \"new\"")
            audited.churnd.child.signal(SIGHUP)
            let models = try audited.records(.model, count: 4)
            let alice = try #require(try audited.records(.prediction).first?["subject"])

            let wanted: [(action: String, model: String, name: String?)] = [
                ("activate", "telco-logistic/2", "first"), ("rollback", "telco-logistic/1", "back"),
                ("watch", "telco-logistic/2", nil), ("reload", "telco-logistic/2", nil),
            ]
            #expect(models.count == wanted.count)
            for (record, wanted) in zip(models, wanted) {
                #expect(record.text("action") == wanted.action)
                #expect(record.text("model") == wanted.model)
                #expect(record.text("model_sha256")?.contains(/^[0-9a-f]{64}$/) == true)
                #expect(record.text("request_id") == wanted.name)
                #expect(record["subject"] == (wanted.name == nil ? nil : alice))
            }
            #expect(models[0]["model_sha256"] == models[2]["model_sha256"])
            #expect(models[2]["model_sha256"] != models[3]["model_sha256"])
            let revocations = try audited.records(.revocation, count: 2)
            #expect(revocations.map { $0.text("action") } == ["revoke", "unrevoke"])
            #expect(revocations.map { $0.text("request_id") } == ["revoke", "restore"])
            #expect(revocations.allSatisfy { $0["subject"] == alice })
            #expect(Set(revocations.map { $0.text("name") }).count == 1)
            #expect(revocations[0].text("name")?.contains(/^[0-9a-f]{32}$/) == true)
            let found = try audited.churnctl("show", audited.directory, "--jti", "secret-name")
            #expect(found.output.split(separator: "\n").count == 2)
            try audited.end()
            #expect(try audited.verify().exit == .code(0))
        }

        @Test func `refusals of who may not administer are recorded like any others`() throws {
            let audited = try AuditedChurnd(["operations.listen": "127.0.0.1:0"])
            let admin = try audited.churnd.operationsClient()
            func ask(_ token: String?, _ name: String) throws -> Int {
                let request = HTTPRequest.operations("GET", "/admin/models", token: token)
                return try admin.exchange(request.with("X-Request-Id", name)).status
            }
            let revoked = try tokens.administrator("mallory", id: "gone")
            let revocation = HTTPRequest.operations(
                "POST", "/admin/tokens/revoke", token: try tokens.administrator(),
                body: #"{"jti":"gone","seconds":60}"#)
            #expect(try admin.exchange(revocation).status == 200)
            #expect(try ask(revoked, "revoked") == 401)
            #expect(try ask(try tokens.token("bob"), "plain") == 403)
            #expect(try ask(nil, "none") == 401)
            let refusals = try audited.records(.refusal, count: 2)
            #expect(refusals.map { $0.text("request_id") } == ["revoked", "plain"])
            #expect(refusals.map { $0.text("reason") } == ["token-revoked", "insufficient-scope"])
            #expect(refusals.allSatisfy { $0.text("subject")?.utf8.count == 32 })
            let counted = try #require(try audited.records(.refusals, count: 1).first)
            #expect(counted.text("reason") == "missing-token")
            let lines = audited.churnd.log("request").filter {
                $0.text("request_id") == "plain" || $0.text("request_id") == "none"
            }
            #expect(lines.map { $0.text("subject") != nil } == [true, false])
            try audited.end()
            #expect(try audited.verify().exit == .code(0))
        }

        @Test func `on a socket nobody has a name, and the record has none`() throws {
            let versions = try ModelVersions.quick()
            let audited = try AuditedChurnd(["model.path": versions.path])
            let answer = try audited.churnd.operations(
                HTTPRequest.activate("2").with("X-Request-Id", "first"))
            #expect(answer.status == 200)
            let record = try audited.records(.model, count: 1)[0]
            #expect(record.text("request_id") == "first")
            #expect(record["subject"] == nil)
        }

        @Test func `a log is whole while it is written, after the end and over restarts`() throws {
            let audited = try AuditedChurnd(["audit.segment_bytes": "65536"])
            for round in 1...3 {
                let port = audited.churnd.port
                let request = HTTPRequest.predict(token: try tokens.token("alice"))
                let load = Running(2) { _ in
                    let client = try ClientSocket(port: port)
                    return try (0..<100).map { _ in try client.exchange(request).status }
                }
                let running = try audited.verify()
                #expect(running.exit == .code(0), "\(running.output)")
                #expect(try load.values().joined().allSatisfy { $0 == 200 })
                try audited.end()
                let ended = try audited.verify()
                #expect(ended.exit == .code(0), "\(ended.output)")
                #expect(ended.output.hasSuffix(": fine\n"), "\(ended.output)")
                let events = try audited.events()
                #expect(events.count == round * 202)
                #expect(events.filter { $0 == "start" }.count == round)
                #expect(events.filter { $0 == "stop" }.count == round)
                if round < 3 { try audited.restart() }
            }
            #expect(try audited.segments().count > 3)
            let records = try audited.records()
            #expect(records.first?["missing"]?.asNumber == 0)
            #expect(records.first?["torn_bytes"]?.asNumber == 0)
            #expect(records.first?.text("prev") == String(repeating: "0", count: 64))
            for (before, record) in zip(records, records.dropFirst()) {
                #expect(record["prev"] == before["hash"])
            }
            #expect(records.map { $0["sequence"]?.asNumber } == (1...606).map { Double($0) })
        }

        @Test func `predictions whose features are recorded come out again, bit for bit`() throws {
            let versions = try ModelVersions()
            let audited = try AuditedChurnd([
                "model.path": versions.path, "audit.features": "on",
            ])
            let client = try audited.churnd.client()
            let token = try tokens.token("alice")
            for version in ["1", "2"] {
                #expect(try audited.churnd.operations(.activate(version)).status == 200)
                for tenure in [0, 1, 12, 71, 72] {
                    let body = Customer.valid.with("tenure", "\(tenure)")
                        .with("MonthlyCharges", "\(20.1 + Double(tenure))")
                        .with("PaymentMethod", #""Credit card""#).named("the-customer").json
                    #expect(try client.exchange(.predict(token: token, body: body)).status == 200)
                }
            }
            let record = try #require(try audited.records(.prediction).last)
            let features = try #require(record["features"]?.asObject)
            #expect(features.names == Customer.valid.members.map(\.name))
            #expect(features["tenure"]?.asNumber == 72)
            #expect(features.text("PaymentMethod") == "Credit card (automatic)")
            let replay = try audited.churnctl(
                "replay", audited.directory, "--models", versions.path)
            #expect(replay.output == "10 predictions: all bits equal\n")
            #expect(replay.exit == .code(0))
        }

        @Test func `names of any bytes are recorded so that the log stays readable`() throws {
            let audited = try AuditedChurnd()
            let client = try audited.churnd.client()
            let names = [
                #"a"b\c/d"#, "\u{e9}\u{1F600}", "\u{2028}\u{FEFF}", "</script>", "%s%n",
                "\",\"hash\":\"", String(repeating: "x", count: 256), "~",
            ]
            for (index, name) in names.enumerated() {
                let quoted = name.replacing("\\", with: #"\\"#).replacing("\"", with: #"\""#)
                let token = tokens.token(
                    claims: "{\"sub\":\"\(quoted)\",\"jti\":\"\(quoted)\",\"exp\":4102444800}")
                let body = Customer.valid.named(index < 6 ? quoted : "x").json
                let answer = try client.exchange(.predict(token: token, body: body))
                #expect(answer.status == 200, "\(name)")
                let record = try #require(try audited.records(.prediction).last)
                #expect(record.text("jti") == name)
            }
            try audited.end()
            let found = try audited.verify()
            #expect(found.exit == .code(0), "\(found.output)")
            #expect(Set(try audited.records(.prediction).map { $0.text("subject") }).count == 8)
        }

        @Test func `an end under load leaves a record of every answer, and then its own`() throws {
            let audited = try AuditedChurnd(["audit.sync": "none"])
            let port = audited.churnd.port
            let request = HTTPRequest.predict(token: try tokens.token("alice"))
            let count = Mutex(0)
            let load = Running(4) { thread in
                let client = try ClientSocket(port: port)
                var names: [String] = []
                while !client.hasNews {
                    let name = "\(thread)-\(names.count)"
                    let answer = try client.exchange(request.with("X-Request-Id", name))
                    guard answer.status == 200 else {
                        throw NeverHappened(what: "a prediction: \(answer.text)")
                    }
                    names.append(name)
                    count.withLock { $0 += 1 }
                    if answer.closes { break }
                }
                return names
            }
            try eventually("there is load", within: 30) { count.withLock { $0 } > 200 }
            try audited.end()
            let answered = Set(try load.values().joined())
            #expect(
                Set(try audited.records(.prediction).compactMap { $0.text("request_id") })
                    == answered)
            #expect(try audited.events().last == "stop")
            #expect(try audited.verify().exit == .code(0))
        }
    }
}
