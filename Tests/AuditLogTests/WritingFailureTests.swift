import AuditLog
import Glibc
import POSIX
import TestSupport
import Testing

/// What a service sees of a disk that fails, on file systems that are mounted for the test.
@Suite(
    .enabled(if: TestDisk.hasMemoryDisks, "needs root and the right to mount a tmpfs"),
    .serialized)
struct WritingFailureTests {
    private let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    private func state(_ log: AuditLog) -> AuditState {
        log.state(nowNanoseconds: Clock.monotonicNanoseconds())
    }

    private func settings(_ disk: TestDisk, _ sync: AuditSync) -> AuditSettings {
        var settings = fixture.settings(sync: sync)
        settings.directory = disk.path(of: "audit")
        return settings
    }

    /// The records of a log that is elsewhere than in the fixture, checked.
    private func records(_ settings: AuditSettings) throws -> [String] {
        let files = AuditFiles(directory: settings.directory)
        return try LogFixture.check(
            files.listing().segments.map {
                ($0.name, try Files.read(files.path(of: $0.name), bytesMax: 1 << 30))
            })
    }

    @Test(arguments: [AuditSync.none, .interval(nanoseconds: 1_000_000), .always])
    func `a disk that was full is written again when it has room`(sync: AuditSync) throws {
        let disk = try TestDisk(.tmpfs, kibibytes: 512)
        let filler = [UInt8](repeating: 0, count: 256 << 10)
        try Files.writeAtomically(filler.span, to: disk.path(of: "filler"))
        let settings = settings(disk, sync)
        let log = try fixture.open(settings)
        let writer = Writer()
        var written: [String] = []
        var count = 0
        var isFull = false
        while !isFull {
            let names = (0..<20).map { "r\(count)-\($0)" }
            count += 1
            for name in names { writer.predict(name) }
            isFull = try !writer.write(to: log)
            if !isFull { written += names }
        }
        #expect(written.count > 200)
        guard case .failing(let reason) = state(log) else {
            Issue.record("\(state(log))")
            return
        }
        #expect(reason.hasSuffix(": No space left on device"))
        #expect(fixture.told == [.failed(reason: "write: No space left on device")])
        let refused = Answers<Bool>()
        writer.predict("refused")
        writer.handOver(to: log) { refused.add($0) }
        #expect(refused.value == false, "answered before append returns")

        // Room for one short record is not taken for a disk that can be written.
        let failures = log.statistics.failures
        try eventually("the disk was tried again") { log.statistics.failures >= failures + 3 }
        #expect(fixture.told.count == 1)

        writer.batch.countRefusal(.missingToken)
        #expect(try writer.write(to: log))
        log.note(.revocation(.revoke, token: [1], by: .process))
        #expect(unlink(disk.path(of: "filler")) == 0)
        try eventually("the log is written again") { state(log) == .passing }
        writer.predict("after")
        #expect(try writer.write(to: log))
        log.close()

        guard fixture.told.count == 2, case .recovered = fixture.told[1] else {
            Issue.record("\(fixture.told)")
            return
        }
        let records = try records(settings)
        #expect(records.compactMap { field("request_id", in: $0) } == written + ["after"])
        let events = records.compactMap { field("event", in: $0) }
        #expect(events.filter { $0 == "resumed" }.count == 1)
        #expect(events.filter { $0 == "revocation" }.count == 1)
        #expect(events.filter { $0 == "refusals" }.count == 1)
        let resumed = try #require(records.first { field("event", in: $0) == "resumed" })
        #expect((field("failed_for_ms", in: resumed).flatMap { Int($0) } ?? 0) >= 500)
    }

    @Test func `a disk that is full when a log is opened refuses it`() throws {
        let disk = try TestDisk(.tmpfs, kibibytes: 64)
        let filler = try AppendFile(path: disk.path(of: "filler"))
        let page = [UInt8](repeating: 0, count: 4_096)
        while (try? filler.write(page.span)) == page.count {}
        let settings = settings(disk, .none)
        #expect(throws: AuditError.self) { try fixture.open(settings) }
        try filler.truncate(to: 0)
        try fixture.open(settings).close()
        #expect(try records(settings).count == 2)
    }

