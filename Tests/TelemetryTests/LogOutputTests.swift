import Glibc
import HTTP
import JSON
import POSIX
import Telemetry
import TestSupport
import Testing

/// Where the log's lines go, and what happens to those that cannot be written.
@Suite struct LogOutputTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func append(_ text: String, to sink: LogSink) {
        sink.append(Array(text.utf8).span, lineCount: text.utf8.count { $0 == 0x0A })
        sink.flush(waitingAtMost: 10)
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try Files.read(path, bytesMax: 1 << 24), as: UTF8.self)
    }

    @Test func `a file is made for its owner, appended to, and opened again on demand`() throws {
        let path = directory.path(of: "log")
        let sink = LogSink(output: try LogOutput(path: path))
        append("one\n", to: sink)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        // As logrotate does without copytruncate.
        try Directories.rename(path, to: path + ".1")
        append("two\n", to: sink)
        sink.reopen()
        sink.flush(waitingAtMost: 10)
        append("three\n", to: sink)
        #expect(try text(path + ".1") == "one\ntwo\n")
        #expect(try text(path) == "three\n")
        // And with it.
        #expect(truncate(path, 0) == 0)
        append("four\n", to: sink)
        #expect(try text(path) == "four\n")
    }

    @Test func `what is no regular file, or a link, is refused, and the old file kept`() throws {
        let path = directory.path(of: "log")
        let sink = LogSink(output: try LogOutput(path: path))
        let other = directory.path(of: "other")
        try Directories.rename(path, to: other)
        #expect(symlink(other, path) == 0)
        #expect(throws: FileError.self) { try LogOutput(path: path) }
        #expect(unlink(path) == 0)
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: FileError.self) { try LogOutput(path: path) }
        sink.reopen()
        sink.flush(waitingAtMost: 10)
        append("after\n", to: sink)
        let kept = try text(other)
        #expect(kept.contains("the log's file cannot be opened: it stays the old one"))
        #expect(kept.hasSuffix("after\n"))
    }

    @Test(.enabled(if: TestDisk.hasMemoryDisks, "needs root and the right to mount a tmpfs"))
    func `lines that a full disk does not take are counted and reported, each at a line's start`()
        throws
    {
        let disk = try TestDisk(.tmpfs, kibibytes: 64)
        let path = disk.path(of: "log")
        let output = try LogOutput(path: path)
        let sink = LogSink(output: output)
        append("{\"line\":0}\n", to: sink)
        let filler = try AppendFile(path: disk.path(of: "filler"))
        let page = [UInt8](repeating: 0, count: 4_096)
        while (try? filler.write(page.span)) == page.count {}
        // Of the log's one page some is left, so that a line is cut.
        let line = "{\"line\":\"\(String(repeating: "x", count: 1_000))\"}\n"
        append(String(repeating: line, count: 10), to: sink)
        #expect(output.lostLines > 0)
        let lost = output.lostLines
        append(line + line, to: sink)
        #expect(output.lostLines == lost + 2)
        #expect(try text(path).last != "\n", "a line was cut")

        try filler.truncate(to: 0)
        // Nothing else is logged.
        try eventually("it is reported") { try text(path).contains("log lines were lost") }
        append("{\"line\":1}\n", to: sink)
        let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.last == "")
        let objects = lines.dropLast().map { line in
            let bytes = Array(line.utf8)
            return (try? JSONValue(parsing: bytes.span))?.asObject
        }
        // One is cut and so not JSON; nothing was appended to it.
        #expect(objects.filter { $0 == nil }.count == 1)
        let report = try #require(objects[objects.count - 2])
        #expect(report["lines"] == .number(Double(lost + 2)))
        #expect(report["level"] == .string("error"))
        #expect(report["reason"] == .string("write: No space left on device"))
        #expect(objects.last??["line"] == .number(1))
        #expect(objects.count == 10 - Int(lost) + 1 + 1 + 1 + 1)
    }
}
