import AuditLog
import AuditReading
import POSIX
import TestSupport
import Testing

/// A trap ends the run of all tests, so that coming to the end of a table is what is tested first.
@Suite struct AuditNumbersTests {
    /// All that is read in a line.
    private func read(_ line: [UInt8]) -> Bool {
        _ = AuditPredictionLine(line.span)
        _ = AuditQuery().matches(line.span)
        _ = AuditCheckpointLine(line.span)
        do throws(AuditContentFault) {
            let content = try AuditContentReader().read(line.span)
            #expect(content.tornBytes >= 0 && content.missing >= 0)
        } catch {
            #expect(!error.description.isEmpty)
            return false
        }
        return (try? AuditRecordLine(line.span)) != nil
    }

    @Test func `a record with any number in any place is read or refused`() {
        var readCount = 0
        var count = 0
        for record in SampleLog.standard.records {
            ExtremeNumbers.forEachVariant(of: Array(record.bytes.dropLast())) { line in
                count += 1
                if read(line) { readCount += 1 }
            }
        }
        #expect(readCount > 0)
        #expect(count > 2 * readCount)
    }

    /// Records with right hashes whatever they hold, so that their members are read.
    private func sealed(_ body: String) throws -> SampleLog {
        var log = SampleLog()
        log.beginSegment()
        log.add(body)
        log.add(SampleLog.refusal(request: "a"))
        log.checkpoint()
        return log
    }

    @Test func `a sealed log with any number in any body is verified or faulty`() throws {
        let bodies = [
            SampleLog.start(torn: 1, missing: 2), SampleLog.prediction(request: "7"),
            SampleLog.refusals, SampleLog.resumed,
        ]
        var soundCount = 0
        for body in bodies {
            try ExtremeNumbers.forEachVariant(of: Array(body.utf8)) { body in
                let log = try sealed(String(decoding: body, as: UTF8.self))
                let verification = try LogDirectory(log).verify()
                if verification.faults.isEmpty { soundCount += 1 }
                for fault in verification.faults { #expect(!"\(fault)".isEmpty) }
                for remark in verification.remarks { #expect(!"\(remark)".isEmpty) }
            }
        }
        #expect(soundCount > 0)
    }

    /// A start follows the tail of what is there.
    @Test func `a log with any number in its last lines is continued or refused`() throws {
        let log = SampleLog.standard
        let segment = try #require(log.segments.last)
        let checkpoints = log.checkpoints.flatMap { $0 }
        let last = try #require(segment.lines.last)
        let before = segment.lines.dropLast().flatMap { $0 }
        var openedCount = 0
        var count = 0
        func start(_ segmentBytes: [UInt8], _ checkpointBytes: [UInt8]) throws {
            let directory = try LogDirectory(log)
            try directory.write(segmentBytes, segment.name)
            try directory.write(checkpointBytes, SampleLog.checkpointsName)
            let settings = AuditSettings(
                directory: directory.path, key: SampleLog.secret, sync: .none,
                segmentBytesMax: 1 << 20, serviceVersion: "1")
            count += 1
            guard let opened = try? AuditLog.open(settings, report: { _ in }) else { return }
            openedCount += 1
            opened.close()
        }
        try ExtremeNumbers.forEachVariant(of: Array(last.dropLast())) { line in
            try start(before + line + [UInt8(ascii: "\n")], checkpoints)
        }
        let lastCheckpoint = try #require(log.checkpoints.last)
        let earlier = log.checkpoints.dropLast().flatMap { $0 }
        try ExtremeNumbers.forEachVariant(of: Array(lastCheckpoint.dropLast())) { line in
            try start(segment.bytes, earlier + line + [UInt8(ascii: "\n")])
        }
        #expect(openedCount > 0)
        #expect(count > ExtremeNumbers.spellings.count)
    }
}
