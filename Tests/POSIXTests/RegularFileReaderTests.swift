import Glibc
import POSIX
import TestSupport
import Testing

@Suite struct RegularFileReaderTests {
    @Test func `a regular file is read to its end, and further when it has grown`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "file")
        try Files.writeAtomically("abcde".utf8.span, to: path)
        let reader = try FileReader(regularFile: path)
        var block = [UInt8](repeating: 0, count: 4)
        #expect(try reader.read(into: &block) == 4)
        #expect(block == Array("abcd".utf8))
        #expect(try reader.read(into: &block) == 1)
        #expect(try reader.read(into: &block) == 0)
        let file = open(path, O_WRONLY | O_APPEND)
        defer { close(file) }
        #expect(write(file, "fg", 2) == 2)
        #expect(try reader.read(into: &block) == 2)
        #expect(block.prefix(2) == Array("fg".utf8)[...])
    }

    @Test func `what is no regular file is refused, and a pipe is not waited for`() throws {
        let directory = try TemporaryDirectory()
        let pipe = directory.path(of: "pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, directory.path, "/dev/null"] {
            let error = #expect(throws: FileError.self) {
                // A reader cannot be the value of a closure: it is not copied.
                _ = try FileReader(regularFile: path)
            }
            #expect(error == .notARegularFile(path: path))
        }
        let none = directory.path(of: "none")
        let error = #expect(throws: FileError.self) { _ = try FileReader(regularFile: none) }
        #expect(error == .system(path: none, SystemError(call: "open", code: ENOENT)))
    }
}
