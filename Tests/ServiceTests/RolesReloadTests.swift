import Configuration
import Foundation
import JSON
import Service
import ServiceTestSupport
import TestSupport
import Testing

/// A file of roles that changes while a service runs.
@Suite struct RolesReloadTests {
    private static let refusedMessage = "roles rejected, the previous ones stay in use"
    private static let auditKey = String(repeating: "audit-key", count: 5)

    private let directory: TemporaryDirectory
    private let log = CapturedLog()
    private let tokens = TokenFactory()

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { directory.path(of: "roles.conf") }

    /// In place of the one before, as a whole.
    private func publish(_ text: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func start(
        _ flags: [String] = [], environment: [String: String] = [:]
    ) throws -> Service {
        let configuration = try ServiceConfiguration.testing(
            ["--http.port=0", "--http.reactors=2", "--store=memory", "--roles.path=\(path)"]
                + flags,
            environment: ["JWT_SECRET": ChurndProcess.secret].merging(environment) { $1 })
        return try Service.start(configuration, sink: log.sink)
    }

    private func end(_ service: Service) {
        service.beginDraining()
        service.waitUntilEnded()
    }

    @Test
    func `a change acts on the next request of every loop, also with a token that came before`()
        throws
    {
        try publish("role.service = predict\n")
        let service = try start()
        let request = HTTPRequest.predict(token: try tokens.token("ann", scope: "service"))
        let clients = try (0..<8).map { _ in try ClientSocket(port: service.port) }
        func statuses() throws -> Set<Int> {
            Set(try clients.map { try $0.exchange(request).status })
        }
        #expect(try statuses() == [200])
        #expect(try statuses() == [200])
        try publish("role.service = metrics:read\n")
        let line = try #require(try log.objects("roles changed", count: 1).first)
        #expect(line["trigger"] == .string("watch"))
        #expect(line["sha256"]?.asString?.count == 64)
        #expect(try statuses() == [403])
        try publish("role.service = predict:band\n")
        _ = try log.objects("roles changed", count: 2)
        for client in clients {
            let answer = try client.exchange(request)
            #expect(answer.status == 200 && answer.member("churn_probability") == nil)
        }
        end(service)
    }

    @Test func `a quota that is lowered or raised acts on the next request`() throws {
        func publish(_ quota: Int) throws {
            try self.publish("role.service = predict\nquota.role.service = \(quota)\n")
        }
        try publish(5)
        let service = try start()
        let request = HTTPRequest.predict(token: try tokens.token("ann", scope: "service"))
        let client = try ClientSocket(port: service.port)
        for left in ["4", "3", "2"] {
            #expect(try client.exchange(request)["RateLimit"]?.contains("r=\(left);") == true)
        }
        try publish(3)
        _ = try log.objects("roles changed", count: 1)
        let refused = try client.exchange(request)
        #expect(refused.status == 429)
        #expect(refused["RateLimit-Policy"]?.contains("q=3;") == true)
        try publish(4)
        _ = try log.objects("roles changed", count: 2)
        #expect(try client.exchange(request).status == 200)
        #expect(try client.exchange(request).status == 429)
        try self.publish("role.service = predict\nquota.subject.ann = 6\n")
        _ = try log.objects("roles changed", count: 3)
        #expect(try client.exchange(request)["RateLimit"]?.contains("r=1;") == true)
        end(service)
    }

    @Test func `administration goes by the login that the file asks for now`() throws {
        try publish("role.guard = tokens:revoke\nstep_up.age.tokens:revoke = 86400\n")
        let service = try start(["--operations.listen=127.0.0.1:0"])
        let address = try log.objects("listening", count: 1)[0]["operations"]?.asString
        let port = try #require(address?.split(separator: ":").last.flatMap { UInt16($0) })
        let claims =
            #"{"sub":"ann","exp":4102444800,"iat":\#(Int(Date().timeIntervalSince1970) - 90)"#
        let request = HTTPRequest(
            "POST", "/admin/tokens/revoke", fields: [("Content-Type", "application/json")],
            body: #"{"jti":"x","seconds":9}"#
        ).with("Authorization", "Bearer \(tokens.token(claims: claims + #","scope":"guard"}"#))")
        let client = try ClientSocket(port: port)
        #expect(try client.exchange(request).status == 200)
        try publish("role.guard = tokens:revoke\nstep_up.age.tokens:revoke = 60\n")
        _ = try log.objects("roles changed", count: 1)
        let refused = try client.exchange(request)
        #expect(refused.status == 401)
        #expect(refused["WWW-Authenticate"]?.contains("max_age=60") == true)
        end(service)
    }

