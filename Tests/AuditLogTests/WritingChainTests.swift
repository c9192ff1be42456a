import AuditLog
import AuditReading
import OpenSSL
import POSIX
import Synchronization
import TestSupport
import Testing

@Suite struct WritingChainTests {
    private let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    @Test(arguments: [AuditSync.none, .interval(nanoseconds: 1_000_000), .always])
    func `batches of many callers are all there once, in their order`(sync: AuditSync) throws {
        let log = try fixture.open(fixture.settings(sync: sync, segmentBytesMax: 20_000))
        let callers = 8
        let batches = sync == .always ? 20 : 100
        let underWayMax = 4
        let answers = try concurrently(callers) { caller in
            var random = SplitMix64(seed: UInt64(caller))
            let writer = Writer(reactor: caller)
            let held = Answers<Int>()
            for batch in 0..<batches {
                for record in 0..<Int.random(in: 1...5, using: &random) {
                    writer.predict("c\(caller)-\(batch)-\(record)")
                }
                writer.handOver(to: log) { isWritten in held.add(isWritten ? batch : -1) }
                // All of them together would be one group.
                try eventually("a batch is answered") { batch - held.count < underWayMax }
            }
            try eventually("all batches of a caller are answered") { held.count == batches }
            return held.all
        }
        log.close()
        #expect(answers.allSatisfy { $0 == Array(0..<batches) })
        let records = try fixture.records()
        #expect(try fixture.segments().count > 2)
        for caller in 0..<callers {
            var random = SplitMix64(seed: UInt64(caller))
            let expected = (0..<batches).flatMap { batch in
                (0..<Int.random(in: 1...5, using: &random)).map { "c\(caller)-\(batch)-\($0)" }
            }
            let names = records.compactMap { field("request_id", in: $0) }
            #expect(names.filter { $0.hasPrefix("c\(caller)-") } == expected)
        }
        #expect(log.statistics.records == UInt64(records.count))
        #expect(
            log.statistics.bytes
                == UInt64(records.reduce(0) { $0 + $1.utf8.count + 1 }))
        #expect(log.statistics.failedAppends == 0)
        #expect(fixture.told == [])
    }

    @Test func `a segment that has its size is followed by the next`() throws {
        let first = try fixture.open()
        let writer = Writer()
        writer.predict("a")
        #expect(try writer.write(to: first))
        let size = Int(first.statistics.bytes)
        first.close()
        for (limit, segments) in [(size - 1, 2), (size, 2), (size + 1, 1)] {
            let fixture = try LogFixture()
            let log = try fixture.open(fixture.settings(segmentBytesMax: limit))
            writer.predict("a")
            #expect(try writer.write(to: log))
            writer.predict("b")
            #expect(try writer.write(to: log))
            #expect(try fixture.segments().count == segments, "limit \(limit)")
            #expect(try fixture.records().count == 3)
            #expect(log.statistics.checkpoints == UInt64(segments))
            if segments == 2 {
                #expect(try counts(fixture) == [1, 2])
                #expect(try fixture.lines("records-00000000000000000003.jsonl").count == 1)
            }
            log.close()
        }
    }

    @Test func `every batch is durable before it is answered, when that is expected`() throws {
        let log = try fixture.open(fixture.settings(sync: .always))
        let writer = Writer()
        for index in 0..<5 {
            writer.predict("r\(index)")
            #expect(try writer.write(to: log))
            #expect(log.statistics.syncs == UInt64(index + 2), "one for the start")
        }
        log.close()
    }

    @Test func `nothing is made durable before the end, when that is expected`() throws {
        let log = try fixture.open(fixture.settings(sync: .none, segmentBytesMax: 3_000))
        let writer = Writer()
        for index in 0..<20 {
            writer.predict("r\(index)")
            #expect(try writer.write(to: log))
        }
        #expect(try fixture.segments().count > 2)
        #expect(log.statistics.syncs == 0)
        log.close()
        #expect(log.statistics.syncs == 1)
    }

    @Test func `what is written is made durable once in an interval`() throws {
        let hour = try fixture.open(
            fixture.settings(sync: .interval(nanoseconds: 3_600_000_000_000)))
        let writer = Writer()
        for index in 0..<5 {
            writer.predict("r\(index)")
            #expect(try writer.write(to: hour))
        }
        #expect(hour.statistics.syncs == 0)
        hour.close()
        let moment = try fixture.open(fixture.settings(sync: .interval(nanoseconds: 1_000_000)))
        try eventually("the start is durable") { moment.statistics.syncs == 1 }
        writer.predict("s")
        #expect(try writer.write(to: moment))
        try eventually("the record is durable") { moment.statistics.syncs == 2 }
        moment.close()
        #expect(moment.statistics.syncs == 3)
    }

    @Test func `a clock that jumps back is written as it was seen`() throws {
        let log = try fixture.open()
        let writer = Writer()
        for time in [LogFixture.time, LogFixture.time - 86_400_000, -1] {
            writer.predict("r", at: time)
        }
        #expect(try writer.write(to: log))
        log.close()
        #expect(
            try fixture.records()[1...3].compactMap { field("time", in: $0) } == [
                "2026-10-01T12:00:00.123Z", "2026-09-30T12:00:00.123Z",
                "1969-12-31T23:59:59.999Z",
            ])
    }

    @Test func `a log that was closed takes nothing more`() throws {
        let log = try fixture.open()
        log.close()
        log.close()
        let writer = Writer()
        let answer = Answers<Bool>()
        writer.predict("r")
        writer.handOver(to: log) { answer.add($0) }
        #expect(answer.value == false)
        log.note(.revocation(.revoke, token: [1], by: .process))
        #expect(try fixture.events() == ["start", "stop"])
    }

    @Test func `what waits when the log is closed is written before the stop`() throws {
        let log = try fixture.open()
        let writer = Writer()
        let answer = Answers<Bool>()
        for index in 0..<50 {
            writer.predict("r\(index)")
            writer.handOver(to: log) { answer.add($0) }
        }
        log.note(.revocation(.revoke, token: [1], by: .process))
        writer.batch.countRefusal(.missingToken)
        writer.handOver(to: log) { answer.add($0) }
        log.close()
        #expect(answer.count == 51)
        let events = try fixture.events()
        #expect(events.count == 54)
        #expect(events.suffix(2) == ["refusals", "stop"])
        #expect(events.contains("revocation"))
    }

    private func counts(_ fixture: LogFixture) throws -> [Int] {
        try fixture.lines(AuditFiles.checkpointsName)
            .compactMap { field("count", in: $0).flatMap { Int($0) } }
    }
}