    @Test func `a read-only disk refuses a log`() throws {
        let disk = try TestDisk(.tmpfs, kibibytes: 256)
        let settings = settings(disk, .always)
        try fixture.open(settings).close()
        try disk.remount("ro")
        let lock = AuditFiles(directory: settings.directory).lockPath
        let refused = SystemError(call: "open", code: EROFS)
        #expect(throws: AuditError.file(.system(path: lock, refused))) {
            try fixture.open(settings)
        }
        var other = settings
        other.directory = disk.path(of: "other")
        #expect(
            throws: AuditError.file(
                .system(path: other.directory, SystemError(call: "mkdir", code: EROFS)))
        ) { try fixture.open(other) }
        try disk.remount("rw")
        try fixture.open(settings).close()
        #expect(try records(settings).count == 4)
    }

    @Test func `a log that cannot be closed properly can be opened again`() throws {
        let disk = try TestDisk(.tmpfs, kibibytes: 64)
        let settings = settings(disk, .none)
        let log = try fixture.open(settings)
        let filler = try AppendFile(path: disk.path(of: "filler"))
        let page = [UInt8](repeating: 0, count: 4_096)
        while (try? filler.write(page.span)) == page.count {}
        let writer = Writer()
        for _ in 0..<20 { writer.predict("r") }
        #expect(try !writer.write(to: log))
        #expect(!log.close(waitingAtMost: 10_000_000_000))
        try filler.truncate(to: 0)
        let again = try fixture.open(settings)
        #expect(again.recovery.nextSequence == 2)
        #expect(again.recovery.tornBytes == 0)
        again.close()
        #expect(
            try records(settings).compactMap { field("event", in: $0) }
                == ["start", "start", "stop"])
    }
}

@Suite(
    .enabled(
        if: TestDisk.hasFileDisks, "needs root, the right to mount, and loop devices"),
    .serialized)
struct WritingHangTests {
    private let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    private func state(_ log: AuditLog) -> AuditState {
        log.state(nowNanoseconds: Clock.monotonicNanoseconds())
    }

