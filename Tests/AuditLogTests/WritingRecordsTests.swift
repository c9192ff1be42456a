import AuditLog
import AuditReading
import JSON
import OpenSSL
import TestSupport
import Testing

@Suite struct WritingRecordsTests {
    private let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    /// What the record with `sequence` holds between its sequence and its link, or `prev`.
    private func body(_ sequence: Int) throws -> String {
        let line = try fixture.records()[sequence - 1]
        let start = "{\"sequence\":\(sequence)".utf8.count
        return String(line.dropFirst(start).dropLast(9 + 64 + 1 + 9 + 64 + 1 + 8 + 32 + 2))
            .replacing(#/(,"log":"[0-9a-f]{32}")?(,"checkpoint":"[0-9a-f]{64}")?$/#, with: "")
    }

    private func pseudonym(_ name: String, _ key: [UInt8]) -> String {
        var mac = HMACSHA256(key: key.span)
        return mac.authenticate(Array(name.utf8).span).prefix(16)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func `a prediction with everything has its members in order`() throws {
        let log = try fixture.open()
        let writer = Writer(reactor: 3)
        writer.predict(
            "req-1", traceID: "4bf92f3577b34da6a3ce929d0e0e4736", peer: "2001:db8::1",
            proxy: "10.0.0.7", subject: "anna",
            tokenID: "t\"ö", customer: "7590-VHVEG", body: "{\"tenure\":1}",
            features: "{\"tenure\":1}", probability: 0.73164, risk: "High", row: 999)
        #expect(try writer.write(to: log))
        log.close()
        let keys = AuditKeys(secret: LogFixture.key)
        let model = String(repeating: "5a", count: 32)
        #expect(
            try body(2) == """
                ,"time":"2026-10-01T12:00:00.123Z","event":"prediction","reactor":3,\
                "request_id":"req-1","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",\
                "peer":"2001:db8::1","proxy":"10.0.0.7",\
                "subject":"\(pseudonym("anna", keys.subject))","jti":"t\\"ö",\
                "customer":"\(pseudonym("7590-VHVEG", keys.customer))",\
                "model":"telco-churn/2","model_sha256":"\(model)",\
                "body_sha256":"\(SHA256.hexDigest(Array("{\"tenure\":1}".utf8).span))",\
                "row":999,"features":{"tenure":1},"probability":0.7316,\
                "probability_bits":"3f3b4cc2",\
                "risk":"High","status":200
                """)
    }

    @Test func `a prediction leaves out what there is not`() throws {
        let log = try fixture.open()
        let writer = Writer()
        writer.predict("r", probability: 1, risk: "Low")
        #expect(try writer.write(to: log))
        log.close()
        let keys = AuditKeys(secret: LogFixture.key)
        let model = String(repeating: "5a", count: 32)
        #expect(
            try body(2) == """
                ,"time":"2026-10-01T12:00:00.123Z","event":"prediction","reactor":0,\
                "request_id":"r","subject":"\(pseudonym("anna", keys.subject))",\
                "model":"telco-churn/2","model_sha256":"\(model)",\
                "body_sha256":"\(SHA256.hexDigest(Array("{}".utf8).span))",\
                "probability":1,"probability_bits":"3f800000","risk":"Low","status":200
                """)
    }

