import AuditLog
import AuditReading
import POSIX
import TestSupport
import Testing

/// What records may hold although their hashes are right.
@Suite struct VerificationFormTests {
    private static let prediction = SampleLog.prediction(request: "a")

    /// What is found where record 2 of three has this body.
    private func found(_ body: String) throws -> [AuditFaultKind] {
        var log = SampleLog()
        log.beginSegment()
        log.add(SampleLog.start())
        log.add(body)
        log.add(SampleLog.stop)
        log.checkpoint()
        let faults = try faults(in: log)
        #expect(faults.allSatisfy { $0.sequence == 2 && $0.line == 2 })
        return faults.map(\.kind)
    }

    @Test func `every event's members are known`() throws {
        let bodies = [
            SampleLog.start(torn: 0, missing: 0), Self.prediction,
            SampleLog.prediction(request: "", features: "{}"), SampleLog.refusal(request: "b"),
            SampleLog.refusals, SampleLog.model, SampleLog.revocation,
            SampleLog.behaviour, SampleLog.resumed, SampleLog.stop,
        ]
        for body in bodies { #expect(try found(body) == []) }
    }

    @Test(arguments: [
        (",\"risk\":\"High\"", "", AuditContentFault.missingMember(.prediction, name: "risk")),
        (",\"status\":200", "", .missingMember(.prediction, name: "status")),
        ("0.8123", "-0.8123", nil), ("0.8123", "00.8", nil), ("0.8123", "\"0.8\"", nil),
        ("\"High\"", "\"high\"", nil), ("\"High\"", "1", nil), ("200", "2e2", nil),
        ("200", "0200", nil), ("200", "-200", nil), ("3f4ff2e5", "3F4FF2E5", nil),
        ("3f4ff2e5", "3f4ff2e", nil), ("\"reactor\":0", "\"reactor\":null", nil),
        (",\"reactor\":0", ",\"reactor\":0,\"reactor\":0", nil),
        (",\"reactor\":0", ",\"extra\":0,\"reactor\":0", nil),
        (",\"reactor\":0", ", \"reactor\":0", nil), (",\"reactor\":0", ",\"reactor\":0\t", nil),
        ("t-\\\"1", "t-\\u0022", nil), ("t-\\\"1", "t-\u{1}", nil), ("t-\\\"1", "t-\\", nil),
        (".123Z", ".123z", nil), (".123Z", "Z", nil),
        ("\"event\":\"prediction\"", "\"event\":\"guess\"", nil),
        ("\"event\":\"prediction\"", "\"event\":7", nil), ("\"time\"", "\"tide\"", nil),
        (",\"status\":200", ",\"status\":200,\"prev\":\"\"", nil),
        (",\"status\":200", ",\"status\":200}", nil),
    ]) func `a record that churnd would not write is told`(
        text: String, replacement: String, expected: AuditContentFault?
    ) throws {
        let body = Self.prediction.replacing(text, with: replacement)
        #expect(body != Self.prediction)
        // A probability below zero has the form of a number, and is for the replay to find.
        if replacement == "-0.8123" {
            #expect(try found(body) == [])
            return
        }
        let kinds = try found(body)
        guard kinds.count == 1, case .content(let fault) = kinds[0] else {
            Issue.record("\(kinds)")
            return
        }
        if let expected { #expect(fault == expected) }
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("2001:db8::1", true), ("::1", true), ("f", true),
        (String(repeating: "f", count: 45), true), (String(repeating: "f", count: 46), false),
        ("", false), ("127.0.0.1 ", false), ("2001:DB8::1", false), ("localhost", false),
        ("\\u0031", false),
    ]) func `a peer is an address, or is not there`(peer: String, isGood: Bool) throws {
        for body in [Self.prediction, SampleLog.refusal(request: "b")] {
            let text = ",\"peer\":\"\(peer)\",\"proxy\":\"\(peer)\",\"subject\""
            let kinds = try found(body.replacing(",\"subject\"", with: text))
            #expect(kinds.isEmpty == isGood, "\(kinds)")
            // Not before the trace or after the subject.
            let early = ",\"peer\":\"::1\",\"request_id\""
            let misplaced = body.replacing(",\"request_id\"", with: early)
            #expect(try found(misplaced).count == 1)
        }
        for body in [SampleLog.model, SampleLog.revocation, SampleLog.behaviour] {
            let text = ",\"peer\":\"\(peer)\",\"proxy\":\"\(peer)\",\"action\""
            #expect(try found(body.replacing(",\"action\"", with: text)).isEmpty == isGood)
        }
    }

    @Test(arguments: [
        ("0", true), ("1", true), ("4999", true), ("00", false), ("01", false), ("-1", false),
        ("1.0", false), ("1e3", false), ("\"1\"", false), ("null", false),
    ]) func `a row is a whole number from 0, or is not there`(row: String, isGood: Bool) throws {
        for body in [Self.prediction, SampleLog.prediction(request: "a", features: "{}")] {
            let digest = "\"body_sha256\":\"\(SampleLog.digest)\""
            let kinds = try found(body.replacing(digest, with: "\(digest),\"row\":\(row)"))
            #expect(kinds.isEmpty == isGood, "\(kinds)")
            // Not before the digest of the body, nor twice.
            #expect(
                try found(body.replacing(digest, with: "\"row\":\(row),\(digest)")).count == 1)
            let twice = "\(digest),\"row\":\(row),\"row\":\(row)"
            #expect(try found(body.replacing(digest, with: twice)).count == 1)
        }
        let refusal = SampleLog.refusal(request: "b")
        let withRow = refusal.replacing(",\"status\"", with: ",\"row\":\(row),\"status\"")
        #expect(try found(withRow).count == 1)
    }

