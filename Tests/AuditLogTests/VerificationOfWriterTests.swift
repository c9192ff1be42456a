import AuditLog
import AuditReading
import POSIX
import Synchronization
import TestSupport
import Testing

/// What the writer leaves behind, read by the verifier.
@Suite struct VerificationOfWriterTests {
    private let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    private func open(segmentBytesMax: Int = 2048) throws -> AuditLog {
        try fixture.open(fixture.settings(segmentBytesMax: segmentBytesMax))
    }

    private func verify() throws -> AuditVerification {
        try AuditVerifier.verify(
            fixture.directory,
            against: AuditExpectations(keys: AuditKeys(secret: LogFixture.key)))
    }

    /// Appends records one after the other and waits until they are written.
    private func append(_ count: Int, to log: AuditLog) throws {
        let writer = Writer(reactor: 1)
        let written = Mutex(0)
        for index in 0..<count {
            writer.refuse("r-\(index)", .rateLimited)
            writer.handOver(to: log) { isWritten in
                written.withLock { $0 += isWritten ? 1 : 0 }
            }
        }
        try eventually("\(count) records are written") { written.withLock { $0 } == count }
    }

    private func change(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try fixture.bytes(name)
        change(&bytes)
        try fixture.write(bytes, name)
    }

    @Test func `every event that is written is verified`() throws {
        let log = try open()
        let writer = Writer()
        writer.refuse("r", .rateLimited)
        for row in [nil, 0, 4999] { writer.predict("r", features: "{}", row: row) }
        for reason in AuditRefusalReason.allCases { writer.batch.countRefusal(reason) }
        #expect(try writer.write(to: log))
        let model = AuditedModel(
            name: "telco \"churn\"/1", digest: String(repeating: "5a", count: 32))
        for by in [
            AuditedOperator.process,
            AuditedOperator(requestID: Array("r".utf8), subject: Array("root".utf8)),
            AuditedOperator(
                requestID: Array("r".utf8), subject: nil,
                peerProcess: AuditedPeer(userID: 4_294_967_294, processID: 7)),
        ] {
            for action in AuditNote.ModelAction.allCases { log.note(.model(action, model, by: by)) }
            for action in AuditNote.RevocationAction.allCases {
                log.note(.revocation(action, token: Array("t".utf8), by: by))
            }
            for action in AuditNote.BehaviourAction.allCases {
                log.note(.behaviour(action, subject: Array("s".utf8), signals: "rate", by: by))
            }
            log.note(AuditNote.behaviour(.clear, subject: [1], by: by).takenBack)
            for action in AuditNote.KeyAction.allCases {
                log.note(.keys(action, keyID: action == .reload ? nil : "k\n\"1\"", by: by))
            }
            log.note(AuditNote.model(.activate, model, by: by).takenBack)
            log.note(AuditNote.keys(.reload, keyID: nil, by: by).takenBack)
            log.note(AuditNote.revocation(.revoke, token: [1], by: by).takenBack)
        }
        let digest = String(repeating: "c3", count: 32)
        for action in AuditNote.RolesAction.allCases {
            log.note(.roles(action, digest: digest))
            log.note(AuditNote.roles(action, digest: digest).takenBack)
        }
        log.close()
        let found = try verify()
        #expect(found.faults == [])
        #expect(found.remarks == [])
        #expect(found.recordCount == 1 + 1 + 3 + 3 + 3 * 25 + 2 * 2 + 1)
    }

    @Test func `a log of many starts and segments is verified`() throws {
        for _ in 1...3 {
            let log = try open()
            try append(40, to: log)
            log.close()
        }
        let found = try verify()
        #expect(found.faults == [])
        #expect(found.remarks == [])
        #expect(found.recordCount == 3 * 42)
        #expect(found.segmentCount > 3)
    }

    @Test func `a tail that was torn is a fault until the next start, and then a remark`() throws {
        let log = try open()
        try append(3, to: log)
        log.close()
        let last = try #require(try fixture.segments().last)
        try change(last) { $0 += Array("{\"sequence\":6,\"time\":".utf8) }
        #expect(try verify().faults.map(\.kind) == [.torn(bytes: 21)])
        #expect(try verify().faults.map(\.sequence) == [6])
        try open().close()
        let found = try verify()
        #expect(found.faults == [])
        #expect(found.remarks == [.repaired(sequence: 6, tornBytes: 21, missing: 0)])
    }

    @Test func `a loss stays a fault, which the next start notes`() throws {
        let log = try open(segmentBytesMax: 1 << 20)
        try append(8, to: log)
        log.close()
        let last = try #require(try fixture.segments().last)
        for cut in 1...3 {
            let before = try verify()
            // One for each loss so far.
            #expect(before.faults.count == cut - 1)
            let sequence = try #require(before.last?.sequence)
            let name = try #require(try fixture.segments().last)
            try change(cut == 1 ? last : name) { bytes in
                // All but what the file begins with.
                let lines = bytes.split(separator: UInt8(ascii: "\n"))
                bytes = cut == 3 ? [] : Array(lines[0]) + [UInt8(ascii: "\n")]
            }
            let lost = try verify()
            // The third takes the start that noted the second, and they become one.
            #expect(lost.faults.count == min(cut, 2))
            guard case .truncated(let range, _) = lost.faults.last?.kind else {
                Issue.record("\(lost.faults)")
                return
            }
            #expect(range.upperBound == sequence)
            try open(segmentBytesMax: 1 << 20).close()
            let found = try verify()
            #expect(found.faults.count == min(cut, 2), "\(found.faults)")
            guard case .missing(range, unreadable: 0, _) = found.faults.last?.kind else {
                Issue.record("\(found.faults)")
                return
            }
            #expect(
                found.remarks.last
                    == .repaired(sequence: sequence + 1, tornBytes: 0, missing: range.count))
        }
    }

    @Test func `a log that is being written is never found to be wrong`() throws {
        let log = try open(segmentBytesMax: 16_384)
        let isEnough = Atomic(false)
        let writing = Running(1) { _ in
            var written = 0
            while !isEnough.load(ordering: .relaxed) {
                try append(50, to: log)
                written += 50
            }
            return written
        }
        var (rounds, last) = (0, 0)
        defer { isEnough.store(true, ordering: .relaxed) }
        try eventually("ten segments are written", within: 60) {
            let found = try verify()
            #expect(found.faults == [])
            #expect(found.last?.sequence ?? 0 >= last)
            last = found.last?.sequence ?? 0
            rounds += 1
            return rounds > 5 && found.segmentCount > 10
        }
        isEnough.store(true, ordering: .relaxed)
        let total = try writing.values()[0]
        log.close()
        let found = try verify()
        #expect(found.faults == [])
        #expect(found.recordCount == total + 2)
    }

    @Test func `a file that is removed under the writer is told when it is gone`() throws {
        let log = try open()
        for _ in 1...4 { try append(10, to: log) }
        log.close()
        let names = try fixture.segments()
        #expect(names.count > 2)
        let whole = try verify()
        try Directories.rename(fixture.path(names[1]), to: fixture.parent.path(of: "gone"))
        let found = try verify()
        #expect(found.faults.count == 1)
        guard case .missing(let range, unreadable: 0, let after) = found.faults.first?.kind else {
            Issue.record("\(found.faults)")
            return
        }
        #expect(range.count == whole.recordCount - found.recordCount)
        #expect(after?.file == names[0])
        #expect(found.faults.first?.file == names[2])
    }
}