    @Test func `a file that cannot be used leaves the one before in place`() throws {
        let good = "role.service = predict\nquota.role.service = 1000\n"
        try publish(good)
        let service = try start()
        let request = HTTPRequest.predict(token: try tokens.token("ann", scope: "service"))
        let client = try ClientSocket(port: service.port)
        for (number, (text, says)) in [
            (
                "role.service = read\n",
                "roles.conf:1: role.service: \"read\", expected of the scopes"
            ),
            ("role.service", "roles.conf:1: no \"=\""),
            ("quota.role.a = 5", "expected a line role.NAME of that role too"),
            (good + "quota.subject.a* = 100000", "admissions to hold in memory"),
            (String(repeating: "#", count: 65_537), "65536"),
        ].enumerated() {
            try publish(text)
            let line = try log.objects(Self.refusedMessage, count: number + 1)[number]
            #expect(line["level"] == .string("error"))
            let reason = line["reason"]?.asString ?? "none"
            #expect(reason.contains(says), "\(reason)")
            #expect(try client.exchange(request).status == 200)
        }
        try FileManager.default.removeItem(atPath: path)
        #expect(
            try log.objects(Self.refusedMessage, count: 6)[5]["reason"]?.asString?.contains(
                "No such file")
                == true)
        #expect(try client.exchange(request).status == 200)
        try publish("role.service = metrics:read\n")
        _ = try log.objects("roles changed", count: 1)
        #expect(try client.exchange(request).status == 403)
        // Each refusal is reported once, however often the file is read.
        #expect(try log.objects(Self.refusedMessage, count: 6).count == 6)
        end(service)
    }

    @Test func `a signal has the file read, and each outcome is counted`() throws {
        try publish("role.service = predict\n")
        let socket = directory.path(of: "socket")
        let service = try start(["--operations.listen=unix:\(socket)"])
        service.reload()
        _ = try log.objects("roles unchanged", count: 1)
        // Another text that says the same.
        try publish("# a comment\nrole.service =  predict\n")
        service.reload()
        _ = try log.objects("roles unchanged", count: 2)
        try publish("{")
        service.reload()
        service.reload()
        _ = try log.objects(Self.refusedMessage, count: 2)
        try publish("role.service = explain\n")
        service.reload()
        _ = try log.objects("roles changed", count: 1)
        let client = try ClientSocket(unixPath: socket)
        let samples = MetricSamples(try client.exchange(.get("/metrics")).text)
        #expect(samples["churnd_role_reloads_total{result=\"changed\"}"] == 1)
        #expect(samples["churnd_role_reloads_total{result=\"unchanged\"}"] == 2)
        #expect((samples["churnd_role_reloads_total{result=\"refused\"}"] ?? 0) >= 2)
        end(service)
    }

    private func records(_ audit: String) throws -> [JSONObject] {
        let names = try FileManager.default.contentsOfDirectory(atPath: audit).sorted()
        return try names.filter { $0.hasPrefix("records-") }.flatMap { name in
            try String(contentsOfFile: "\(audit)/\(name)", encoding: .utf8).split(separator: "\n")
                .map { try #require(try JSONValue(parsing: Array($0.utf8).span).asObject) }
        }.filter { $0["event"] == .string("roles") }
    }

    @Test func `a change is in the audit log before it acts`() throws {
        let audit = directory.path(of: "audit")
        try publish("role.service = predict\n")
        let service = try start(
            ["--audit.directory=\(audit)"], environment: ["AUDIT_KEY": Self.auditKey])
        #expect(try records(audit).isEmpty)
        try publish("role.service = explain\n")
        let watched = try #require(try log.objects("roles changed", count: 1).first)
        try publish("role.service = predict\n")
        service.reload()
        let line = try log.objects("roles changed", count: 2)[1]
        let found = try records(audit)
        #expect(found.map { $0["roles_sha256"] } == [watched["sha256"], line["sha256"]])
        #expect(found[0]["action"] == .string("watch"))
        #expect(found[1]["action"] == line["trigger"])
        #expect(found.allSatisfy { $0["result"] == nil })
        end(service)
    }

    @Test(.enabled(if: TestDisk.hasFileDisks, "needs root, the right to mount, loop devices"))
    func `a change that cannot be recorded does not act until it can`() throws {
        let disk = try TestDisk(.ext4, kibibytes: 8192)
        let audit = disk.path(of: "audit")
        try publish("role.service = predict\n")
        let service = try start(
            ["--audit.directory=\(audit)", "--audit.deadline=100"],
            environment: ["AUDIT_KEY": Self.auditKey])
        try disk.freeze()
        try publish("role.service = explain\n")
        let line = try log.objects(Self.refusedMessage, count: 1)[0]
        #expect(line["reason"]?.asString?.hasPrefix("the audit log does not take") == true)
        try disk.thaw()
        _ = try log.objects("roles changed", count: 1)
        #expect(try records(audit).last?["result"] == nil)
        end(service)
    }
}
