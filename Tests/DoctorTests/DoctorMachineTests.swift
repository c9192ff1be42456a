import AuditLog
import Configuration
import Doctor
import Glibc
import POSIX
import TestSupport
import Testing

/// Disk, descriptors, accept queue, store and model.
@Suite struct DoctorMachineTests {
    struct Disk: Sendable {
        let available: UInt64
        let total: UInt64
        var files: UInt64? = 1000
        let verdict: DoctorFinding.Verdict
    }

    /// A segment has 100 bytes.
    @Test(arguments: [
        Disk(available: 99, total: 1000, verdict: .failure),
        Disk(available: 100, total: 1000, verdict: .warning),
        Disk(available: 999, total: 1000, verdict: .warning),
        Disk(available: 1000, total: 1000, verdict: .good),
        Disk(available: 5000, total: 100_000, verdict: .good),
        Disk(available: 4999, total: 100_000, verdict: .warning),
        Disk(available: 5000, total: 100_000, files: 0, verdict: .failure),
        Disk(available: 5000, total: 100_000, files: nil, verdict: .good),
        Disk(available: 0, total: 0, verdict: .failure),
        Disk(available: .max, total: .max, verdict: .good),
    ]) func `room for less than a segment fails, for little more warns`(disk: Disk) {
        let space = DiskSpace(
            availableBytes: disk.available, totalBytes: disk.total, availableFiles: disk.files)
        #expect(AuditCheck.space(space, segmentBytesMax: 100).verdict == disk.verdict)
    }

    private func examineAudit(
        _ directory: String, isServing: Bool = false
    ) -> [DoctorFinding] {
        AuditCheck.examine(
            directory: directory, key: [UInt8](repeating: 7, count: 32), segmentBytesMax: 1,
            isServing: isServing)
    }

    @Test func `an audit directory passes when it is there or can be made`() throws {
        let directory = try TemporaryDirectory()
        for (name, says) in [
            ("", "can be written"), ("/", "can be written"), ("/a", "not there yet"),
            ("/a//", "not there yet"),
        ] {
            let findings = examineAudit(directory.path + name)
            #expect(findings.count == 2)
            #expect(findings[0].verdict == .good)
            #expect(findings[0].text.contains(says))
        }
        #expect(try Files.names(in: directory.path).isEmpty, "nothing is made")
    }

    @Test func `an audit directory that is none fails with its path`() throws {
        let directory = try TemporaryDirectory()
        let bytes: [UInt8] = [1]
        try Files.writeAtomically(bytes.span, to: directory.path(of: "file"))
        for (name, blamed) in [("file", "file"), ("file/below", "file"), ("none/below", "none")] {
            let path = directory.path(of: name)
            let findings = examineAudit(path)
            #expect(findings.map(\.verdict) == [.failure])
            #expect(findings[0].text.hasPrefix(directory.path(of: blamed) + ": "))
        }
    }

