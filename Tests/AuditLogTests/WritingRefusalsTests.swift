import AuditLog
import AuditReading
import POSIX
import TestSupport
import Testing

/// Refusals of callers with genuine tokens: the first have a record each, the rest are counted.
@Suite struct WritingRefusalsTests {
    private let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    /// Refuses as a reactor does; returns whether the refusal was to have a record of its own.
    @discardableResult
    private func refuse(
        _ log: AuditLog, _ writer: Writer, _ subject: String = "anna", jti: String = "",
        for reason: AuditedRefusal.Reason = .rateLimited, at time: Int64 = LogFixture.time
    ) -> Bool {
        let isCounted = log.count(
            reason, subject: Array(subject.utf8), tokenID: Array(jti.utf8),
            unixMilliseconds: time, nowNanoseconds: Clock.monotonicNanoseconds())
        if !isCounted { writer.refuse("r", reason) }
        return !isCounted
    }

    private func counts(_ records: [String]) -> [String] {
        records.filter { field("event", in: $0) == "refusals" }
    }

    private func sum(_ records: [String]) -> Int {
        records.filter { field("event", in: $0) == "refusal" }.count
            + counts(records).reduce(0) { $0 + (Int(field("count", in: $1) ?? "") ?? 0) }
    }

    private func verify(_ directory: String) throws -> AuditVerification {
        try AuditVerifier.verify(
            directory, against: AuditExpectations(keys: AuditKeys(secret: LogFixture.key)))
    }

    @Test(arguments: [-1, 0, 1])
    func `the first ten of a subject and reason have a record, the rest one count`(
        excess: Int
    ) throws {
        let log = try fixture.open()
        let writer = Writer()
        let count = AuditLimits.recordedRefusalsMax + excess
        var recorded = 0
        for index in 0..<count {
            if refuse(log, writer, jti: "t1", at: LogFixture.time + Int64(index)) { recorded += 1 }
        }
        #expect(recorded == min(count, AuditLimits.recordedRefusalsMax))
        #expect(refuse(log, writer, for: .tokenRevoked), "another reason")
        #expect(refuse(log, writer, "berta"), "another subject")
        #expect(try writer.write(to: log))
        log.close()
        let records = try fixture.records()
        #expect(sum(records) == count + 2)
        #expect(counts(records).count == max(excess, 0))
        if let line = counts(records).first {
            #expect(field("status", in: line) == "429")
            #expect(field("reason", in: line) == "rate-limited")
            #expect(field("count", in: line) == "1")
            #expect(field("jti", in: line) == "t1")
            #expect(field("first", in: line) == "2026-10-01T12:00:00.133Z")
            #expect(field("last", in: line) == "2026-10-01T12:00:00.133Z")
            let own = records.first { field("event", in: $0) == "refusal" }
            #expect(field("subject", in: line) == own.flatMap { field("subject", in: $0) })
        }
        #expect(try verify(fixture.directory).faults == [])
    }

    @Test func `a count names no token where there were several, and says from when to when`()
        throws
    {
        let log = try fixture.open()
        let writer = Writer()
        for index in 0..<30 {
            refuse(log, writer, jti: "t\(index % 2)", at: LogFixture.time + Int64(index * 1000))
        }
        #expect(try writer.write(to: log))
        log.close()
        let line = try #require(counts(fixture.records()).first)
        #expect(field("jti", in: line) == nil)
        #expect(field("count", in: line) == "20")
        #expect(field("first", in: line) == "2026-10-01T12:00:10.123Z")
        #expect(field("last", in: line) == "2026-10-01T12:00:29.123Z")
    }

    @Test func `a count is written at the end of its period, though nothing else is`() throws {
        var settings = fixture.settings()
        settings.refusalNanoseconds = 50_000_000
        let log = try fixture.open(settings)
        let writer = Writer()
        for _ in 0...AuditLimits.recordedRefusalsMax { refuse(log, writer) }
        #expect(try writer.write(to: log))
        try eventually("the count is written") { try counts(fixture.records()).count == 1 }
        // The next period begins again with records.
        #expect(refuse(log, writer))
        log.close()
    }

    /// The bound of AuditLimits, with the longest names there are.
    @Test func `refused callers add at most 64 KiB a second, and none of them is lost`() throws {
        let log = try fixture.open(fixture.settings(segmentBytesMax: 1 << 30))
        let writer = Writer()
        let empty = try fixture.bytes(try fixture.segments()[0]).count
        let tail = String(repeating: "\"", count: 250)
        let subjects = 3 * AuditLimits.followedRefusalsMax
        var recorded = 0
        for round in 0..<13 {
            for subject in 0..<subjects {
                let name = "\(subject)-\(tail)"
                let isCounted = log.count(
                    .insufficientScope, subject: Array(name.utf8), tokenID: Array(name.utf8),
                    unixMilliseconds: LogFixture.time + Int64(round),
                    nowNanoseconds: Clock.monotonicNanoseconds())
                guard !isCounted else { continue }
                recorded += 1
                writer.refuse(
                    String(repeating: "r", count: 64), .insufficientScope, body: "{}",
                    tokenID: name)
            }
        }
        #expect(recorded == AuditLimits.recordedRefusalsTotalMax)
        #expect(try writer.write(to: log))
        log.close()
        let records = try fixture.records()
        #expect(sum(records) == 13 * subjects)
        #expect(counts(records).count == AuditLimits.followedRefusalsMax + 1)
        #expect(counts(records).filter { field("subject", in: $0) == nil }.count == 1)
        let bytes = records.reduce(0) { $0 + $1.utf8.count + 1 } - empty
        let period = Int(fixture.settings().refusalNanoseconds / 1_000_000_000)
        #expect(bytes <= period * 65_536, "\(bytes)")
        #expect(try verify(fixture.directory).faults == [])
    }