    @Test func `members in another order are told`() throws {
        let body =
            SampleLog.time("refusals")
            + ",\"reason\":\"missing-token\",\"status\":401,\"count\":7"
        #expect(
            try found(body) == [.content(.missingMember(.refusals, name: "status"))])
    }

    @Test func `a record that is too long is told, one that is as long as may be is not`() throws {
        let empty = SampleLog.record(2, SampleLog.refusal(request: ""), previous: SampleLog.noHash)
        for (bytes, isTooLong) in [(65_535, false), (65_536, false), (65_537, true)] {
            let request = String(repeating: "r", count: bytes - empty.count)
            #expect(
                try found(SampleLog.refusal(request: request)) == (isTooLong ? [.tooLong] : []))
        }
        let many = String(repeating: "r", count: 300_000)
        #expect(try found(SampleLog.refusal(request: many)) == [.tooLong])
    }

    @Test(arguments: ["0", "01", "-1", "1.0", "9223372036854775808", "4611686018427387905", ""])
    func `a sequence that no record has makes no record`(sequence: String) throws {
        var log = SampleLog.standard
        let line = String(decoding: log.segments[0].lines[1], as: UTF8.self)
        log.segments[0].lines[1] = Array(
            line.replacing("{\"sequence\":2", with: "{\"sequence\":\(sequence)").utf8)
        let faults = try faults(in: log)
        #expect(faults.map(\.sequence) == [2])
        guard case .notARecord(let fault, _) = faults.first?.kind else {
            Issue.record("\(faults)")
            return
        }
        #expect(fault.wanted == .sequence)
        #expect(faults.first?.byteOffset == log.segments[0].lines[0].count + 12)
    }

    @Test func `a record with the highest sequence is followed without a trap`() throws {
        var log = SampleLog.standard
        log.segments[2].lines.append(
            SampleLog.record(1 << 62, SampleLog.stop, previous: SampleLog.digest))
        log.segments[2].lines.append(Array("x\n".utf8))
        let faults = try faults(in: log)
        #expect(faults.map(\.sequence) == [11, (1 << 62) + 1])
    }

    @Test func `a fault's line says where it is, what was found and what was expected`() throws {
        var log = SampleLog.standard
        log.segments[0].lines[1][100] ^= 1
        log.segments[1].lines.remove(at: 1)
        log.segments[2].lines.removeLast()
        let lines = try faults(in: log).map(\.description)
        let first = log.segments[0]
        let hash = SampleLog.hash(of: first.lines[1]).prefix(16)
        let prefix =
            "\(first.name):2: byte \(first.lines[0].count): record 2: altered: its hash is "
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix(prefix))
        #expect(lines[0].hasSuffix("…, it says \(hash)…"))
        #expect(
            lines[1] == "\(log.segments[1].name):2: byte \(log.segments[1].lines[0].count): "
                + "record 6 is missing: record 5 is \(log.segments[1].name):1")
        #expect(
            lines[2] == "\(log.segments[2].name): byte \(log.segments[2].bytes.count - 1): "
                + "record 10 is missing: the log is truncated, checkpoints.jsonl:4 counts 10")
    }
}