    @Test func `a disk that hangs is stuck until it comes back`() throws {
        let disk = try TestDisk(.ext4, kibibytes: 4_096)
        var settings = fixture.settings(sync: .always)
        settings.directory = disk.path(of: "audit")
        settings.stuckAfterNanoseconds = 50_000_000
        let log = try fixture.open(settings)
        #expect(state(log) == .passing)
        try disk.freeze()
        let answers = Answers<Int>()
        do {
            // Whatever happens here, the disk must come back.
            defer { try? disk.thaw() }
            let writer = Writer()
            for index in 0..<3 {
                writer.predict("r\(index)")
                writer.handOver(to: log) { answers.add($0 ? index : -1) }
            }
            try eventually("the log is stuck") {
                if case .stuck(let nanoseconds) = state(log) { return nanoseconds > 50_000_000 }
                return false
            }
            try eventually("it is reported") { !fixture.told.isEmpty }
            #expect(answers.count == 0)
        }
        try eventually("the batches are answered") { answers.count == 3 }
        #expect(answers.all == [0, 1, 2])
        try eventually("the log is passing") { state(log) == .passing }
        // It is reported once when it begins and once when it is over, and a record has how long it
        // took.
        guard fixture.told.count == 2, case .stuck(let told) = fixture.told[0],
            case .recovered(let stuckFor) = fixture.told[1]
        else {
            Issue.record("\(fixture.told)")
            return
        }
        #expect(told > settings.stuckAfterNanoseconds && stuckFor >= told)
        #expect(log.statistics.failures == 1)
        #expect(log.statistics.failedAppends == 1)
        log.close()
        let name = AuditFiles.segmentName(firstSequence: 1)
        let bytes = try Files.read("\(settings.directory)/\(name)", bytesMax: 1 << 20)
        let records = try LogFixture.check([(name, bytes)])
        let resumed = records.filter { field("event", in: $0) == "resumed" }
        #expect(
            resumed.map { field("failed_for_ms", in: $0) } == ["\(stuckFor / 1_000_000)"])
    }

    @Test func `a close does not wait longer than it may for a disk that hangs`() throws {
        let disk = try TestDisk(.ext4, kibibytes: 4_096)
        var settings = fixture.settings(sync: .always)
        settings.directory = disk.path(of: "audit")
        let log = try fixture.open(settings)
        let writer = Writer()
        try disk.freeze()
        do {
            defer { try? disk.thaw() }
            writer.predict("r")
            writer.handOver(to: log) { _ in }
            for _ in 0..<12 {
                _ = log.count(
                    .rateLimited, subject: [1], tokenID: [], unixMilliseconds: 0,
                    nowNanoseconds: Clock.monotonicNanoseconds())
            }
            #expect(!log.close(waitingAtMost: 20_000_000))
            #expect(log.unwritten.records == 1)
            #expect(log.unwritten.refusals == 2)
        }
        try eventually("it is closed all the same") { log.unwritten == AuditUnwritten() }
    }

    @Test func `a file that may not be written any more fails until it may`() throws {
        let disk = try TestDisk(.ext4, kibibytes: 4_096)
        var settings = fixture.settings(sync: .interval(nanoseconds: 1_000_000))
        settings.directory = disk.path(of: "audit")
        let log = try fixture.open(settings)
        let name = AuditFiles.segmentName(firstSequence: 1)
        let segment = "\(settings.directory)/\(name)"
        try disk.set(immutable: true, segment)
        let writer = Writer()
        writer.predict("lost")
        #expect(try !writer.write(to: log))
        #expect(state(log) == .failing(reason: "write: Operation not permitted"))
        try disk.set(immutable: false, segment)
        try eventually("the log is passing") { state(log) == .passing }
        writer.predict("kept")
        #expect(try writer.write(to: log))
        log.close()
        let bytes = try Files.read(segment, bytesMax: 1 << 20)
        let records = try LogFixture.check([(name, bytes)])
        #expect(
            records.compactMap { field("event", in: $0) }
                == ["start", "resumed", "prediction", "stop"])
        #expect(records.compactMap { field("request_id", in: $0) } == ["kept"])
    }

    @Test func `checkpoints that cannot be written are told, and records go on up to a limit`()
        throws
    {
        let disk = try TestDisk(.ext4, kibibytes: 4_096)
        var settings = fixture.settings()
        settings.directory = disk.path(of: "audit")
        settings.checkpointRecordsMax = 3
        let log = try fixture.open(settings)
        let checkpoints = "\(settings.directory)/\(AuditFiles.checkpointsName)"
        try disk.set(immutable: true, checkpoints)
        let writer = Writer()
        for _ in 0..<3 {
            writer.predict("r")
            #expect(try writer.write(to: log))
        }
        try eventually("it is reported") { !fixture.told.isEmpty }
        #expect(fixture.told == [.checkpointFailed(reason: "write: Operation not permitted")])
        #expect(state(log) == .passing)
        #expect(log.statistics.checkpoints == 1)
        writer.predict("one too many")
        #expect(try !writer.write(to: log))
        guard case .failing = state(log) else {
            Issue.record("\(state(log))")
            return
        }
        #expect(fixture.told.count == 2)
        try disk.set(immutable: false, checkpoints)
        try eventually("it is tried again") { log.statistics.checkpoints == 2 }
        try eventually("records are written again") { state(log) == .passing }
        writer.predict("after")
        #expect(try writer.write(to: log))
        log.close()
        // A start, three, a resumed, one more and a stop.
        #expect(log.statistics.records == 7)
    }

    @Test func `a directory that was moved is reported once, not as often as can be`() throws {
        var settings = fixture.settings()
        settings.checkpointNanosecondsMax = 1_000_000
        let log = try fixture.open(settings)
        let moved = fixture.parent.path(of: "moved")
        try Directories.rename(fixture.directory, to: moved)
        let writer = Writer()
        writer.predict("r")
        #expect(try writer.write(to: log))
        try eventually("it is reported") { !fixture.told.isEmpty }
        // Three times as long as the next attempt would have been, but for its distance.
        let end = Clock.monotonicNanoseconds() + 100_000_000
        try eventually("some time has passed") { Clock.monotonicNanoseconds() > end }
        #expect(fixture.told.count == 1, "\(fixture.told.count)")
        log.close()
    }
}
