import AuditLog
import AuditReading
import Glibc
import POSIX
import Synchronization
import TestSupport
import Testing

private let first = AuditFiles.segmentName(firstSequence: 1)

@Suite struct RecoveryInspectionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var key = LogFixture.key
        /// What is done to the log of a process that was killed.
        let change: @Sendable (LogFixture) throws -> Void

        var testDescription: String { name }
    }

    private static func replace(_ name: String, by make: @escaping @Sendable (String) -> CInt) -> (
        @Sendable (LogFixture) throws -> Void
    ) {
        { fixture in
            let elsewhere = fixture.parent.path(of: "elsewhere")
            #expect(rename(fixture.path(name), elsewhere) == 0)
            #expect(make(fixture.path(name)) == 0)
        }
    }

    private static let cases = [
        Case(name: "as it was left") { _ in },
        Case(name: "another key", key: Array(repeating: 7, count: 32)) { _ in },
        Case(name: "an empty directory") { fixture in
            for name in try fixture.names() { #expect(unlink(fixture.path(name)) == 0) }
        },
        Case(name: "a torn record") { fixture in
            try fixture.write(Array(try fixture.bytes(first).dropLast(7)), first)
        },
        Case(name: "a record that a checkpoint counts is missing") { fixture in
            let lines = try fixture.lines(first).prefix(2).map { $0 + "\n" }
            try fixture.write(Array(lines.joined().utf8), first)
        },
        Case(name: "the only segment is missing") { fixture in
            #expect(unlink(fixture.path(first)) == 0)
        },
        Case(name: "a hash is altered") { fixture in
            var bytes = try fixture.bytes(first)
            bytes[bytes.count - 5] ^= 1
            try fixture.write(bytes, first)
        },
        Case(
            name: "the segment is a directory", change: replace(first) { mkdir($0, 0o700) }),
        Case(
            name: "the segment is a link", change: replace(first) { symlink("../elsewhere", $0) }),
        Case(
            name: "checkpoints are a pipe",
            change: replace(AuditFiles.checkpointsName) { mkfifo($0, 0o600) }),
        Case(
            name: "checkpoints are a link",
            change: replace(AuditFiles.checkpointsName) { symlink("../elsewhere", $0) }),
    ]

    /// Each name with what a reader gets for it.
    private func content(_ fixture: LogFixture) throws -> [String] {
        try fixture.names().map { name in
            var status = stat()
            try #require(lstat(fixture.path(name), &status) == 0)
            let bytes = status.st_mode & S_IFMT == S_IFREG ? try fixture.bytes(name) : []
            return "\(name) \(status.st_mode) \(bytes)"
        }
    }

    @Test(arguments: cases)
    func `an inspection finds what an opening does, and changes nothing`(sample: Case) throws {
        let fixture = try LogFixture.killed(checkpointRecordsMax: 1)
        try sample.change(fixture)
        let before = try content(fixture)
        let inspected = Result { () throws(AuditError) in
            try AuditInspection(directory: fixture.directory, key: sample.key)
        }
        #expect(try content(fixture) == before)

        var settings = fixture.settings()
        settings.key = sample.key
        do throws(AuditError) {
            let log = try AuditLog.open(settings) { report in
                fixture.reports.withLock { $0.append(report) }
            }
            log.close()
            let inspection = try inspected.get()
            #expect(inspection.recovery == log.recovery)
            #expect(inspection.hasRefusedCheckpoint == fixture.told.contains(.checkpointRefused))
        } catch {
            #expect(inspected == .failure(error))
        }
    }
}
