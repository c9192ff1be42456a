import AuditLog
import AuditReading
import Dispatch
import OpenSSL
import TestSupport
import Testing

@Suite struct WritingLimitsTests {
    private let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    /// Holds the log's queue up until `go` is signalled.
    private func holdUp(_ log: AuditLog) throws -> DispatchSemaphore {
        let go = DispatchSemaphore(value: 0)
        let isHeld = Answers<Bool>()
        let writer = Writer()
        writer.predict("held")
        writer.handOver(to: log) { _ in
            isHeld.add(true)
            go.wait()
        }
        try eventually("the queue is held up") { isHeld.value != nil }
        return go
    }

    /// Fills a batch with bodies of so many bytes.
    private func fill(_ writer: Writer, bytes: Int) {
        writer.predict("r", features: "1")
        let frame = writer.batch.bytes.count - 1
        writer.batch.removeAll(keepingCapacity: true)
        var left = bytes
        while left > 0 {
            let body = left > 100_000 ? 50_000 : left > 60_000 ? left / 2 : left
            writer.predict("r", features: String(repeating: "1", count: body - frame))
            left -= body
        }
    }

    @Test func `so many bytes wait for a slow disk and not more`() throws {
        let limit = AuditLimits.waitingBytesMax
        for (bytes, isTaken) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
            let fixture = try LogFixture()
            let log = try fixture.open(fixture.settings(segmentBytesMax: 1 << 26))
            let go = try holdUp(log)
            let writer = Writer()
            writer.predict("first")
            let small = writer.batch.bytes.count
            let first = Answers<Bool>()
            writer.handOver(to: log) { first.add($0) }
            fill(writer, bytes: bytes - small)
            #expect(writer.batch.bytes.count == bytes - small)
            let answer = Answers<Bool>()
            writer.handOver(to: log) { answer.add($0) }
            #expect(answer.value == (isTaken ? nil : false), "\(bytes) bytes")
            go.signal()
            try eventually("both are answered") { first.value != nil && answer.value != nil }
            #expect(first.value == true)
            #expect(answer.value == isTaken)
            #expect(log.statistics.failedAppends == (isTaken ? 0 : 1))
            log.close()
            #expect(try fixture.records().count > (isTaken ? 300 : 3))
        }
    }

    @Test func `so many notes wait and not more`() throws {
        let limit = AuditLimits.notesMax
        for count in [limit - 1, limit, limit + 1] {
            let fixture = try LogFixture()
            let log = try fixture.open()
            let go = try holdUp(log)
            for _ in 0..<count { log.note(.revocation(.revoke, token: [1], by: .process)) }
            go.signal()
            log.close()
            let kept = min(count, limit)
            #expect(try fixture.events().filter { $0 == "revocation" }.count == kept)
            #expect(
                fixture.told == (count > limit ? [.notesDropped(count: count - limit)] : []))
        }
    }

    @Test func `features that are too long are left out`() throws {
        let limit = AuditLimits.featuresBytesMax
        let log = try fixture.open()
        let writer = Writer()
        for count in [limit - 1, limit, limit + 1] {
            writer.predict(
                "r", traceID: String(repeating: "a", count: 32),
                tokenID: String(repeating: "\"", count: 256), customer: "c",
                features: String(repeating: "1", count: count), row: 9_999)
        }
        #expect(try writer.write(to: log))
        log.close()
        let records = try fixture.records()
        #expect(records[1...3].map { $0.contains("\"features\":") } == [true, true, false])
        #expect(records.allSatisfy { $0.utf8.count < AuditLimits.recordBytesMax })
    }

    @Test func `a disk that does not come back is stuck`() {
        func state(_ failure: String?, _ busySince: Int64?, now: Int64) -> AuditState {
            AuditState(failure: failure, busySince: busySince, stuckAfter: 1_000, now: now)
        }
        #expect(state(nil, nil, now: 5_000) == .passing)
        #expect(state(nil, 4_001, now: 5_000) == .passing)
        #expect(state(nil, 4_000, now: 5_000) == .passing)
        #expect(state(nil, 3_999, now: 5_000) == .stuck(forNanoseconds: 1_001))
        #expect(state("write: x", nil, now: 5_000) == .failing(reason: "write: x"))
        #expect(state("write: x", 1, now: 5_000) == .failing(reason: "write: x"))
    }

    @Test func `keys are derived from the secret, each its own`() {
        let secret = LogFixture.key
        let keys = AuditKeys(secret: secret)
        let all = [keys.subject, keys.customer, keys.name, keys.checkpoint, keys.record]
        let labels = ["subject", "customer", "name", "checkpoint", "record"]
        for (key, label) in zip(all, labels) {
            var mac = HMACSHA256(key: secret.span)
            let name = Array("churnd audit \(label)".utf8)
            #expect(mac.authenticate(name.span) == key)
        }
        #expect(Set(all).count == 5)
    }
}

@Suite struct WritingFilesTests {
    @Test(arguments: [
        (1, "records-00000000000000000001.jsonl"),
        (1_234_567, "records-00000000000001234567.jsonl"),
        (AuditLimits.firstSequenceMax, "records-02305843009213693952.jsonl"),
    ]) func `a segment is named by its first record`(sequence: Int, name: String) {
        #expect(AuditFiles.segmentName(firstSequence: sequence) == name)
        #expect(AuditFiles.firstSequence(ofSegment: name) == sequence)
    }

    @Test(arguments: [
        "", "records-.jsonl", "records-00000000000000000000.jsonl",
        "records-0000000000000000001.jsonl", "records-000000000000000000001.jsonl",
        "records-0000000000000000000x.jsonl", "records-+0000000000000000001.jsonl",
        "records-00000000000000000001.json", "records-00000000000000000001.jsonl.gz",
        "recordz-00000000000000000001.jsonl", "records-99999999999999999999.jsonl",
        "records-02305843009213693953.jsonl", "records-09223372036854775807.jsonl",
    ]) func `another name is none`(name: String) {
        #expect(AuditFiles.firstSequence(ofSegment: name) == nil)
    }

    @Test func `a name beyond all records is a stranger's, and the log goes on before it`() throws {
        let fixture = try LogFixture()
        try fixture.open().close()
        let stranger = "records-09223372036854775807.jsonl"
        try fixture.write([], stranger)
        try fixture.open().close()
        try fixture.open().close()
        let found = try AuditVerifier.verify(
            fixture.directory,
            against: AuditExpectations(keys: AuditKeys(secret: LogFixture.key)))
        #expect(found.recordCount == 6)
        #expect(found.faults.map(\.kind) == [.stranger])
        #expect(found.faults.map(\.file) == [stranger])
    }

    @Test func `a directory is listed in the order of its records`() throws {
        let fixture = try LogFixture()
        try fixture.open().close()
        for name in [
            "records-00000000000000000010.jsonl", "records-00000000000000000009.jsonl",
            "records-old", "notes.txt",
        ] { try fixture.write([], name) }
        let listing = try AuditFiles(directory: fixture.directory).listing()
        #expect(listing.segments.map(\.firstSequence) == [1, 9, 10])
        #expect(listing.strangers == ["records-old"])
    }
}