/// What is looked for in a log.
@Suite struct VerificationQueryTests {
    private let line = Array(
        SampleLog.record(7, SampleLog.prediction(request: "r-1"), previous: SampleLog.noHash)
            .dropLast())

    @Test func `a record matches what it says and nothing else`() {
        let asked: [(String, String, Bool)] = [
            ("event", "prediction", true), ("event", "predictio", false), ("status", "200", true),
            ("status", "20", false), ("request_id", "r-1", true), ("risk", "High", true),
            ("jti", "t-\"1", true), ("jti", "t-\\\"1", false), ("reason", "rate-limited", false),
        ]
        for (name, value, expected) in asked {
            var query = AuditQuery()
            query.require(name, value)
            #expect(query.matches(line.span) == expected, "\(name) \(value)")
        }
        var both = AuditQuery()
        both.require("event", "prediction")
        both.require("risk", "Low")
        #expect(both.matches(line.span) == false)
    }

    @Test func `a record matches the model's name and its digest`() {
        for (model, expected) in [
            ("telco-churn/1", true), (SampleLog.digest, true), ("telco-churn", false),
        ] {
            var query = AuditQuery()
            query.require(model: model)
            #expect(query.matches(line.span) == expected)
        }
    }

    @Test(arguments: [
        ("2026-10-01", true, false), ("2026-10-01T12:00:01.123Z", true, false),
        ("2026-10-01T12:00:01.124Z", false, true), ("2026-10-01T12:00:01.123", true, false),
        ("2026-10-02", false, true), ("2026-10-01T13", false, true),
        ("2026-10-01T12:00:02Z", false, true), ("2026-10-01T12:00:01Z", true, false),
    ]) func `times are compared by their moment`(
        text: String, isSince: Bool, isBefore: Bool
    ) throws {
        let beginning = try #require(AuditTime.beginning(text))
        var query = AuditQuery()
        query.since = beginning
        #expect(query.matches(line.span) == isSince)
        query = AuditQuery()
        query.until = beginning
        #expect(query.matches(line.span) == isBefore)
    }

    @Test(arguments: [
        "", "2026", "2026-10", "2026-13-01", "2026-00-01", "2026-10-32", "2026-10-01Z1",
        "2026-10-01T24", "2026-10-01T12:60", "2026-10-01 12:00", "2026-10-01T12:00:00+02:00",
        "2026-10-01T12:00:00.12Z", "yesterday",
    ]) func `text that is no time is none`(text: String) {
        #expect(AuditTime.beginning(text) == nil)
    }

    @Test func `a line that is no record matches nothing`() {
        for text in ["", "{}", "{\"sequence\":1", "{\"sequence\":1}}", "x"] {
            #expect(AuditQuery().matches(text.utf8.span) == nil)
        }
    }
}