    @Test func `checkpoints that are missing fail, until what was before is put aside`() throws {
        let parent = try TemporaryDirectory()
        let directory = parent.path(of: "audit")
        let settings = AuditSettings(
            directory: directory, key: [UInt8](repeating: 7, count: 32), sync: .none,
            segmentBytesMax: 1 << 20, serviceVersion: "0.0.0")
        func failures() -> [String] {
            examineAudit(directory).filter { $0.verdict == .failure }.map(\.text)
        }
        try AuditLog.open(settings) { _ in }.close()
        #expect(failures() == [])
        #expect(unlink("\(directory)/\(AuditFiles.checkpointsName)") == 0)
        #expect(failures() == ["checkpoints that its records name are missing: at least 1"])
        for _ in 1...2 {
            try AuditLog.open(settings) { _ in }.close()
            #expect(
                failures() == [
                    "record 3, a start, found checkpoints missing or records without a proof: see "
                        + "churnctl audit verify"
                ])
        }
        let first = AuditFiles.segmentName(firstSequence: 1)
        #expect(rename("\(directory)/\(first)", parent.path(of: first)) == 0)
        #expect(failures() == [])
    }

    @Test func `a log that somebody writes is seen to be written`() throws {
        let directory = try TemporaryDirectory()
        guard let lock = try FileLock.acquire(directory.path(of: "lock")) else {
            Issue.record("no lock")
            return
        }
        let findings = examineAudit(directory.path, isServing: true)
        #expect(findings[0].verdict == .good)
        #expect(findings[0].text.hasSuffix("is being written by a churnd"))
        let others = examineAudit(directory.path)
        #expect(others[0].verdict == .failure)
        #expect(others[0].text.contains(": in use by another process, and no churnd answers on"))
        _ = consume lock
    }

    struct Descriptors: Sendable {
        let limit: UInt64
        let wanted: Int
        let given: Int?
        let verdict: DoctorFinding.Verdict
    }

    /// With two event loops 72 are set aside, and 260 for operators.
    @Test(arguments: [
        Descriptors(limit: 10_331, wanted: 10_000, given: 9_999, verdict: .warning),
        Descriptors(limit: 10_332, wanted: 10_000, given: 10_000, verdict: .good),
        Descriptors(limit: .max, wanted: 1_000_000, given: 1_000_000, verdict: .good),
        Descriptors(limit: 1024, wanted: 1024, given: 692, verdict: .warning),
        Descriptors(limit: 333, wanted: 1, given: 1, verdict: .good),
        Descriptors(limit: 333, wanted: 2, given: 1, verdict: .warning),
        Descriptors(limit: 332, wanted: 1, given: nil, verdict: .failure),
        Descriptors(limit: 0, wanted: 1, given: nil, verdict: .failure),
    ]) func `descriptors suffice for the connections beside those that are set aside`(
        descriptors: Descriptors
    ) {
        let reserve = DescriptorReserve(reactors: 2, hasOperationsListener: true)
        #expect(reserve.count == 332)
        #expect(DescriptorReserve(reactors: 2, hasOperationsListener: false).count == 72)
        let (limit, wanted) = (descriptors.limit, descriptors.wanted)
        #expect(reserve.connections(ofWanted: wanted, descriptorLimit: limit) == descriptors.given)
        let finding = DescriptorCheck.finding(
            hardLimit: limit, connectionsMax: wanted, reserve: reserve)
        #expect(finding.verdict == descriptors.verdict)
        #expect(finding.text.contains("is \(limit), expected \(wanted + 332)"))
        if descriptors.verdict == .warning {
            #expect(finding.text.contains("\(descriptors.given ?? 0) connections"))
        }
    }

    @Test(arguments: [(128, DoctorFinding.Verdict.warning), (4095, .warning), (4096, .good)])
    func `a short accept queue is a warning`(count: Int, verdict: DoctorFinding.Verdict) {
        #expect(BacklogCheck.finding(backlogMax: count).verdict == verdict)
    }

    @Test func `a bundle that loads is named with its golden rows and its hash`() throws {
        let finding = ModelCheck.examine(BuiltProgram.modelPath)
        #expect(finding.verdict == .good)
        #expect(
            finding.text.hasPrefix("telco-churn/1, the only one of \(BuiltProgram.modelPath), "))
        #expect(finding.text.contains("golden rows"))
        #expect(finding.text.contains(/sha256 [0-9a-f]{64}/))
    }

    /// A model's directory whose version 1 is the project's.
    private func model(active: String?) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try Directories.create(directory.path(of: "1"))
        for name in try Files.names(in: BuiltProgram.modelPath) {
            let bytes = try Files.read("\(BuiltProgram.modelPath)/\(name)", bytesMax: 1 << 24)
            try Files.writeAtomically(bytes.span, to: directory.path(of: "1/\(name)"))
        }
        if let active {
            try Files.writeAtomically(Array(active.utf8).span, to: directory.path(of: "active"))
        }
        return directory
    }

    @Test func `the version that is active is the one that is proved`() throws {
        let directory = try model(active: "1\n")
        let finding = ModelCheck.examine(directory.path)
        #expect(finding.verdict == .good, "\(finding)")
        #expect(finding.text.hasPrefix("telco-churn/1, active of 1 in \(directory.path), "))
    }

    @Test(arguments: [nil, "2\n", "", "../1\n"])
    func `an active file that names no bundle fails`(active: String?) throws {
        let directory = try model(active: active)
        let finding = ModelCheck.examine(directory.path)
        #expect(finding.verdict == .failure)
        #expect(finding.text.hasPrefix("\(directory.path) refused: "))
    }

    @Test(arguments: [
        (DoctorFinding.Verdict.good, "ok    disk: full"), (.warning, "warn  disk: full"),
        (.failure, "FAIL  disk: full"),
    ]) func `findings are lines that can be searched`(
        verdict: DoctorFinding.Verdict, line: String
    ) {
        #expect("\(DoctorFinding(verdict, "disk", "full"))" == line)
    }
}
