import AuditLog
import AuditReading
import OpenSSL
import POSIX
import TestSupport
import Testing

/// What format 2 adds, looked at byte by byte, and how a log of format 1 is continued.
@Suite struct FormatTests {
    private static let keys = AuditKeys(secret: LogFixture.key)

    private func verify(
        _ directory: String, _ secret: [UInt8] = LogFixture.key
    ) throws -> AuditVerification {
        try AuditVerifier.verify(
            directory, against: AuditExpectations(keys: AuditKeys(secret: secret)))
    }

    @Test func `a record's MAC is over the log's identity and the record's hash`() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        let writer = Writer()
        for name in ["a", "b"] {
            writer.predict(name)
            #expect(try writer.write(to: log))
        }
        log.close()
        let records = try fixture.records()
        #expect(field("format", in: records[0]) == "2")
        #expect(records.map { field("log", in: $0) } == ["\(log.identity)", nil, nil, nil])
        let checkpoints = try fixture.lines(AuditFiles.checkpointsName)
        #expect(
            records.map { field("checkpoint", in: $0) }
                == [nil, field("mac", in: checkpoints[0]), nil, nil])
        let key = Self.keys.record
        var mac = HMACSHA256(key: key.span)
        for record in records {
            let message = Array(("\(log.identity)" + (field("hash", in: record) ?? "")).utf8)
            let digest = mac.authenticate(message.span)
            let digits = digest.prefix(16)
                .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(field("mac", in: record) == digits)
        }
        #expect(try verify(fixture.directory).log == log.identity)
    }

    @Test func `a log keeps its identity, and no two have the same`() throws {
        let fixture = try LogFixture()
        let first = try fixture.open()
        first.close()
        let second = try fixture.open()
        second.close()
        #expect(first.identity == second.identity)
        let other = try LogFixture().open()
        other.close()
        #expect(other.identity != first.identity)
    }

    @Test func `the first record of every file says which log it is of`() throws {
        let fixture = try LogFixture()
        let log = try fixture.open(fixture.settings(segmentBytesMax: 1))
        let writer = Writer()
        for _ in 0..<5 {
            writer.predict("r")
            #expect(try writer.write(to: log))
        }
        log.close()
        let segments = try fixture.segments()
        #expect(segments.count == 7)
        for name in segments {
            #expect(field("log", in: try fixture.lines(name)[0]) == "\(log.identity)")
        }
        // Each file can be verified alone, without checkpoints.
        for name in segments.dropLast() { try fixture.remove(name) }
        try fixture.remove(AuditFiles.checkpointsName)
        let directory = fixture.directory
        var expectations = AuditExpectations(keys: Self.keys)
        expectations.first = 7
        let found = try AuditVerifier.verify(directory, against: expectations)
        #expect(found.rightMACCount == 1)
        #expect(found.wrongMACCount == 0)
    }

    /// A log of format 1 in a fixture with the sample's key.
    private func old(_ log: SampleLog) throws -> (LogFixture, AuditSettings) {
        let fixture = try LogFixture()
        try Directories.create(fixture.directory)
        try log.write(to: fixture.directory)
        var settings = fixture.settings()
        settings.key = SampleLog.secret
        return (fixture, settings)
    }

    @Test func `a log of format 1 is gone on with in format 2`() throws {
        let (fixture, settings) = try old(.standard)
        for _ in 1...2 {
            let log = try fixture.open(settings)
            #expect(log.recovery.unprovenRecords == 0)
            log.close()
        }
        #expect(fixture.told == [])
        let found = try verify(fixture.directory, SampleLog.secret)
        #expect(found.faults == [])
        #expect(found.recordCount == 14)
        #expect(found.checkpointCount == 8)
        // Twice four records and checkpoints: those of format 1 have no MACs of records.
        #expect(found.rightMACCount == 4 + 8)
        let last = try #require(try fixture.segments().last)
        let lines = try fixture.lines(last)
        #expect(lines.count == 7)
        #expect(
            lines.map { $0.contains("\"mac\"") } == [false, false, false, true, true, true, true])
        let checkpoints = try fixture.lines(AuditFiles.checkpointsName)
        #expect(field("prev", in: checkpoints[4]) == field("mac", in: checkpoints[3]))
    }

    @Test(arguments: [
        (4, 0, 0), (3, 3, 0), (1, 9, 0), (0, 10, 1),
    ]) func `records of format 1 that no checkpoint counts are said to be unproven`(
        checkpoints: Int, unproven: Int, missing: Int
    ) throws {
        var sample = SampleLog.standard
        sample.checkpoints = Array(sample.checkpoints.prefix(checkpoints))
        let (fixture, settings) = try old(sample)
        let log = try fixture.open(settings)
        #expect(log.recovery.unprovenRecords == unproven)
        #expect(log.recovery.missingCheckpoints == missing)
        log.close()
        let kinds = try verify(fixture.directory, SampleLog.secret).faults.map(\.kind)
        let wanted: [AuditFaultKind] =
            (missing > 0 ? [.checkpointsMissing(count: missing)] : [])
            + (unproven > 0 ? [.unproven(11 - unproven...10)] : [])
        #expect(kinds == wanted)
    }

    @Test func `records of format 1 that are there twice are refused, not counted twice`() throws {
        var sample = SampleLog.standard
        sample.checkpoints = Array(sample.checkpoints.prefix(1))
        let (fixture, settings) = try old(sample)
        // The record that the checkpoint counts, and those after it, which nothing proves.
        let segment = try #require(try fixture.segments().first)
        let bytes = try fixture.bytes(segment)
        try fixture.write(bytes + bytes, segment)
        #expect(throws: AuditError.damagedTail(file: segment, sequence: 1)) {
            try fixture.open(settings)
        }
    }

    @Test func `a record that no MAC proves gives a log no identity`() throws {
        let (fixture, settings) = try old(.standard)
        let segment = try #require(try fixture.segments().last)
        var lines = try fixture.lines(segment)
        let planted = String(repeating: "5a", count: 16)
        let record = lines[lines.count - 2]
        let tail = try #require(record.firstRange(of: ",\"prev\":\"")).lowerBound
        let end = try #require(record.firstRange(of: ",\"hash\":\"")).lowerBound
        let hashed = record[..<tail] + ",\"log\":\"\(planted)\"" + record[tail..<end]
        let hash = SHA256.hexDigest(Array(hashed.utf8).span)
        lines.insert("\(hashed),\"hash\":\"\(hash)\",\"mac\":\"\(planted)\"}", at: lines.count - 1)
        try fixture.write(Array(lines.map { $0 + "\n" }.joined().utf8), segment)
        let log = try fixture.open(settings)
        #expect("\(log.identity)" != planted)
        log.close()
    }

    @Test func `a log of format 1 with another key is refused`() throws {
        let (fixture, settings) = try old(.standard)
        var other = settings
        other.key = LogFixture.key
        #expect(throws: AuditError.otherKey(file: AuditFiles.checkpointsName)) {
            try fixture.open(other)
        }
    }

    @Test func `a log of format 2 with another key is refused, with or without checkpoints`() throws
    {
        let fixture = try LogFixture.killed()
        var settings = fixture.settings()
        settings.key = Array(repeating: 7, count: 32)
        let first = AuditFiles.segmentName(firstSequence: 1)
        #expect(throws: AuditError.otherKey(file: first)) { try fixture.open(settings) }
        #expect(
            try AuditKeyCheck(directory: fixture.directory, keys: AuditKeys(secret: settings.key))
                == .wrong)
        #expect(try AuditKeyCheck(directory: fixture.directory, keys: Self.keys) == .right)
        try fixture.remove(AuditFiles.checkpointsName)
        #expect(throws: AuditError.otherKey(file: first)) { try fixture.open(settings) }
        #expect(
            try AuditKeyCheck(directory: fixture.directory, keys: AuditKeys(secret: settings.key))
                == .wrong)
        #expect(try AuditKeyCheck(directory: fixture.directory, keys: Self.keys) == .right)
    }

    @Test func `without checkpoints every record is verified at the start`() throws {
        let fixture = try LogFixture()
        let log = try fixture.open(fixture.settings(segmentBytesMax: 1 << 18))
        let writer = Writer()
        for _ in 0..<20 {
            for _ in 0..<200 { writer.predict("r") }
            #expect(try writer.write(to: log))
        }
        log.close()
        #expect(try fixture.segments().count > 5)
        let usual = try fixture.copy().open()
        #expect(usual.recovery.verifiedRecords == 0)
        usual.close()
        let named = try fixture.lines(AuditFiles.checkpointsName).count - 1
        try fixture.remove(AuditFiles.checkpointsName)
        for index in [0, 3] {
            let damaged = try fixture.copy()
            let name = try damaged.segments()[index]
            var bytes = try damaged.bytes(name)
            bytes[bytes.count / 2] ^= 1
            try damaged.write(bytes, name)
            guard case .damagedTail(name, _) = damaged.refusal() else {
                Issue.record("\(index): \(String(describing: damaged.refusal()))")
                return
            }
        }
        let all = try fixture.open()
        #expect(all.recovery.verifiedRecords == 4_002)
        #expect(all.recovery.missingCheckpoints == named)
        all.close()
    }

    /// The end of a file that is longer than what is looked through first.
    @Test func `the record that a checkpoint names is found in a long file`() throws {
        let fixture = try LogFixture()
        var settings = fixture.settings(segmentBytesMax: 1 << 26)
        settings.checkpointRecordsMax = 6_000
        let log = try fixture.open(settings)
        let writer = Writer()
        for _ in 0..<40 {
            for _ in 0..<250 { writer.predict("r") }
            #expect(try writer.write(to: log))
        }
        // A process that was killed after 4,000 records without a checkpoint.
        let killed = try fixture.copy()
        log.close()
        let again = try killed.open()
        #expect(again.recovery.nextSequence == 10_002)
        #expect(again.recovery.verifiedRecords == 4_000)
        again.close()
        #expect(try verify(killed.directory).faults == [])
    }
}
