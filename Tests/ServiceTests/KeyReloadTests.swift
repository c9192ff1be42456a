import Configuration
import Foundation
import JSON
import Service
import ServiceTestSupport
import TestSupport
import Testing

/// Keys that change while a service runs.
@Suite struct KeyReloadTests {
    private let directory: TemporaryDirectory
    private let log = CapturedLog()
    private let old: IssuerKey
    private let new: IssuerKey
    private let claims = #"{"sub":"acme","exp":4102444800,"iat":1}"#

    init() throws {
        directory = try TemporaryDirectory()
        old = try IssuerKey("old")
        new = try IssuerKey("new", .es256)
    }

    private var setPath: String { directory.path(of: "set.json") }
    private var keysPath: String { directory.path(of: "keys") }

    /// In place of the one before, as a whole.
    private func publish(_ text: String) throws {
        try text.write(toFile: setPath, atomically: true, encoding: .utf8)
    }

    private func start(
        _ flags: [String] = [], environment: [String: String] = [:]
    ) throws -> Service {
        let configuration = try ServiceConfiguration.testing(
            ["--http.port=0", "--http.reactors=2", "--store=memory", "--jwt.jwks=\(setPath)"]
                + flags, environment: environment)
        return try Service.start(configuration, sink: log.sink)
    }

    private func status(_ service: Service, _ token: String) throws -> Int {
        try ClientSocket(port: service.port).exchange(.predict(token: token)).status
    }

    private func end(_ service: Service) {
        service.beginDraining()
        service.waitUntilEnded()
    }

    @Test func `old and new keys are accepted together, and a withdrawn one by no loop`() throws {
        try publish(IssuerKey.set([old]))
        let service = try start()
        let (oldToken, newToken) = (try old.token(claims), try new.token(claims))
        let clients = try (0..<8).map { _ in try ClientSocket(port: service.port) }
        func statuses(_ token: String) throws -> Set<Int> {
            Set(try clients.map { try $0.exchange(.predict(token: token)).status })
        }
        #expect(try statuses(oldToken) == [200])
        #expect(try statuses(newToken) == [401])

        try publish(IssuerKey.set([old, new]))
        let added = try #require(try log.objects("keys changed", count: 1).first)
        #expect(added["keys"] == .string("2") && added["added"] == .string("new"))
        #expect(added["removed"] == .string("none") && added["trigger"] == .string("watch"))
        #expect(try statuses(oldToken) == [200])
        #expect(try statuses(newToken) == [200])

        try publish(IssuerKey.set([new]))
        let removed = try log.objects("keys changed", count: 2)[1]
        #expect(removed["removed"] == .string("old"))
        #expect(try statuses(oldToken) == [401])
        #expect(try statuses(newToken) == [200])

        let other = try IssuerKey("new")
        try publish(IssuerKey.set([other]))
        #expect(try log.objects("keys changed", count: 3)[2]["replaced"] == .string("new"))
        #expect(try statuses(newToken) == [401])
        #expect(try statuses(other.token(claims)) == [200])
        end(service)
    }

