import AuditLog
import AuditReading
import Glibc
import TestSupport
import Testing

/// Everything that can be done to a small log, one thing at a time.
@Suite struct VerificationMutationTests {
    private let log = SampleLog.standard

    /// The sequence of the record that has the byte at this offset of a segment.
    private func sequence(at offset: Int, of segment: Int) -> Int {
        var end = 0
        var sequence = log.segments[..<segment].map(\.lines.count).reduce(0, +)
        for line in log.segments[segment].lines {
            sequence += 1
            end += line.count
            if offset < end { return sequence }
        }
        return sequence + 1
    }

    @Test func `a sane log has no fault`() throws {
        let found = try LogDirectory(log).verify()
        #expect(found.faults == [])
        #expect(found.faultCount == 0)
        #expect(found.remarks == [])
        #expect(found.recordCount == 10)
        #expect(found.segmentCount == 3)
        #expect(found.checkpointCount == 4)
        #expect(found.first?.sequence == 1)
        #expect(found.first?.time == "2026-10-01T12:00:00.123Z")
        #expect(found.last?.sequence == 10)
        #expect(found.last?.time == "2026-10-01T12:00:07.123Z")
        #expect(found.lastHash?.description == log.hash)
    }

    @Test(arguments: [UInt8(0x01), 0x80])
    func `every flipped byte of a record is told once and with the record's name`(
        mask: UInt8
    ) throws {
        let log = log
        let told = try concurrently(log.segments.count) { segment in
            let directory = try LogDirectory(log)
            let file = log.files[segment]
            return try file.bytes.indices.map { offset in
                var bytes = file.bytes
                bytes[offset] ^= mask
                return try directory.faults(with: bytes, as: file)
            }
        }
        for (segment, results) in told.enumerated() {
            for (offset, faults) in results.enumerated() {
                let name = log.segments[segment].name
                #expect(faults.map(\.file) == [name], "byte \(offset)")
                #expect(
                    faults.map(\.sequence) == [sequence(at: offset, of: segment)], "byte \(offset)")
            }
        }
        #expect(told.map(\.count).reduce(0, +) > 3000)
    }

    @Test(arguments: [UInt8(0x01), 0x80])
    func `every flipped byte of a checkpoint is told once and with its line`(mask: UInt8) throws {
        let directory = try LogDirectory(log)
        let file = log.files[3]
        var line = 1
        for offset in file.bytes.indices {
            var bytes = file.bytes
            bytes[offset] ^= mask
            let faults = try directory.faults(with: bytes, as: file)
            #expect(faults.map(\.file).allSatisfy { $0 == SampleLog.checkpointsName })
            #expect(faults.first?.line == line, "byte \(offset)")
            #expect(faults.count == 1, "byte \(offset)")
            if file.bytes[offset] == UInt8(ascii: "\n") { line += 1 }
        }
    }

    @Test func `every byte that becomes a line feed is told with the record's name`() throws {
        let directory = try LogDirectory(log)
        let file = log.files[1]
        for offset in file.bytes.indices where file.bytes[offset] != UInt8(ascii: "\n") {
            var bytes = file.bytes
            bytes[offset] = UInt8(ascii: "\n")
            let faults = try directory.faults(with: bytes, as: file)
            #expect(faults.first?.file == file.name)
            #expect(faults.first?.sequence == sequence(at: offset, of: 1))
        }
    }

    @Test func `every dropped record is told to be missing`() throws {
        for (index, record) in log.records.enumerated() {
            var changed = log
            changed.segments[record.segment].lines.remove(at: record.line)
            let faults = try faults(in: changed)
            let sequence = index + 1
            #expect(faults.map(\.sequence) == [sequence])
            switch faults.first?.kind {
            case .missing(let range, unreadable: 0, _): #expect(range == sequence...sequence)
            case .truncated(let range, source: .line(4)): #expect(range == 10...10)
            case let kind: Issue.record("\(sequence): \(String(describing: kind))")
            }
        }
    }

    @Test func `every doubled record is told`() throws {
        for (index, record) in log.records.enumerated() {
            var changed = log
            changed.segments[record.segment].lines.insert(record.bytes, at: record.line)
            let faults = try faults(in: changed)
            #expect(faults.map(\.kind) == [.repeated])
            #expect(faults.map(\.sequence) == [index + 1])
            #expect(faults.map(\.file) == [log.segments[record.segment].name])
            #expect(faults.map(\.line) == [record.line + 2])
        }
    }

    @Test func `every pair of neighbours that have changed places is told`() throws {
        let records = log.records
        for index in records.indices.dropLast() {
            let (first, second) = (records[index], records[index + 1])
            var changed = log
            changed.segments[first.segment].lines[first.line] = second.bytes
            changed.segments[second.segment].lines[second.line] = first.bytes
            let faults = try faults(in: changed)
            #expect(faults.map(\.kind) == [.swapped])
            #expect(faults.map(\.sequence) == [index + 1])
            #expect(faults.map(\.file) == [log.segments[second.segment].name])
        }
    }

    @Test func `every truncation of the last file is told`() throws {
        let directory = try LogDirectory(log)
        let file = log.files[2]
        for count in 0..<file.bytes.count {
            let faults = try directory.faults(with: Array(file.bytes[..<count]), as: file)
            let lost = sequence(at: count, of: 2)
            let isAtEnd = count == 0 || file.bytes[count - 1] == UInt8(ascii: "\n")
            #expect(faults.allSatisfy { $0.file == file.name })
            #expect(faults.first?.sequence == lost, "\(count) bytes")
            let cut = isAtEnd ? lost : lost + 1
            var expected: [AuditFaultKind] = []
            if !isAtEnd {
                let start = file.bytes[..<count].lastIndex(of: UInt8(ascii: "\n")) ?? -1
                expected.append(.torn(bytes: count - start - 1))
            }
            if cut <= 10 { expected.append(.truncated(cut...10, source: .line(4))) }
            #expect(faults.map(\.kind) == expected, "\(count) bytes")
        }
    }

    @Test(arguments: [0, 1])
    func `every truncation of an earlier file is told`(segment: Int) throws {
        let directory = try LogDirectory(log)
        let file = log.files[segment]
        let next = log.files[segment + 1].name
        let last = sequence(at: file.bytes.count - 1, of: segment)
        for count in 0..<file.bytes.count {
            let faults = try directory.faults(with: Array(file.bytes[..<count]), as: file)
            let lost = sequence(at: count, of: segment)
            #expect(faults.first?.sequence == lost, "\(count) bytes")
            let isAtEnd = count == 0 || file.bytes[count - 1] == UInt8(ascii: "\n")
            if isAtEnd {
                #expect(faults.map(\.file) == [next])
                guard case .missing(lost...last, unreadable: 0, let after) = faults.first?.kind
                else {
                    Issue.record("\(count) bytes: \(faults)")
                    continue
                }
                let before = count > 0 ? file.name : segment > 0 ? log.files[0].name : nil
                #expect(after?.file == before)
            } else {
                #expect(faults.map(\.file) == (lost == last ? [file.name] : [file.name, next]))
                guard case .torn = faults.first?.kind else {
                    Issue.record("\(count) bytes: \(faults)")
                    continue
                }
            }
        }
    }

    @Test func `every truncation of the checkpoints within a line is told`() throws {
        let directory = try LogDirectory(log)
        let file = log.files[3]
        for count in 1..<file.bytes.count where file.bytes[count - 1] != UInt8(ascii: "\n") {
            let faults = try directory.faults(with: Array(file.bytes[..<count]), as: file)
            #expect(faults.map(\.file) == [SampleLog.checkpointsName])
            let line = file.bytes[..<count].count { $0 == UInt8(ascii: "\n") } + 1
            #expect(faults.map(\.line) == [line])
        }
    }

    @Test func `every byte put between two others is told with the record's name`() throws {
        let directory = try LogDirectory(log)
        let file = log.files[1]
        for offset in file.bytes.indices {
            var bytes = file.bytes
            bytes.insert(UInt8(ascii: "0"), at: offset)
            let faults = try directory.faults(with: bytes, as: file)
            #expect(faults.map(\.file) == [file.name])
            // What is put in front of a line feed is in its record.
            #expect(faults.map(\.sequence) == [sequence(at: offset, of: 1)])
        }
    }
}
