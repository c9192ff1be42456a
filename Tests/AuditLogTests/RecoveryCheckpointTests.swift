import AuditLog
import OpenSSL
import TestSupport
import Testing

private let first = AuditFiles.segmentName(firstSequence: 1)
private let name = AuditFiles.checkpointsName

@Suite struct RecoveryCheckpointTests {
    private func checkpoint(_ count: Int, _ hash: String, key: [UInt8]) -> String {
        var mac = HMACSHA256(key: key.span)
        let signed =
            "{\"count\":\(count),\"hash\":\"\(hash)\",\"time\":\"2026-10-01T12:00:00.123Z\""
        let bytes = Array(signed.utf8)
        let digits = mac.authenticate(bytes.span)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return signed + ",\"mac\":\"\(digits)\"}"
    }

    private let hash = String(repeating: "a", count: 64)
    private let key = AuditKeys(secret: LogFixture.key).checkpoint

    @Test func `every prefix of a torn checkpoint is cut off`() throws {
        let killed = try LogFixture.killed(checkpointRecordsMax: 1)
        let bytes = try killed.bytes(name)
        let lines = try killed.lines(name)
        for kept in 1...lines[2].utf8.count {
            try killed.write(Array(bytes.dropLast(lines[2].utf8.count + 1 - kept)), name)
            let fixture = try killed.copy()
            try fixture.open().close()
            let all = try fixture.lines(name)
            #expect(Array(all.prefix(2)) == Array(lines.prefix(2)))
            #expect(all.compactMap { field("count", in: $0) } == ["1", "2", "4", "5"])
            #expect(fixture.told == [])
        }
    }

    @Test func `a checkpoint with a wrong MAC does not count`() throws {
        let killed = try LogFixture.killed(checkpointRecordsMax: 1)
        let bytes = try killed.bytes(name)
        let other = AuditKeys(secret: Array(repeating: 1, count: 32)).checkpoint
        let good = checkpoint(9, hash, key: key)
        let lines = [
            checkpoint(9, hash, key: other), good.replacing("\"count\":9", with: "\"count\":8"),
            good + " ", "x", "",
        ]
        for line in lines {
            let fixture = try killed.copy()
            try fixture.write(bytes + Array("\(line)\n".utf8), name)
            let log = try fixture.open()
            #expect(log.recovery.missingRecords == 0, "\(line)")
            #expect(fixture.told == [.checkpointRefused])
            log.close()
            #expect(try fixture.records().count == 5)
        }
        let fixture = try killed.copy()
        try fixture.write(bytes + Array("\(good)\n".utf8), name)
        let log = try fixture.open()
        #expect(log.recovery.missingRecords == 6)
        #expect(fixture.told == [])
        log.close()
    }

    @Test func `a checkpoint of another record than the last is damage`() throws {
        let fixture = try LogFixture.killed()
        let lines = try fixture.lines(name)
        try fixture.write(Array("\(lines[0])\n\(checkpoint(3, hash, key: key))\n".utf8), name)
        #expect(fixture.refusal() == .damagedTail(file: first, sequence: 3))
    }

    @Test func `a long file of checkpoints is read from its end`() throws {
        let fixture = try LogFixture.killed(checkpointRecordsMax: 1)
        let lines = try fixture.lines(name)
        let many = Array(repeating: lines[0], count: 1_000) + [lines[2], "x"]
        try fixture.write(Array(many.map { $0 + "\n" }.joined().utf8), name)
        try fixture.write(Array((try fixture.lines(first)[0] + "\n").utf8), first)
        let log = try fixture.open()
        #expect(log.recovery.missingRecords == 2)
        #expect(fixture.told == [.checkpointRefused])
        log.close()
    }

    @Test func `a log without checkpoints is verified, and they are missed`() throws {
        let fixture = try LogFixture.killed()
        try fixture.write([], name)
        let log = try fixture.open()
        #expect(log.recovery.nextSequence == 4)
        #expect(log.recovery.missingCheckpoints == 1)
        #expect(log.recovery.verifiedRecords == 3)
        log.close()
        let start = try fixture.lines(AuditFiles.segmentName(firstSequence: 4))[0]
        #expect(field("checkpoints_missing", in: start) == "1")
        #expect(try fixture.lines(name).compactMap { field("count", in: $0) } == ["4", "5"])
    }
}