    @Test func `a set that cannot be used leaves the one before in place`() throws {
        try publish(IssuerKey.set([old]))
        let service = try start()
        let token = try old.token(claims)
        let message = "keys rejected, the previous ones stay in use"
        let set = try IssuerKey.set([new])
        for (number, text) in ["", "{", #"{"keys":[]}"#, String(set.dropLast(3))].enumerated() {
            try publish(text)
            let line = try log.objects(message, count: number + 1)[number]
            #expect(line["level"] == .string("error"))
            #expect(line["reason"]?.asString?.hasPrefix("jwt.jwks: \(setPath): ") == true)
            #expect(try status(service, token) == 200)
        }
        try FileManager.default.removeItem(atPath: setPath)
        #expect(
            try log.objects(message, count: 5)[4]["reason"]?.asString?.contains("No such file")
                == true)
        #expect(try status(service, token) == 200)
        try publish(set)
        _ = try log.objects("keys changed", count: 1)
        #expect(try status(service, token) == 401)
        // Each refusal is reported once, however often the file is read.
        #expect(try log.objects(message, count: 5).count == 5)
        end(service)
    }

    @Test func `a signal has the keys read, and each outcome is counted`() throws {
        try publish(IssuerKey.set([old]))
        let service = try start(["--operations.listen=unix:\(directory.path(of: "socket"))"])
        service.reload()
        _ = try log.objects("keys unchanged", count: 1)
        try publish("{")
        service.reload()
        service.reload()
        _ = try log.objects("keys rejected, the previous ones stay in use", count: 2)
        try publish(IssuerKey.set([new]))
        service.reload()
        _ = try log.objects("keys changed", count: 1)
        let client = try ClientSocket(unixPath: directory.path(of: "socket"))
        let samples = MetricSamples(try client.exchange(.get("/metrics")).text)
        #expect(samples["churnd_key_reloads_total{result=\"changed\"}"] == 1)
        #expect(samples["churnd_key_reloads_total{result=\"unchanged\"}"] == 1)
        #expect((samples["churnd_key_reloads_total{result=\"refused\"}"] ?? 0) >= 2)
        end(service)
    }

    @Test func `an administrator has the keys read, and the audit log has each change`() throws {
        try publish(IssuerKey.set([old]))
        let audit = directory.path(of: "audit")
        let socket = directory.path(of: "socket")
        let service = try start(
            ["--operations.listen=unix:\(socket)", "--audit.directory=\(audit)"],
            environment: ["AUDIT_KEY": "0123456789abcdefghijklmnopqrstuv"])
        func reload(_ body: String = "") throws -> HTTPAnswer {
            try ClientSocket(unixPath: socket).exchange(
                HTTPRequest(
                    "POST", "/admin/keys/reload", fields: [("Content-Type", "application/json")],
                    body: body))
        }
        #expect(try reload().text.hasSuffix(#"{"changed":false,"keys":1,"fetching":false}"#))
        let other = try IssuerKey("old")
        try publish(IssuerKey.set([other, new]))
        let changed = try reload("{}")
        // The watch may have been first.
        #expect(changed.status == 200 && changed.text.contains(#""keys":2"#))
        #expect(try status(service, old.token(claims)) == 401)
        #expect(try status(service, other.token(claims)) == 200)
        try publish("{")
        let refused = try reload()
        #expect(refused.status == 409 && refused.text.contains("The previous keys stay in use: "))
        #expect(try reload(#"{"a":1}"#).status == 422)
        try publish(IssuerKey.set([other]))
        #expect(try reload().status == 200)
        _ = try log.objects("keys changed", count: 2)
        end(service)
        var text = ""
        for name in try FileManager.default.contentsOfDirectory(atPath: audit).sorted() {
            text += (try? String(contentsOfFile: "\(audit)/\(name)", encoding: .utf8)) ?? ""
        }
        for (action, count) in [
            (#""action":"reload","#, 5),
            (#""action":"reload","result":"not-done""#, 1),
            (#""action":"add","kid":"new""#, 1),
            (#""action":"replace","kid":"old""#, 1), (#""action":"remove","kid":"new""#, 1),
        ] {
            #expect(
                text.split(separator: action, omittingEmptySubsequences: false).count == count + 1)
        }
    }

    @Test func `one secret is read at a start alone`() throws {
        let socket = directory.path(of: "socket")
        let configuration = try ServiceConfiguration.testing(
            ["--http.port=0", "--store=memory", "--operations.listen=unix:\(socket)"],
            environment: ["JWT_SECRET": "0123456789abcdefghijklmnopqrstuv"])
        let service = try Service.start(configuration, sink: log.sink)
        let answer = try ClientSocket(unixPath: socket).exchange(
            HTTPRequest("POST", "/admin/keys/reload", body: ""))
        #expect(answer.status == 409)
        end(service)
    }

    @Test func `secrets of a directory are read again beside the set`() throws {
        try publish(IssuerKey.set([old]))
        try FileManager.default.createDirectory(
            atPath: keysPath, withIntermediateDirectories: false)
        func write(_ name: String, _ secret: String) throws {
            try secret.write(toFile: "\(keysPath)/\(name)", atomically: true, encoding: .utf8)
        }
        let secrets = (1...3).map { "0123456789abcdefghijklmnopqrst-\($0)" }
        try write("a", secrets[0])
        let service = try start(
            ["--jwt.keys=\(keysPath)", "--audit.directory=\(directory.path(of: "audit"))"],
            environment: ["AUDIT_KEY": secrets[2]])
        let tokens = try secrets.map { try TokenFactory(secret: $0).token("acme", keyID: "a") }
        #expect(try status(service, tokens[0]) == 200)
        #expect(try status(service, try old.token(claims)) == 200)
        try write("a", secrets[1])
        #expect(try log.objects("keys changed", count: 1)[0]["replaced"] == .string("a"))
        #expect(try status(service, tokens[0]) == 401)
        #expect(try status(service, tokens[1]) == 200)

        let message = "keys rejected, the previous ones stay in use"
        for (number, (name, secret, says)) in [
            ("a", "short", "5 bytes"), ("old", secrets[1], "key old: given twice"),
            ("a", secrets[2], "audit.key: the same as key a"),
        ].enumerated() {
            try write("a", secrets[1])
            try write(name, secret)
            let reason = try log.objects(message, count: number + 1)[number]["reason"]?.asString
            #expect(reason?.contains(says) == true, "\(reason ?? "none")")
            #expect(try status(service, tokens[1]) == 200)
            #expect(try status(service, try old.token(claims)) == 200)
            if name == "old" { try FileManager.default.removeItem(atPath: "\(keysPath)/old") }
        }
        #expect(!secrets.contains { log.text.contains($0) })
        end(service)
    }
}