@Suite struct WritingCheckpointTests {
    private let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    /// What each checkpoint counts, after a look at its bytes.
    private func counts(isWhole: Bool = true) throws -> [Int] {
        let records = try fixture.records()
        let keys = AuditKeys(secret: LogFixture.key)
        var mac = HMACSHA256(key: keys.checkpoint.span)
        let log = try #require(field("log", in: records[0]))
        var previous = isWhole ? String(repeating: "0", count: 64) : nil
        return try fixture.lines(AuditFiles.checkpointsName).map { line in
            let count = try #require(field("count", in: line).flatMap { Int($0) })
            let hash = try #require(field("hash", in: records[count - 1]))
            let before = try #require(previous ?? field("prev", in: line))
            let signed =
                "{\"count\":\(count),\"hash\":\"\(hash)\",\"time\":\"2026-10-01T12:00:00.123Z\""
                + ",\"log\":\"\(log)\",\"prev\":\"\(before)\""
            let digits = mac.authenticate(Array(signed.utf8).span)
                .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(line == signed + ",\"mac\":\"\(digits)\"}")
            previous = digits
            return count
        }
    }

    @Test func `so many records are followed by a checkpoint`() throws {
        var settings = fixture.settings()
        settings.checkpointRecordsMax = 3
        let log = try fixture.open(settings)
        let writer = Writer()
        for size in [1, 1, 1, 2, 1, 7, 1] {
            for _ in 0..<size { writer.predict("r") }
            #expect(try writer.write(to: log))
        }
        log.close()
        #expect(try counts() == [1, 4, 7, 10, 13, 16])
        #expect(log.statistics.checkpoints == 6)
        #expect(try fixture.records().count == 16)
    }

    @Test func `a checkpoint does not wait for a pause`() throws {
        var settings = fixture.settings()
        settings.checkpointRecordsMax = 10
        let log = try fixture.open(settings)
        let writer = Writer()
        writer.predict("r")
        let answers = Answers<Int>()
        WritingCheckpointTests.append(writer.batch, to: log, answers, count: 100)
        try eventually("all are written") { answers.count == 100 }
        log.close()
        #expect(try counts() == [1] + (1...10).map { 10 * $0 + 1 } + [102])
    }

