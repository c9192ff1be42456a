import AuditLog
import Glibc
import POSIX
import TestSupport
import Testing

@Suite struct RecoveryAccessTests {
    @Test func `a log has one owner at a time`() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        #expect(fixture.refusal() == .locked(directory: fixture.directory))
        log.close()
        #expect(fixture.refusal() == nil)
    }

    @Test func `a log whose lock was removed or replaced keeps its owner`() throws {
        for isReplaced in [false, true] {
            let fixture = try LogFixture()
            let log = try fixture.open()
            try fixture.remove("lock")
            if isReplaced { try fixture.write([], "lock") }
            #expect(fixture.refusal() == .locked(directory: fixture.directory))
            log.close()
            #expect(fixture.refusal() == nil)
        }
    }

    @Test func `a log is not written into another directory at its path`() throws {
        let fixture = try LogFixture()
        let log = try fixture.open(fixture.settings(segmentBytesMax: 1))
        let elsewhere = fixture.parent.path(of: "elsewhere")
        #expect(rename(fixture.directory, elsewhere) == 0)
        let other = try fixture.open()
        let names = try fixture.names()
        let writer = Writer()
        writer.predict("r")
        #expect(try !writer.write(to: log))
        #expect(try fixture.names() == names)
        other.close()
        for name in try fixture.names() { try fixture.remove(name) }
        #expect(rmdir(fixture.directory) == 0)
        #expect(rename(elsewhere, fixture.directory) == 0)
        try eventually("the log is written again") {
            writer.predict("r")
            return try writer.write(to: log)
        }
        log.close()
        #expect(try fixture.events().contains("resumed"))
    }

    @Test func `a log that another process holds is refused`() throws {
        let fixture = try LogFixture()
        try fixture.open().close()
        // -F: becomes the program, which keeps the lock until it is killed.
        let holder = try ChildProcess(
            "/usr/bin/flock", ["-F", fixture.path("lock"), "tail", "-f", "/dev/null"],
            environment: ["PATH": "/usr/bin:/bin"])
        try eventually("the lock is held") {
            fixture.refusal() == .locked(directory: fixture.directory)
        }
        holder.signal(SIGKILL)
        _ = try holder.waitForExit()
        #expect(fixture.refusal() == nil)
    }

    @Test func `a log that was refused is let go again`() throws {
        let fixture = try LogFixture()
        try fixture.open().close()
        let name = AuditFiles.segmentName(firstSequence: 1)
        let good = try fixture.bytes(name)
        try fixture.write(good + Array("x\n".utf8), name)
        #expect(fixture.refusal() == .damagedTail(file: name, sequence: nil))
        try fixture.write(good, name)
        #expect(fixture.refusal() == nil)
    }

    @Test func `a place that can be no log's is refused`() throws {
        let fixture = try LogFixture()
        #expect(mkdir(fixture.parent.path(of: "parent"), 0o700) == 0)
        let cases: [(String, SystemError)] = [
            ("missing/audit", SystemError(call: "mkdir", code: ENOENT)),
            ("file", SystemError(call: "mkdir", code: ENOTDIR)),
            ("file/audit", SystemError(call: "mkdir", code: ENOTDIR)),
            ("dangling", SystemError(call: "mkdir", code: ENOTDIR)),
        ]
        try Files.writeAtomically("".utf8.span, to: fixture.parent.path(of: "file"))
        #expect(symlink("nowhere", fixture.parent.path(of: "dangling")) == 0)
        for (name, error) in cases {
            var settings = fixture.settings()
            settings.directory = fixture.parent.path(of: name)
            let expected = AuditError.file(.system(path: settings.directory, error))
            #expect(throws: expected) { try AuditLog.open(settings) { _ in } }
        }
    }

    @Test(arguments: [
        ("lock", "pipe"), ("checkpoints.jsonl", "pipe"), ("checkpoints.jsonl", "directory"),
        ("records-00000000000000000001.jsonl", "pipe"),
        ("records-00000000000000000001.jsonl", "directory"), ("lock", "link"),
        ("checkpoints.jsonl", "link"), ("records-00000000000000000001.jsonl", "link"),
    ]) func `what is no file of the log's own is not touched`(name: String, kind: String) throws {
        let fixture = try LogFixture()
        try fixture.open().close()
        let path = fixture.path(name)
        #expect(rename(path, fixture.parent.path(of: "elsewhere")) == 0)
        let elsewhere = try Files.read(fixture.parent.path(of: "elsewhere"), bytesMax: 1 << 20)
        switch kind {
        case "pipe": #expect(mkfifo(path, 0o600) == 0)
        case "directory": #expect(mkdir(path, 0o700) == 0)
        case _: #expect(symlink("../elsewhere", path) == 0)
        }
        let refusal = fixture.refusal()
        guard case .file = refusal else {
            Issue.record("\(kind) for \(name): \(String(describing: refusal))")
            return
        }
        #expect(
            try Files.read(fixture.parent.path(of: "elsewhere"), bytesMax: 1 << 20) == elsewhere)
    }

    @Test func `errors say what is wrong`() {
        #expect(AuditError.locked(directory: "/a").description == "/a: in use by another process")
        #expect(
            AuditError.damagedTail(file: "records-1", sequence: 7).description
                == "records-1: damaged at its end, record 7, expected a record whose hash is right")
        #expect(
            AuditError.file(.notARegularFile(path: "/a")).description == "/a: not a regular file")
    }

    @Test func `a file that is taken away is followed by a new one`() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        let writer = Writer()
        writer.predict("before")
        #expect(try writer.write(to: log))
        let first = AuditFiles.segmentName(firstSequence: 1)
        #expect(rename(fixture.path(first), fixture.path("taken")) == 0)
        var count = 0
        try eventually("the log continues in a new file") {
            writer.predict("r")
            count += 1
            #expect(try writer.write(to: log))
            return try !fixture.segments().isEmpty
        }
        #expect(fixture.told == [.segmentVanished(name: first)])
        log.close()
        #expect(log.state(nowNanoseconds: Clock.monotonicNanoseconds()) == .passing)
        let segments = try fixture.segments()
        #expect(segments.count == 1)
        let all = try LogFixture.check(
            [(first, try fixture.bytes("taken"))]
                + segments.map { ($0, try fixture.bytes($0)) })
        #expect(all.count == count + 3)
    }

    @Test func `a file that is replaced is followed by a new one`() throws {
        let fixture = try LogFixture()
        let log = try fixture.open()
        let first = AuditFiles.segmentName(firstSequence: 1)
        let copy = try fixture.bytes(first)
        #expect(rename(fixture.path(first), fixture.path("taken")) == 0)
        try fixture.write(copy, first)
        let writer = Writer()
        try eventually("the log continues in a new file") {
            writer.predict("r")
            #expect(try writer.write(to: log))
            return try fixture.segments().count == 2
        }
        log.close()
        #expect(try fixture.bytes(first) == copy)
    }
}