    @Test(arguments: [
        (AuditedRefusal.Reason.tokenRevoked, 401, "token-revoked"),
        (.staleAuthentication, 401, "stale-authentication"),
        (.insufficientScope, 403, "insufficient-scope"), (.rateLimited, 429, "rate-limited"),
        (.conflict, 409, "conflict"), (.invalidCommand, 422, "invalid-command"),
        (.modelRefused, 422, "model-refused"),
    ]) func `a refusal says why`(reason: AuditedRefusal.Reason, status: Int, name: String) throws {
        let log = try fixture.open()
        let writer = Writer(reactor: 1)
        writer.refuse("r", reason)
        writer.refuse("s", reason, body: "{}")
        #expect(try writer.write(to: log))
        log.close()
        let subject = pseudonym("anna", AuditKeys(secret: LogFixture.key).subject)
        let start = ",\"time\":\"2026-10-01T12:00:00.123Z\",\"event\":\"refusal\",\"reactor\":1"
        #expect(
            try body(2) == start
                + ",\"request_id\":\"r\",\"subject\":\"\(subject)\",\"status\":\(status)"
                + ",\"reason\":\"\(name)\"")
        let digest = SHA256.hexDigest(Array("{}".utf8).span)
        #expect(
            try body(3) == start
                + ",\"request_id\":\"s\",\"subject\":\"\(subject)\""
                + ",\"body_sha256\":\"\(digest)\",\"status\":\(status),\"reason\":\"\(name)\"")
    }

    @Test func `start and stop stand around everything`() throws {
        let log = try fixture.open()
        #expect(log.recovery.nextSequence == 1)
        log.close()
        let time = ",\"time\":\"2026-10-01T12:00:00.123Z\""
        #expect(
            try body(1) == time
                + ",\"event\":\"start\",\"version\":\"1.2.3\",\"torn_bytes\":0,\"missing\":0"
                + ",\"format\":2")
        #expect(try body(2) == time + ",\"event\":\"stop\"")
        #expect(try fixture.records().count == 2)
    }

    @Test func `notes say what was done and by whom`() throws {
        let log = try fixture.open()
        let anna = AuditedOperator(
            requestID: Array("q".utf8), peer: Array("127.0.0.1".utf8),
            proxy: Array("::1".utf8), subject: Array("anna".utf8))
        log.note(.model(.activate, LogFixture.model, by: anna))
        log.note(.model(.watch, LogFixture.model, by: .process))
        log.note(.revocation(.unrevoke, token: Array("t".utf8), by: anna))
        log.note(
            .revocation(
                .revoke, token: Array("t".utf8),
                by: AuditedOperator(requestID: nil, subject: Array("anna".utf8))))
        log.note(
            .behaviour(
                .alarm, subject: Array("anna".utf8), signals: "rate errors", by: .process))
        log.note(.keys(.reload, keyID: nil, by: anna))
        log.note(.keys(.replace, keyID: "a \"b\"", by: .process))
        log.close()
        let keys = AuditKeys(secret: LogFixture.key)
        let subject = ",\"subject\":\"\(pseudonym("anna", keys.subject))\""
        let model = String(repeating: "5a", count: 32)
        let time = ",\"time\":\"2026-10-01T12:00:00.123Z\""
        let peer = ",\"peer\":\"127.0.0.1\",\"proxy\":\"::1\""
        let named = ",\"model\":\"telco-churn/2\",\"model_sha256\":\"\(model)\""
        #expect(
            try body(2) == time + ",\"event\":\"model\",\"request_id\":\"q\"" + peer + subject
                + ",\"action\":\"activate\"" + named)
        #expect(try body(3) == time + ",\"event\":\"model\",\"action\":\"watch\"" + named)
        let token = ",\"name\":\"\(pseudonym("t", keys.name))\""
        #expect(
            try body(4) == time + ",\"event\":\"revocation\",\"request_id\":\"q\"" + peer + subject
                + ",\"action\":\"unrevoke\"" + token)
        #expect(
            try body(5) == time + ",\"event\":\"revocation\"" + subject
                + ",\"action\":\"revoke\"" + token)
        #expect(
            try body(6) == time + ",\"event\":\"behaviour\",\"action\":\"alarm\""
                + subject.replacing("subject", with: "about")
                + ",\"signals\":\"rate errors\"")
        #expect(
            try body(7) == time + ",\"event\":\"keys\",\"request_id\":\"q\"" + peer + subject
                + ",\"action\":\"reload\"")
        #expect(
            try body(8) == time
                + #","event":"keys","action":"replace","kid":"a \"b\"""#)
        #expect(try fixture.events().last == "stop")
    }

    @Test func `callers without a token are counted, not recorded`() throws {
        var settings = fixture.settings()
        settings.summaryNanoseconds = 1_000_000
        let log = try fixture.open(settings)
        let writer = Writer()
        for _ in 0..<3 { writer.batch.countRefusal(.missingToken) }
        writer.batch.countRefusal(.tokenExpired)
        let answer = Answers<Bool>()
        writer.handOver(to: log) { answer.add($0) }
        #expect(answer.value == true, "answered before append returns")
        try eventually("the summaries are written") { log.statistics.records == 3 }
        writer.batch.countRefusal(.invalidToken)
        #expect(try writer.write(to: log))
        log.close()
        let start = ",\"time\":\"2026-10-01T12:00:00.123Z\",\"event\":\"refusals\",\"status\":401"
        #expect(try body(2) == start + ",\"reason\":\"missing-token\",\"count\":3")
        #expect(try body(3) == start + ",\"reason\":\"token-expired\",\"count\":1")
        #expect(try body(4) == start + ",\"reason\":\"invalid-token\",\"count\":1")
    }

    @Test func `a flood of refusals is one record for each reason`() throws {
        let log = try fixture.open()
        let writer = Writer()
        for _ in 0..<1_000 {
            for reason in AuditRefusalReason.allCases { writer.batch.countRefusal(reason) }
            writer.handOver(to: log) { _ in }
        }
        log.close()
        let counts = try fixture.records().filter { field("event", in: $0) == "refusals" }
            .compactMap { field("count", in: $0).flatMap { Int($0) } }
        // The counting may take more than the second that goes into one record.
        #expect(counts.reduce(0, +) == 3_000)
        #expect(counts.count <= 9)
    }

    @Test func `every record is JSON with the members of its event, in order`() throws {
        let log = try fixture.open()
        let writer = Writer()
        writer.predict(
            "r", traceID: String(repeating: "a", count: 32), tokenID: "t", customer: "c",
            features: "{\"a\":1}")
        writer.refuse("r", .rateLimited, body: "{}")
        writer.batch.countRefusal(.invalidToken)
        log.note(.model(.rollback, LogFixture.model, by: .process))
        log.note(.revocation(.revoke, token: [1], by: .process))
        log.note(.roles(.watch, digest: String(repeating: "5a", count: 32)))
        log.note(.behaviour(.alarm, subject: [1], signals: "rate errors", by: .process))
        log.note(.keys(.add, keyID: "k", by: .process))
        #expect(try writer.write(to: log))
        log.close()
        var seen: Set<String> = []
        for line in try fixture.records() {
            let value = try JSONValue(parsing: Array(line.utf8).span)
            guard case .object(let object) = value else { throw NeverHappened(what: line) }
            let names = object.members.map { String(decoding: $0.name.utf8, as: UTF8.self) }
            let event = try #require(AuditEvent(rawValue: field("event", in: line) ?? ""))
            seen.insert(event.rawValue)
            #expect(Array(names.prefix(3)) == ["sequence", "time", "event"])
            #expect(Array(names.suffix(3)) == ["prev", "hash", "mac"])
            let link = AuditFormat.linkMembers.map(\.name)
            let own = names.dropFirst(3).dropLast(3).filter { !link.contains($0) }
            #expect(event.members.map(\.name).filter { own.contains($0) } == Array(own))
            #expect(
                event.members.filter { !$0.isOptional }.allSatisfy { own.contains($0.name) })
        }
        #expect(seen.union(["resumed"]) == Set(AuditEvent.allCases.map(\.rawValue)))
    }
}
