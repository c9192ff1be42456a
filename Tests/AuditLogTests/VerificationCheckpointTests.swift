import AuditLog
import AuditReading
import TestSupport
import Testing

@Suite struct VerificationCheckpointTests {
    @Test func `checkpoints of another key are told one by one and not believed`() throws {
        var log = SampleLog.standard
        log.checkpoints = log.checkpoints.indices.map { index in
            SampleLog.checkpoint(
                [1, 4, 7, 12][index], SampleLog.digest,
                secret: Array("another key, of thirty-two bytes too".utf8))
        }
        let found = try LogDirectory(log).verify()
        #expect(
            found.faults.map(\.kind)
                == [1, 4, 7, 12].map { AuditFaultKind.wrongMAC(count: $0) })
        #expect(found.faults.map(\.line) == [1, 2, 3, 4])
        #expect(found.checkpointCount == 0)
        #expect(found.remarks == [.unprotected(1...10)])
    }

    @Test func `without a key the checkpoints are compared and their MACs are not verified`() throws
    {
        var log = SampleLog.standard
        log.checkpoints[3] = SampleLog.checkpoint(
            10, log.hash, secret: Array("another key, of thirty-two bytes too".utf8))
        let directory = try LogDirectory(log)
        #expect(try directory.verify { $0.keys = nil }.faults == [])
        log.segments[2].lines.removeLast()
        let cut = try LogDirectory(log)
        #expect(
            try cut.verify { $0.keys = nil }.faults.map(\.kind)
                == [.truncated(10...10, source: .line(4))])
    }

    @Test func `a missing file of checkpoints is told`() throws {
        let directory = try LogDirectory(.standard)
        try directory.remove(SampleLog.checkpointsName)
        let faults = try directory.verify().faults
        #expect(faults.map(\.file) == [SampleLog.checkpointsName])
        try directory.write([], SampleLog.checkpointsName)
        #expect(try directory.verify().faults.map(\.kind) == [.noCheckpoint])
    }

    @Test func `a log of one record may have no checkpoint yet`() throws {
        var log = SampleLog()
        log.beginSegment()
        log.add(SampleLog.start())
        let found = try LogDirectory(log).verify()
        #expect(found.faults == [])
        #expect(found.remarks == [.unprotected(1...1)])
        log.add(SampleLog.stop)
        #expect(try faults(in: log).map(\.kind) == [.noCheckpoint])
    }

    @Test func `a doubled checkpoint and two that changed places are told`() throws {
        for index in 0..<4 {
            var log = SampleLog.standard
            log.checkpoints.insert(log.checkpoints[index], at: index)
            let count = [1, 4, 7, 10][index]
            let faults = try faults(in: log)
            #expect(faults.map(\.kind) == [.checkpointOutOfOrder(count: count, after: count)])
            #expect(faults.map(\.line) == [index + 2])
        }
        var log = SampleLog.standard
        log.checkpoints.swapAt(1, 2)
        #expect(
            try faults(in: log).map(\.kind) == [.checkpointOutOfOrder(count: 4, after: 7)])
    }

    @Test(arguments: [
        "", "{}", "x",
        "{\"count\":11,\"hash\":\"\(SampleLog.digest)\",\"time\":\"2026-10-01\",\"mac\":\"\"}",
        String(repeating: "x", count: 600),
    ]) func `a line that is no checkpoint is told`(text: String) throws {
        var log = SampleLog.standard
        log.checkpoints.insert(Array("\(text)\n".utf8), at: 2)
        let faults = try faults(in: log)
        #expect(faults.map(\.kind) == [.notACheckpoint])
        #expect(faults.map(\.line) == [3])
    }

    @Test func `a checkpoint that counts nothing names no hash`() throws {
        var log = SampleLog.standard
        log.checkpoints.insert(SampleLog.checkpoint(0, SampleLog.noHash), at: 0)
        #expect(try faults(in: log) == [])
        log.checkpoints[0] = SampleLog.checkpoint(0, SampleLog.digest)
        #expect(try faults(in: log).map(\.kind) == [.notACheckpoint])
    }

    @Test func `records after the newest checkpoint are said to be unprotected`() throws {
        var log = SampleLog.standard
        log.add(SampleLog.refusals)
        log.add(SampleLog.refusals)
        let found = try LogDirectory(log).verify()
        #expect(found.faults == [])
        #expect(found.remarks == [.unprotected(11...12)])
        #expect(
            found.remarks.map(\.description) == [
                "records 11 to 12 are after the newest checkpoint: nothing here would show if "
                    + "such were cut off"
            ])
    }
}
