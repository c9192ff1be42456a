import AuditLog
import POSIX
import Synchronization
import TestSupport
import Testing

/// Batches that their owners write themselves.
@Suite struct WritingHereTests {
    private let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    /// Writes a batch as soon as the queue does not, which has its first turn when the log opens.
    private func appendHere(_ batch: borrowing AuditBatch, to log: AuditLog) throws -> Bool {
        let end = Clock.monotonicNanoseconds() + 10_000_000_000
        while Clock.monotonicNanoseconds() < end {
            if let isWritten = log.appendHere(batch) { return isWritten }
        }
        throw NeverHappened(what: "the queue is idle")
    }

    @Test func `a batch is in the file when its owner goes on, and what waits goes with it`() throws
    {
        let log = try fixture.open()
        let writer = Writer()
        writer.predict("here")
        #expect(try appendHere(writer.batch, to: log))
        #expect(field("request_id", in: try #require(try fixture.records().last)) == "here")
        log.close()
        #expect(try !appendHere(writer.batch, to: log))
        #expect(try fixture.events() == ["start", "prediction", "stop"])
    }

    @Test(arguments: [AuditSync.interval(nanoseconds: 1_000_000_000), .always])
    func `whoever would have to wait for a disk leaves it to the queue`(sync: AuditSync) throws {
        let log = try fixture.open(fixture.settings(sync: sync))
        let writer = Writer()
        writer.predict("later")
        #expect(log.appendHere(writer.batch) == nil)
        log.close()
        #expect(try fixture.events() == ["start", "stop"])
    }

    @Test func `callers who write themselves and callers who do not keep one chain`() throws {
        var settings = fixture.settings(segmentBytesMax: 50_000)
        settings.checkpointRecordsMax = 50
        let log = try fixture.open(settings)
        let callers = 8
        let batches = 300
        let written = try concurrently(callers) { caller in
            let writer = Writer(reactor: caller)
            let held = Answers<Int>()
            for batch in 0..<batches {
                writer.predict("c\(caller)-\(batch)")
                let isHere = caller.isMultiple(of: 2) ? log.appendHere(writer.batch) : nil
                if let isHere {
                    held.add(isHere ? batch : -1)
                    writer.batch.removeAll(keepingCapacity: true)
                } else {
                    writer.handOver(to: log) { isWritten in held.add(isWritten ? batch : -1) }
                }
            }
            try eventually("all batches of a caller are answered") { held.count == batches }
            return Set(held.all)
        }
        log.close()
        #expect(written.allSatisfy { $0 == Set(0..<batches) })
        // The fixture checks the chain; each name is there once.
        let names = try fixture.records().compactMap { field("request_id", in: $0) }
        #expect(names.count == callers * batches)
        #expect(Set(names).count == callers * batches)
    }

    @Test func `how far the log has come is told at the start and at the end`() throws {
        let log = try fixture.open()
        let writer = Writer()
        for name in ["a", "b", "c"] { writer.predict(name) }
        #expect(try appendHere(writer.batch, to: log))
        log.close()
        let records = try fixture.records()
        let told = [records[0], try #require(records.last)].enumerated().map { index, record in
            AuditReport.checkpoint(
                log.identity, count: index == 0 ? 1 : records.count,
                hash: field("hash", in: record) ?? "")
        }
        #expect(fixture.toldCheckpoints == told)
    }
}