    @Test func `nothing is counted once the log is closed, so that it gets no answer that lies`()
        throws
    {
        let log = try fixture.open()
        let writer = Writer()
        for _ in 0..<20 { refuse(log, writer) }
        log.close()
        #expect(refuse(log, writer), "it wants a record, which cannot be written")
        #expect(log.unwritten == AuditUnwritten())
    }

    @Test(.enabled(if: TestDisk.hasMemoryDisks, "needs root and the right to mount a tmpfs"))
    func `counts wait for a disk that is full, and answers do not wait for them`() throws {
        let disk = try TestDisk(.tmpfs, kibibytes: 256)
        var settings = fixture.settings()
        settings.directory = disk.path(of: "audit")
        settings.refusalNanoseconds = 20_000_000
        let log = try fixture.open(settings)
        let writer = Writer()
        for _ in 0..<AuditLimits.recordedRefusalsMax { refuse(log, writer) }
        #expect(try writer.write(to: log))
        let filler = try AppendFile(path: disk.path(of: "filler"))
        for size in [4096, 64] {
            let piece = [UInt8](repeating: 0, count: size)
            while (try? filler.write(piece.span)) == piece.count {}
        }
        // A page of the segment may have room yet.
        while case .passing = log.state(nowNanoseconds: Clock.monotonicNanoseconds()) {
            writer.predict("fills")
            _ = try writer.write(to: log)
        }
        var counted = 0
        for index in 0..<500 where !refuse(log, writer, "s\(index % 3)") { counted += 1 }
        #expect(counted >= 470)
        writer.batch.removeAll(keepingCapacity: true)
        #expect(log.unwritten.refusals >= counted)
        try filler.truncate(to: 0)
        try eventually("the log is written again") {
            log.state(nowNanoseconds: Clock.monotonicNanoseconds()) == .passing
        }
        log.close()
        let files = AuditFiles(directory: settings.directory)
        let records = try LogFixture.check(
            files.listing().segments.map {
                ($0.name, try Files.read(files.path(of: $0.name), bytesMax: 1 << 30))
            })
        #expect(sum(records) == AuditLimits.recordedRefusalsMax + counted)
        #expect(try verify(settings.directory).faults == [])
    }

    @Test(.enabled(if: TestDisk.hasFileDisks, "needs root and the right to mount ext4"))
    func `what a group that failed half way has written is not counted again`() throws {
        let disk = try TestDisk(.ext4, kibibytes: 4_096)
        var settings = fixture.settings()
        settings.directory = disk.path(of: "audit")
        settings.checkpointRecordsMax = 3
        let log = try fixture.open(settings)
        let writer = Writer()
        let subjects = (0..<5).map { "s\($0)" }
        for subject in subjects {
            for _ in 0..<AuditLimits.recordedRefusalsMax { refuse(log, writer, subject) }
        }
        // So that the last three are just due for a checkpoint.
        writer.predict("r")
        #expect(try writer.write(to: log))
        try eventually("all have a checkpoint") { log.statistics.checkpoints == 18 }
        try disk.set(immutable: true, "\(settings.directory)/\(AuditFiles.checkpointsName)")
        for subject in subjects { #expect(!refuse(log, writer, subject)) }
        log.close()
        let segment = try #require(
            try Files.names(in: settings.directory).first { $0.hasPrefix("records-") })
        let text = try Files.read("\(settings.directory)/\(segment)", bytesMax: 1 << 20)
        let records = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(counts(records).count == 3)
        #expect(log.unwritten.refusals == 2)
        #expect(sum(records) + log.unwritten.refusals == 55)
    }

    @Test(.enabled(if: TestDisk.hasFileDisks, "needs root and the right to mount ext4"))
    func `callers whose record is written before a group fails half way get their answers`() throws
    {
        let disk = try TestDisk(.ext4, kibibytes: 4_096)
        var settings = fixture.settings()
        settings.directory = disk.path(of: "audit")
        settings.checkpointRecordsMax = 3
        settings.summaryNanoseconds = 0
        let log = try fixture.open(settings)
        try disk.set(immutable: true, "\(settings.directory)/\(AuditFiles.checkpointsName)")
        let writer = Writer()
        for _ in 0..<3 { writer.predict("r") }
        // Due in the same group, and one record too many.
        writer.batch.countRefusal(.missingToken)
        #expect(try writer.write(to: log))
        guard case .failing = log.state(nowNanoseconds: Clock.monotonicNanoseconds()) else {
            Issue.record("the group did not fail")
            return
        }
        #expect(log.statistics.failedAppends == 0)
        #expect(log.unwritten.refusals == 1)
        log.close()
    }
}
