import AuditLog
import POSIX
import Synchronization
import TestSupport
import Testing

/// What the writer leaves behind, read by the verifier.
@Suite struct VerificationOfWriterTests {
    private static let key = Array("a key of the writer, 32 bytes or more".utf8)

    private let parent: TemporaryDirectory

    init() throws { parent = try TemporaryDirectory() }

    private var directory: String { parent.path(of: "audit") }

    private func settings(segmentBytesMax: Int = 2048) -> AuditSettings {
        AuditSettings(
            directory: directory, key: Self.key, sync: .none, segmentBytesMax: segmentBytesMax,
            serviceVersion: "1.0.0")
    }

    private func open(_ settings: AuditSettings) throws -> AuditLog {
        try AuditLog.open(settings) { if !$0.isCheckpoint { Issue.record("\($0)") } }
    }

    private func verify(first: Int? = nil) throws -> AuditVerification {
        var expectations = AuditExpectations(keys: AuditKeys(secret: Self.key))
        expectations.first = first
        return try AuditVerifier.verify(directory, against: expectations)
    }

    /// Appends records one after the other and waits until they are written.
    private func append(_ count: Int, to log: AuditLog) throws {
        let written = Mutex(0)
        for index in 0..<count {
            log.append(Self.batch(index)) { isWritten in
                written.withLock { $0 += isWritten ? 1 : 0 }
            }
        }
        try eventually("\(count) records are written") { written.withLock { $0 } == count }
    }

    private static func batch(_ index: Int) -> AuditBatch {
        let encoder = AuditRecordEncoder(keys: AuditKeys(secret: key), reactor: 1)
        let (request, name, none) = (Array("r-\(index)".utf8), Array("alice".utf8), [UInt8]())
        let caller = AuditedCaller(
            unixMilliseconds: Clock.unixMilliseconds(), requestID: request.span,
            traceID: none.span, subject: name.span, tokenID: name.span, customerID: none.span)
        var batch = AuditBatch()
        encoder.appendRefusal(
            AuditedRefusal(caller: caller, bodyDigest: nil, reason: .rateLimited), to: &batch)
        return batch
    }

    private func segments() throws -> [String] {
        try Files.names(in: directory).filter { $0.hasPrefix("records-") }
    }

    private func change(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
        let path = "\(directory)/\(name)"
        var bytes = try Files.read(path, bytesMax: 1 << 24)
        change(&bytes)
        try writeFile(bytes, path)
    }

    @Test func `every event that is written is verified`() throws {
        let log = try open(settings())
        var batch = Self.batch(0)
        for reason in AuditRefusalReason.allCases { batch.countRefusal(reason) }
        log.append(batch) { #expect($0) }
        let model = AuditedModel(
            name: "telco \"churn\"/1", digest: String(repeating: "5a", count: 32))
        for by in [
            AuditedOperator.process,
            AuditedOperator(requestID: Array("r".utf8), subject: Array("root".utf8)),
        ] {
            for action in AuditNote.ModelAction.allCases { log.note(.model(action, model, by: by)) }
            for action in AuditNote.RevocationAction.allCases {
                log.note(.revocation(action, token: Array("t".utf8), by: by))
            }
        }
        log.close()
        let found = try verify()
        #expect(found.faults == [])
        #expect(found.remarks == [])
        #expect(found.recordCount == 1 + 1 + 3 + 12 + 1)
    }

    @Test func `a log of many starts and segments is verified`() throws {
        for _ in 1...3 {
            let log = try open(settings())
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
        let log = try open(settings())
        try append(3, to: log)
        log.close()
        let last = try #require(try segments().last)
        try change(last) { $0 += Array("{\"sequence\":6,\"time\":".utf8) }
        #expect(try verify().faults.map(\.kind) == [.torn(bytes: 21)])
        #expect(try verify().faults.map(\.sequence) == [6])
        try open(settings()).close()
        let found = try verify()
        #expect(found.faults == [])
        #expect(found.remarks == [.repaired(sequence: 6, tornBytes: 21, missing: 0)])
    }

    @Test func `a loss stays a fault, which the next start notes`() throws {
        let log = try open(settings(segmentBytesMax: 1 << 20))
        try append(8, to: log)
        log.close()
        let last = try #require(try segments().last)
        for cut in 1...3 {
            let before = try verify()
            // One for each loss so far.
            #expect(before.faults.count == cut - 1)
            let sequence = try #require(before.last?.sequence)
            let name = try #require(try segments().last)
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
            try open(settings(segmentBytesMax: 1 << 20)).close()
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
        let log = try open(settings(segmentBytesMax: 16_384))
        let total = 4_000
        let written = Atomic(0)
        let writing = Running(1) { _ in
            for index in 0..<total {
                log.append(Self.batch(index)) { _ in written.add(1, ordering: .relaxed) }
            }
        }
        var rounds = 0
        var last = 0
        while written.load(ordering: .relaxed) < total {
            let found = try verify()
            #expect(found.faults == [])
            #expect(found.last?.sequence ?? 0 >= last)
            last = found.last?.sequence ?? 0
            rounds += 1
            guard rounds < 10_000 else { throw NeverHappened(what: "all is written") }
        }
        _ = try writing.values()
        log.close()
        let found = try verify()
        #expect(found.faults == [])
        #expect(found.recordCount == total + 2)
        #expect(found.segmentCount > 10)
        #expect(rounds > 1)
    }

    @Test func `a file that is removed under the writer is told when it is gone`() throws {
        let log = try open(settings())
        for _ in 1...4 { try append(10, to: log) }
        log.close()
        let names = try segments()
        #expect(names.count > 2)
        let whole = try verify()
        try Directories.rename("\(directory)/\(names[1])", to: parent.path(of: "gone"))
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
