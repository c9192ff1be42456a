import AuditLog
import AuditReading
import POSIX
import TestSupport
import Testing

/// What can be done to whole records and files.
@Suite struct VerificationChainTests {
    private static let names = [1, 5, 8].map { SampleLog.segmentName($0) }

    @Test(arguments: [(0, 1...4), (1, 5...7), (2, 8...10)])
    func `a file that vanished is told by the records that were in it`(
        segment: Int, lost: ClosedRange<Int>
    ) throws {
        var log = SampleLog.standard
        log.segments.remove(at: segment)
        let faults = try faults(in: log)
        #expect(faults.map(\.sequence) == [lost.lowerBound])
        switch faults.first?.kind {
        case .missing(lost, unreadable: 0, let after):
            #expect(after?.file == (segment == 0 ? nil : Self.names[segment - 1]))
            #expect(faults.first?.file == Self.names[segment + 1])
        case .truncated(lost, source: .line(4)): #expect(faults.first?.file == Self.names[1])
        case let kind: Issue.record("\(String(describing: kind))")
        }
    }

    @Test func `a log of which only checkpoints are left is truncated as a whole`() throws {
        var log = SampleLog.standard
        log.segments = []
        let faults = try faults(in: log)
        #expect(faults.map(\.kind) == [.truncated(1...10, source: .line(4))])
        #expect(faults.map(\.file) == [SampleLog.checkpointsName])
    }

