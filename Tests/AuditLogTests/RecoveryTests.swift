import AuditLog
import Glibc
import POSIX
import TestSupport
import Testing

private let first = AuditFiles.segmentName(firstSequence: 1)

@Suite struct RecoveryTests {
    @Test func `every prefix of a torn record is cut off and noted`() throws {
        let killed = try LogFixture.killed()
        let bytes = try killed.bytes(first)
        let lastLine = try killed.lines(first)[2].utf8.count + 1
        for kept in 1..<lastLine {
            try killed.write(Array(bytes.dropLast(lastLine - kept)), first)
            let fixture = try killed.copy()
            let log = try fixture.open()
            #expect(log.recovery.tornBytes == kept)
            #expect(log.recovery.nextSequence == 3)
            #expect(log.recovery.missingRecords == 0)
            log.close()
            let records = try fixture.records()
            #expect(records.count == 4)
            #expect(field("torn_bytes", in: records[2]) == "\(kept)")
            #expect(field("missing", in: records[2]) == "0")
        }
    }

    @Test func `what a power loss leaves behind the last record is cut off`() throws {
        let fixture = try LogFixture.killed()
        let zeros = [UInt8](repeating: 0, count: 600_000)
        try fixture.write(try fixture.bytes(first) + zeros, first)
        let log = try fixture.open()
        #expect(log.recovery.tornBytes == 600_000)
        log.close()
        #expect(try fixture.events() == ["start", "prediction", "prediction", "start", "stop"])
    }

    @Test func `a file of nothing but a torn record is begun anew`() throws {
        let fixture = try LogFixture.killed()
        try fixture.write(Array(try fixture.bytes(first).prefix(40)), first)
        try fixture.write([], AuditFiles.checkpointsName)
        let log = try fixture.open()
        #expect(log.recovery.tornBytes == 40)
        #expect(log.recovery.nextSequence == 1)
        log.close()
        #expect(try fixture.events() == ["start", "stop"])
    }

    @Test func `nothing is built on a damaged record`() throws {
        let killed = try LogFixture.killed()
        let bytes = try killed.bytes(first)
        let lastLine = try killed.lines(first)[2].utf8.count + 1
        for offset in bytes.count - lastLine..<bytes.count - 1 {
            var altered = bytes
            altered[offset] ^= 1
            try killed.write(altered, first)
            let refusal = killed.refusal()
            // Digits of the MAC that are others.
            if case .forged(first, 3) = refusal, offset > bytes.count - 36 { continue }
            guard case .damagedTail(let file, let sequence) = refusal else {
                Issue.record("byte \(offset): \(String(describing: refusal))")
                continue
            }
            #expect(file == first)
            let isInSequence = (12...13).contains(offset - (bytes.count - lastLine))
            #expect(isInSequence || offset < bytes.count - lastLine + 12 || sequence == 3)
            #expect(try killed.bytes(first) == altered)
        }
    }

    @Test func `lines that are no records are damage`() throws {
        let killed = try LogFixture.killed()
        let bytes = try killed.bytes(first)
        let lastLine = try killed.lines(first)[2]
        let cases: [(String, Int?)] = [
            ("", nil), ("{}", nil), ("{\"sequence\":4}", 4), ("{\"sequence\":", nil),
            ("{\"sequence\":99999999999999999999999}", nil),
            (String(repeating: "x", count: 200_000), nil),
            (lastLine + "}", 3), (" " + lastLine, nil),
        ]
        for (line, sequence) in cases {
            try killed.write(bytes + Array("\(line)\n".utf8), first)
            #expect(killed.refusal() == .damagedTail(file: first, sequence: sequence), "\(line)")
        }
        // A record that is right, in a file whose name says that it cannot be there.
        let later = AuditFiles.segmentName(firstSequence: 4)
        try killed.write(bytes, first)
        try killed.write(bytes, later)
        #expect(killed.refusal() == .damagedTail(file: later, sequence: 1))
    }

    @Test func `a log goes on where it was stopped`() throws {
        let fixture = try LogFixture()
        for count in 1...3 {
            let log = try fixture.open()
            #expect(log.recovery.nextSequence == 2 * count - 1)
            log.close()
        }
        #expect(try fixture.segments() == [first])
        #expect(try fixture.events() == ["start", "stop", "start", "stop", "start", "stop"])
        #expect(fixture.told == [])
    }

    @Test func `only its owner may look into a log`() throws {
        let fixture = try LogFixture()
        try fixture.open().close()
        var status = stat()
        #expect(stat(fixture.directory, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o700)
        for name in try fixture.names() {
            #expect(stat(fixture.path(name), &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o600, "\(name)")
        }
        #expect(try fixture.names() == ["checkpoints.jsonl", "lock", first])
    }
}

