import Glibc
import POSIX
import TestSupport
import Testing

@Suite struct FileWriterTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func text(_ name: String) throws -> String {
        String(
            decoding: try Files.read(directory.path(of: name), bytesMax: 1 << 20), as: UTF8.self)
    }

    @Test func `a file is there when it is committed, and not before`() throws {
        var writer = try FileWriter(path: directory.path(of: "a"))
        try writer.write("one ".utf8.span)
        try writer.write("two".utf8.span)
        #expect(try Files.names(in: directory.path) == [])
        try writer.commit()
        #expect(try Files.names(in: directory.path) == ["a"])
        #expect(try text("a") == "one two")
    }

    @Test func `what was there stays until then, and is replaced behind a link`() throws {
        try Files.writeAtomically("old".utf8.span, to: directory.path(of: "a"))
        #expect(symlink("a", directory.path(of: "link")) == 0)
        do {
            let abandoned = try FileWriter(path: directory.path(of: "a"))
            try abandoned.write("new".utf8.span)
        }
        #expect(try text("a") == "old")
        var writer = try FileWriter(path: directory.path(of: "link"))
        try writer.write("new".utf8.span)
        #expect(try text("a") == "old")
        try writer.commit()
        #expect(try text("a") == "new")
        #expect(try Files.names(in: directory.path) == ["a", "link"])
        var status = stat()
        #expect(lstat(directory.path(of: "link"), &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test func `a device is written to as the bytes come`() throws {
        var writer = try FileWriter(path: "/dev/null")
        try writer.write("gone".utf8.span)
        try writer.commit()
        var status = stat()
        #expect(stat("/dev/null", &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFCHR)
        let full = try FileWriter(path: "/dev/full")
        let error = #expect(throws: FileError.self) { try full.write("x".utf8.span) }
        #expect(error?.description == "/dev/full: write: No space left on device")
    }

    @Test func `a place where no file can be is refused at once`() throws {
        for (path, code) in [
            (directory.path, EISDIR), (directory.path(of: "none/a"), ENOENT),
            ("/proc/version/a", ENOTDIR),
        ] {
            do {
                _ = try FileWriter(path: path)
                Issue.record("\(path) was opened")
            } catch FileError.system(_, let error) {
                #expect(error.code == code, "\(path): \(error)")
            }
        }
    }
}

@Suite struct FileReaderTests {
    @Test func `a file is read in whole blocks up to its end`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "a")
        try Files.writeAtomically("abcdefgh".utf8.span, to: path)
        let reader = try FileReader(path: path)
        var block = [UInt8](repeating: 0, count: 3)
        var counts: [Int] = []
        var bytes: [UInt8] = []
        repeat {
            counts.append(try reader.read(into: &block))
            bytes += block[..<counts[counts.count - 1]]
        } while counts.last != 0
        #expect(counts == [3, 3, 2, 0])
        #expect(String(decoding: bytes, as: UTF8.self) == "abcdefgh")
        #expect(try reader.read(into: &block) == 0)
    }

    @Test func `a directory and a file that is not there are refused`() throws {
        let directory = try TemporaryDirectory()
        for (path, code) in [(directory.path, EISDIR), (directory.path(of: "none"), ENOENT)] {
            do {
                _ = try FileReader(path: path)
                Issue.record("\(path) was opened")
            } catch FileError.system(let named, let error) {
                #expect(named == path)
                #expect(error.code == code)
            }
        }
    }
}