    @Test func `a foreign file is told, if it is named like one of the log's`() throws {
        let directory = try LogDirectory(.standard)
        for name in ["records-1.jsonl", "records-00000000000000000000.jsonl", "records-", "notes"] {
            try directory.write([], name)
        }
        let found = try directory.verify()
        #expect(found.faults.map(\.kind) == [.stranger, .stranger, .stranger])
        #expect(
            found.faults.map(\.file) == [
                "records-", "records-00000000000000000000.jsonl", "records-1.jsonl",
            ])
    }

    @Test func `a file that is no regular one is told`() throws {
        let directory = try LogDirectory(.standard)
        try directory.remove(Self.names[1])
        try Directories.create(directory.directory.path(of: Self.names[1]))
        let faults = try directory.verify().faults
        #expect(faults.count == 2)
        guard case .unreadable(.notARegularFile) = faults.first?.kind else {
            Issue.record("\(faults)")
            return
        }
        #expect(faults.first?.file == Self.names[1])
    }

    @Test func `a renamed file is told`() throws {
        var log = SampleLog.standard
        log.segments[1].name = SampleLog.segmentName(6)
        let faults = try faults(in: log)
        #expect(faults.map(\.kind) == [.misnamed(firstSequence: 5)])
        #expect(faults.map(\.file) == [SampleLog.segmentName(6)])
    }

    @Test func `a copied file repeats its records`() throws {
        var log = SampleLog.standard
        log.segments.insert(log.segments[0], at: 1)
        log.segments[1].name = SampleLog.segmentName(4)
        let faults = try faults(in: log)
        #expect(faults.map(\.sequence) == [1, 2, 3, 4])
        #expect(
            faults.map(\.kind)
                == [.outOfOrder(after: 4), .outOfOrder(after: 4), .outOfOrder(after: 4), .repeated])
    }

    @Test func `bytes that are no record are told, and no record is missed`() throws {
        let foreign = ["", "{}", "{\"sequence\":x", "garbage", "{\"sequence\":5}"]
        for text in foreign {
            for line in 0...3 {
                var log = SampleLog.standard
                log.segments[1].lines.insert(Array("\(text)\n".utf8), at: line)
                let faults = try faults(in: log)
                #expect(faults.map(\.file) == [Self.names[1]])
                #expect(faults.map(\.line) == [line + 1])
                guard case .notARecord = faults.first?.kind else {
                    Issue.record("\(faults)")
                    return
                }
            }
        }
    }

    @Test func `bytes before, between and after records of a line are told apart from them`()
        throws
    {
        var log = SampleLog.standard
        log.segments[1].lines[1] = Array("xy".utf8) + log.segments[1].lines[1]
        let front = try faults(in: log)
        #expect(front.map(\.sequence) == [6])
        guard case .notARecord = front.first?.kind else {
            Issue.record("\(front)")
            return
        }
        log = SampleLog.standard
        log.segments[1].lines[1].removeLast()
        let joined = try faults(in: log)
        #expect(joined.map(\.kind) == [.noLineFeed])
        #expect(joined.map(\.sequence) == [6])
    }

    @Test func `an altered record with a hash made for it breaks the chain after it`() throws {
        let log = SampleLog.standard
        for (index, record) in log.records.enumerated() where index + 1 < 10 {
            var changed = log
            let text = String(decoding: record.bytes, as: UTF8.self)
            let body = Array(text.utf8).dropFirst(12 + String(index + 1).count).dropLast(150)
            let previous = String(text.utf8.dropLast(77).suffix(64)) ?? ""
            let altered = String(decoding: body, as: UTF8.self)
                .replacing(".123Z", with: ".124Z")
            changed.segments[record.segment].lines[record.line] = SampleLog.record(
                index + 1, altered, previous: previous)
            let faults = try faults(in: changed)
            // The last of a file is known by a checkpoint too, as is the first.
            let isCounted = [1, 4, 7].contains(index + 1)
            #expect(faults.map(\.sequence) == (isCounted ? [index + 1, index + 2] : [index + 2]))
            guard case .unlinked = faults.last?.kind else {
                Issue.record("\(faults)")
                return
            }
        }
    }

    @Test func `a second record of a sequence is told where it stands`() throws {
        var log = SampleLog.standard
        let forged = SampleLog.record(
            6, SampleLog.refusal(request: "forged"),
            previous: SampleLog.hash(of: log.segments[1].lines[0]))
        for line in [1, 2] {
            log = .standard
            log.segments[1].lines.insert(forged, at: line)
            let faults = try faults(in: log)
            #expect(faults.map(\.kind) == [.second])
            #expect(faults.map(\.sequence) == [6])
            #expect(faults.map(\.line) == [3])
        }
    }

    @Test func `a log that was written anew contradicts its checkpoints`() throws {
        var forged = SampleLog()
        forged.beginSegment()
        for _ in 1...4 { forged.add(SampleLog.refusals) }
        forged.beginSegment()
        for _ in 5...10 { forged.add(SampleLog.refusals) }
        forged.checkpoints = SampleLog.standard.checkpoints
        let faults = try faults(in: forged)
        #expect(faults.map(\.sequence) == [1, 4, 7, 10])
        for (fault, line) in zip(faults, 1...) {
            #expect(
                fault.kind
                    == .contradictsCheckpoint(of: fault.sequence ?? 0, source: .line(line)))
        }
    }

    @Test func `a record that moved far is missing where it was and out of order where it is`()
        throws
    {
        var log = SampleLog.standard
        log.segments[2].lines.append(log.segments[0].lines.remove(at: 1))
        let faults = try faults(in: log)
        #expect(faults.map(\.sequence) == [2, 2])
        #expect(faults.last?.kind == .outOfOrder(after: 10))
        #expect(faults.last?.file == Self.names[2])
    }

    @Test func `at most a hundred faults are listed, and all are counted`() throws {
        for lines in [99, 100, 101] {
            var log = SampleLog.standard
            for _ in 0..<lines { log.segments[1].lines.append(Array("x\n".utf8)) }
            let found = try LogDirectory(log).verify()
            #expect(found.faults.count == min(lines, 100))
            #expect(found.faultCount == lines)
        }
    }

    @Test func `a directory without a log is none, and one that is not there is not read`() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: AuditVerifierError.notAnAuditLog(directory: directory.path)) {
            try AuditVerifier.verify(directory.path, against: AuditExpectations(keys: nil))
        }
        let error = #expect(throws: AuditVerifierError.self) {
            try AuditVerifier.verify(
                directory.path(of: "none"), against: AuditExpectations(keys: nil))
        }
        guard case .unreadable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a log of many blocks is read as one of few`() throws {
        var log = SampleLog()
        log.beginSegment()
        for index in 1...700 {
            log.add(SampleLog.prediction(request: String(repeating: "r", count: index % 64)))
            if index % 250 == 0 {
                log.checkpoint()
                log.beginSegment()
            }
        }
        let directory = try LogDirectory(log)
        let found = try directory.verify()
        #expect(found.faults == [])
        #expect(found.recordCount == 700)
        #expect(found.remarks == [.unprotected(501...700)])
        var bytes = log.segments[1].bytes
        let offset = bytes.count - 70_000
        bytes[offset] ^= 1
        try directory.write(bytes, log.segments[1].name)
        let faults = try directory.verify().faults
        let before = bytes[..<offset].count { $0 == UInt8(ascii: "\n") }
        #expect(faults.map(\.sequence) == [251 + before])
    }
}

/// Logs that began, ended or continued in an unusual way.
@Suite struct VerificationHistoryTests {
    /// Records up to 4, then a loss of 5 to 7, which the start noted.
    private func loss(
        missing: Int, previous: String? = nil, named first: Int = 8
    ) -> SampleLog {
        var log = SampleLog()
        log.beginSegment()
        for _ in 1...4 { log.add(SampleLog.refusals) }
        log.checkpoint()
        let lost = String(repeating: "7a", count: 32)
        log.checkpoints.append(SampleLog.checkpoint(7, lost))
        log.skip(to: first - 1, hash: lost)
        log.beginSegment()
        log.skip(to: 7, hash: previous ?? lost)
        log.add(SampleLog.start(torn: 12, missing: missing))
        log.checkpoint()
        return log
    }

    @Test func `a loss is a fault, also where the next start has noted it`() throws {
        let found = try LogDirectory(loss(missing: 3)).verify()
        #expect(found.remarks == [.repaired(sequence: 8, tornBytes: 12, missing: 3)])
        for log in [loss(missing: 3), loss(missing: 2), loss(missing: 4), loss(missing: 0)] {
            let faults = try faults(in: log)
            #expect(faults.map(\.sequence) == [5])
            guard case .missing(5...7, unreadable: 0, _) = faults.first?.kind else {
                Issue.record("\(faults)")
                return
            }
        }
        let other = try faults(in: loss(missing: 3, previous: SampleLog.digest))
        #expect(other.map(\.sequence) == [5, 8])
        #expect(other.last?.kind == .contradictsCheckpoint(of: 7, source: .line(2)))
    }

    @Test func `a torn line that a start has cut is a remark`() throws {
        var log = SampleLog.standard
        log.add(SampleLog.start(torn: 77))
        let found = try LogDirectory(log).verify()
        #expect(found.faults == [])
        #expect(
            found.remarks == [
                .repaired(sequence: 11, tornBytes: 77, missing: 0), .unprotected(11...11),
            ])
    }

    @Test func `an empty last file is told only where records before its name are missing`() throws
    {
        var log = SampleLog.standard
        log.beginSegment()
        #expect(try LogDirectory(log).verify().faults == [])
        log.segments[3].name = SampleLog.segmentName(14)
        let faults = try faults(in: log)
        #expect(faults.map(\.kind) == [.truncated(11...13, source: .fileName)])
        #expect(faults.map(\.file) == [SampleLog.segmentName(14)])
    }

    @Test func `a log whose first files were archived begins where it was said to`() throws {
        var log = SampleLog.standard
        log.segments.removeFirst()
        let directory = try LogDirectory(log)
        let found = try directory.verify { $0.first = 5 }
        #expect(found.faults == [])
        #expect(found.first?.sequence == 5)
        #expect(found.remarks == [.archived(1...4)])

        #expect(
            try directory.verify { $0.first = 6 }.faults.map(\.kind) == [
                .notAnArchiveEnd(count: 5), .beginsBefore(wanted: 6),
            ])
        let late = try directory.verify { $0.first = 2 }.faults
        #expect(late.map(\.kind) == [.missing(2...4, unreadable: 0, after: nil)])
    }

    @Test func `an archive's end that no checkpoint names, or names otherwise, is told`() throws {
        var log = SampleLog.standard
        log.segments.removeFirst()
        log.checkpoints.remove(at: 1)
        #expect(
            try LogDirectory(log).verify { $0.first = 5 }.faults.map(\.kind) == [
                .notAnArchiveEnd(count: 4)
            ])
        log.checkpoints.insert(SampleLog.checkpoint(4, SampleLog.digest), at: 1)
        let faults = try LogDirectory(log).verify { $0.first = 5 }.faults
        #expect(faults.map(\.sequence) == [5])
        guard case .unlinked = faults.first?.kind else {
            Issue.record("\(faults)")
            return
        }
    }

    @Test func `a checkpoint that was kept elsewhere finds what the log's own do not`() throws {
        let log = SampleLog.standard
        func kept(_ count: Int, _ hash: String) -> AuditKeptCheckpoint? {
            AuditKeptCheckpoint("\(count):\(hash)")
        }
        let sane = try LogDirectory(log)
        #expect(try sane.verify { $0.kept = kept(10, log.hash) }.faults == [])
        #expect(
            try sane.verify { $0.kept = kept(10, SampleLog.digest) }.faults.map(\.kind)
                == [.contradictsCheckpoint(of: 10, source: .kept)])
        #expect(
            try sane.verify { $0.kept = kept(12, SampleLog.digest) }.faults.map(\.kind)
                == [.truncated(11...12, source: .kept)])

        var cut = log
        cut.segments.removeLast()
        cut.checkpoints.removeLast()
        let truncated = try LogDirectory(cut)
        #expect(try truncated.verify().faults == [])
        #expect(
            try truncated.verify { $0.kept = kept(10, log.hash) }.faults.map(\.kind)
                == [.truncated(8...10, source: .kept)])

        var archived = log
        archived.segments.removeFirst()
        archived.checkpoints.removeFirst(2)
        let hash = SampleLog.hash(of: log.segments[0].lines[3])
        let later = try LogDirectory(archived)
        #expect(
            try later.verify {
                $0.first = 5
                $0.kept = kept(4, hash)
            }.faults == [])
        #expect(
            try later.verify {
                $0.first = 5
                $0.kept = kept(3, hash)
            }.faults.map(\.kind) == [.notAnArchiveEnd(count: 4), .notComparable])
    }

    @Test(arguments: [
        "", "5", "5:", ":" + SampleLog.digest, "0:" + SampleLog.digest, "05:" + SampleLog.digest,
        "5:" + SampleLog.digest + "0", "5:" + SampleLog.digest.uppercased(),
        "99999999999999999999:" + SampleLog.digest, "-1:" + SampleLog.digest,
    ]) func `text that is no checkpoint is none`(text: String) {
        #expect(AuditKeptCheckpoint(text) == nil)
    }

    @Test func `a line that is being written is a remark while its writer lives`() throws {
        let log = SampleLog.standard
        let directory = try LogDirectory(log)
        let torn = Array(SampleLog.record(11, SampleLog.stop, previous: log.hash).dropLast(9))
        try directory.write(log.segments[2].bytes + torn, log.segments[2].name)
        #expect(try directory.verify().faults.map(\.kind) == [.torn(bytes: torn.count)])
        let lock = try FileLock.acquire(directory.directory.path(of: "lock"))
        let isLocked = lock != nil
        #expect(isLocked)
        let found = try directory.verify()
        #expect(found.faults == [])
        let place = AuditPlace(
            file: log.segments[2].name, line: 4, byteOffset: log.segments[2].bytes.count)
        #expect(found.remarks == [.beingWritten(place)])

        // Only in the last file may a line be in the making.
        try directory.write(log.segments[1].bytes + torn, log.segments[1].name)
        #expect(try directory.verify().faults.map(\.kind) == [.torn(bytes: torn.count)])
        _ = consume lock
    }
}