@Suite struct RecoveryLossTests {
    /// Opens a log of which `missing` records are gone, and looks at what it makes of that.
    private func expect(
        missing: Int, next: Int, previous: String, _ fixture: LogFixture
    ) throws {
        let log = try fixture.open()
        #expect(log.recovery.missingRecords == missing)
        #expect(log.recovery.nextSequence == next)
        log.close()
        let name = AuditFiles.segmentName(firstSequence: next)
        let start = try fixture.lines(name)[0]
        #expect(start.hasPrefix("{\"sequence\":\(next),"))
        #expect(field("event", in: start) == "start")
        #expect(field("missing", in: start) == "\(missing)")
        #expect(field("prev", in: start) == previous)
        let again = try fixture.open()
        #expect(again.recovery.missingRecords == 0)
        #expect(again.recovery.nextSequence == next + 2)
        again.close()
    }

    @Test func `records that a checkpoint names and that are gone are counted`() throws {
        let killed = try LogFixture.killed(checkpointRecordsMax: 1)
        let lines = try killed.lines(first)
        let last = try #require(field("hash", in: lines[2]))
        for left in 0...2 {
            let fixture = try killed.copy()
            let bytes = lines.prefix(left).map { $0 + "\n" }.joined()
            try fixture.write(Array(bytes.utf8), first)
            try expect(missing: 3 - left, next: 4, previous: last, fixture)
            #expect(try fixture.lines(first).count == left)
        }
    }

    @Test func `records that are gone and a torn one are two things`() throws {
        let fixture = try LogFixture.killed(checkpointRecordsMax: 1)
        let lines = try fixture.lines(first)
        try fixture.write(Array("\(lines[0])\n\(lines[1].prefix(9))".utf8), first)
        let last = try #require(field("hash", in: lines[2]))
        try expect(missing: 2, next: 4, previous: last, fixture)
        #expect(try fixture.bytes(first) == Array("\(lines[0])\n".utf8))
        let start = try fixture.lines(AuditFiles.segmentName(firstSequence: 4))[0]
        #expect(field("torn_bytes", in: start) == "9")
    }

    @Test func `the newest file may be gone, or all`() throws {
        let fixture = try LogFixture()
        let log = try fixture.open(fixture.settings(segmentBytesMax: 1))
        let writer = Writer()
        writer.predict("a")
        #expect(try writer.write(to: log))
        log.close()
        let segments = try fixture.segments()
        #expect(segments.count == 3)
        let last = try #require(field("hash", in: try fixture.records()[2]))
        for removed in 1...3 {
            let other = try fixture.copy()
            for name in segments.suffix(removed) {
                #expect(unlink(other.path(name)) == 0)
            }
            try expect(missing: removed, next: 4, previous: last, other)
        }
    }

    @Test func `older files may have been taken away`() throws {
        let fixture = try LogFixture()
        try fixture.open(fixture.settings(segmentBytesMax: 1)).close()
        let segments = try fixture.segments()
        #expect(unlink(fixture.path(segments[0])) == 0)
        let log = try fixture.open()
        #expect(log.recovery.nextSequence == 3)
        #expect(log.recovery.missingRecords == 0)
        log.close()
    }

    @Test func `a crash between two files goes on in the new one`() throws {
        let fixture = try LogFixture.killed(checkpointRecordsMax: 1)
        let next = AuditFiles.segmentName(firstSequence: 4)
        try fixture.write([], next)
        let log = try fixture.open()
        #expect(log.recovery.missingRecords == 0)
        log.close()
        #expect(try fixture.lines(next).count == 2)
        #expect(try fixture.records().count == 5)

        let archived = try LogFixture.killed(checkpointRecordsMax: 1)
        try archived.write([], next)
        #expect(unlink(archived.path(first)) == 0)
        let second = try archived.open()
        #expect(second.recovery.nextSequence == 4)
        #expect(second.recovery.missingRecords == 0)
        second.close()

        // Neither a record nor a checkpoint has the hash to continue with.
        let bare = try LogFixture.killed()
        try bare.write([], next)
        #expect(unlink(bare.path(first)) == 0)
        #expect(bare.refusal() == .damagedTail(file: next, sequence: nil))
    }

    @Test func `a file's name is believed where its records are lost`() throws {
        let fixture = try LogFixture.killed()
        let last = try #require(field("hash", in: try fixture.lines(first)[2]))
        try fixture.write([], AuditFiles.segmentName(firstSequence: 9))
        try expect(missing: 5, next: 9, previous: last, fixture)
    }
}