    /// Appends a batch each time the one before is answered, so that the queue never rests.
    private static func append(
        _ batch: AuditBatch, to log: AuditLog, _ answers: Answers<Int>, count: Int
    ) {
        guard count > 0 else { return }
        log.append(batch) { isWritten in
            append(batch, to: log, answers, count: count - 1)
            answers.add(isWritten ? count : -1)
        }
    }

    @Test func `a record does not wait longer than expected for a checkpoint`() throws {
        var settings = fixture.settings()
        settings.checkpointNanosecondsMax = 1_000_000
        let log = try fixture.open(settings)
        let writer = Writer()
        writer.predict("r")
        #expect(try writer.write(to: log))
        try eventually("the checkpoint is written") { log.statistics.checkpoints == 2 }
        #expect(try counts() == [1, 2])
        log.close()
    }

    @Test func `a record alone has no checkpoint before its time`() throws {
        let log = try fixture.open()
        let writer = Writer()
        writer.predict("r")
        #expect(try writer.write(to: log))
        #expect(try counts() == [1])
        log.close()
        #expect(try counts() == [1, 3])
    }

    @Test func `checkpoints that were removed begin anew`() throws {
        var settings = fixture.settings()
        settings.checkpointRecordsMax = 1
        let log = try fixture.open(settings)
        try Directories.rename(
            fixture.path(AuditFiles.checkpointsName), to: fixture.path("elsewhere"))
        let writer = Writer()
        writer.predict("r")
        #expect(try writer.write(to: log))
        log.close()
        #expect(try counts(isWhole: false) == [2, 3])
        #expect(fixture.told == [.checkpointsChanged])
        let found = try AuditVerifier.verify(
            fixture.directory,
            against: AuditExpectations(keys: AuditKeys(secret: LogFixture.key)))
        #expect(
            found.faults.map(\.kind) == [
                .checkpointGone(count: 1), .checkpointUnlinked(count: 2),
            ])
    }

    @Test func `checkpoints that were cut under the log are gone on with, and missed`() throws {
        var settings = fixture.settings()
        settings.checkpointRecordsMax = 1
        let log = try fixture.open(settings)
        let writer = Writer()
        for _ in 0..<3 {
            writer.predict("r")
            #expect(try writer.write(to: log))
        }
        try eventually("the last checkpoint is written") { log.statistics.checkpoints == 4 }
        let path = fixture.path(AuditFiles.checkpointsName)
        let first = try fixture.lines(AuditFiles.checkpointsName)[0].utf8.count + 1
        // In the middle of the second line.
        try AppendFile(path: path).truncate(to: first + 9)
        log.close()
        #expect(fixture.told == [.checkpointsChanged])
        #expect(
            try fixture.lines(AuditFiles.checkpointsName).map { field("count", in: $0) }
                == ["1", "5"])
        let found = try AuditVerifier.verify(
            fixture.directory,
            against: AuditExpectations(keys: AuditKeys(secret: LogFixture.key)))
        #expect(
            found.faults.map(\.kind) == [
                .checkpointGone(count: 2), .checkpointGone(count: 3), .checkpointGone(count: 4),
                .checkpointUnlinked(count: 5),
            ])
    }

    @Test func `never more records than expected are after a checkpoint, whatever comes at once`()
        throws
    {
        var settings = fixture.settings(segmentBytesMax: 50_000)
        settings.checkpointRecordsMax = 20
        let log = try fixture.open(settings)
        let answered = try concurrently(4) { caller in
            var random = SplitMix64(seed: UInt64(caller))
            let writer = Writer(reactor: caller)
            let told = Answers<Int>()
            for batch in 0..<60 {
                // Smaller ones, whole ones, and one that takes several checkpoints.
                let size = batch == 30 ? 75 : Int.random(in: 1...21, using: &random)
                for _ in 0..<size { writer.predict("r") }
                writer.handOver(to: log) { isWritten in told.add(isWritten ? 1 : 0) }
                try eventually("few batches wait") { batch - told.count < 8 }
            }
            try eventually("all are answered") { told.count == 60 }
            return told.all
        }
        log.close()
        #expect(answered.allSatisfy { $0 == Array(repeating: 1, count: 60) })
        let counts = try counts()
        let total = try fixture.records().count
        #expect(counts.first == 1)
        #expect(counts.last == total)
        for (before, after) in zip(counts, counts.dropFirst()) {
            #expect(1...20 ~= after - before, "\(before) to \(after)")
        }
        #expect(total > 4 * 60 * 8)
    }
}
