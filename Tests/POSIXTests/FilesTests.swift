import Dispatch
import Glibc
import POSIX
import Synchronization
import TestSupport
import Testing

struct FilesTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func path(_ name: String) -> String { directory.path(of: name) }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        try Files.writeAtomically(bytes.span, to: path(name))
    }

    @Test(arguments: [0, 1, 4095, 4096, 4097, 1_000_000])
    func `what was written is read`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try write(bytes, "a")
        #expect(try Files.read(path("a"), bytesMax: count) == bytes)
        #expect(try Files.names(in: directory.path) == ["a"])
    }

    @Test(arguments: [1, 4096])
    func `a file is read up to the limit and refused beyond it`(limit: Int) throws {
        for count in [limit - 1, limit] {
            try write([UInt8](repeating: 7, count: count), "a")
            #expect(try Files.read(path("a"), bytesMax: limit).count == count)
        }
        try write([UInt8](repeating: 7, count: limit + 1), "a")
        #expect(throws: FileError.tooLarge(path: path("a"), bytesMax: limit)) {
            try Files.read(path("a"), bytesMax: limit)
        }
    }

    @Test(arguments: [0o600, 0o644, 0o666, 0o777, 0o1777] as [UInt32])
    func `a mode is told, of what a link leads to`(mode: UInt32) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "a")
        try Files.writeAtomically([1].span, to: path)
        try #require(chmod(path, mode) == 0 && symlink("a", directory.path(of: "link")) == 0)
        #expect(Files.mode(of: path) == mode)
        #expect(Files.mode(of: directory.path(of: "link")) == mode)
        #expect(Files.mode(of: directory.path(of: "none")) == nil)
    }

    @Test func `a file that tells no size is read whole, and held to the limit`() throws {
        let status = try Files.read("/proc/self/status", bytesMax: 1 << 20)
        #expect(status.count > 100)
        #expect(throws: FileError.tooLarge(path: "/proc/self/status", bytesMax: 100)) {
            try Files.read("/proc/self/status", bytesMax: 100)
        }
    }

    @Test func `a file that grows without end is refused`() throws {
        let growing = path("a")
        try write([], "a")
        let isDone = Flag()
        let writer = Running(1) { _ in
            let file = open(growing, O_WRONLY | O_APPEND | O_CLOEXEC)
            defer { close(file) }
            let block = [UInt8](repeating: 1, count: 4096)
            var written = 0
            while !isDone.value, written < 1 << 28 {
                written += Glibc.write(file, block, block.count)
            }
        }
        try eventually("the file is too large") {
            (try? Files.read(growing, bytesMax: 1 << 16)) == nil
        }
        isDone.raise()
        _ = try writer.values()
        #expect(throws: FileError.tooLarge(path: growing, bytesMax: 1 << 16)) {
            try Files.read(growing, bytesMax: 1 << 16)
        }
    }

    @Test(arguments: ["missing", "missing/a", "", "a\0b"])
    func `a file that is not there is an error of open`(name: String) throws {
        let error = #expect(throws: FileError.self) {
            try Files.read(name.isEmpty ? "" : path(name), bytesMax: 10)
        }
        guard case .system(_, let error) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error == SystemError(call: "open", code: ENOENT))
        #expect("\(error)" == "open: No such file or directory")
    }

    @Test func `only regular files are read`() throws {
        #expect(throws: FileError.notARegularFile(path: directory.path)) {
            try Files.read(directory.path, bytesMax: 10)
        }
        #expect(throws: FileError.notARegularFile(path: "/dev/zero")) {
            try Files.read("/dev/zero", bytesMax: 10)
        }
        // Nobody writes into the pipe, and nobody waits for that.
        try #require(mkfifo(path("pipe"), 0o600) == 0)
        #expect(throws: FileError.notARegularFile(path: path("pipe"))) {
            try Files.read(path("pipe"), bytesMax: 10)
        }
    }

    @Test func `errors name the file and the reason`() {
        #expect("\(FileError.tooLarge(path: "x", bytesMax: 3))" == "x: larger than 3 bytes")
        #expect("\(FileError.notARegularFile(path: "x"))" == "x: not a regular file")
        let error = FileError.system(path: "x", SystemError(call: "read", code: EIO))
        #expect("\(error)" == "x: read: Input/output error")
    }

    @Test func `a reader sees the old file or the new one, whole`() throws {
        let shared = path("a")
        let contents = [UInt8](0..<20).map { [UInt8](repeating: $0, count: 10_000 * Int($0 + 1)) }
        try write(contents[0], "a")
        let isDone = Flag()
        let reader = Running(2) { _ in
            var seen = 0
            while !isDone.value {
                let bytes = try Files.read(shared, bytesMax: 1 << 20)
                guard bytes == [UInt8](repeating: bytes[0], count: 10_000 * (Int(bytes[0]) + 1))
                else { return -1 }
                seen += 1
            }
            return seen
        }
        for content in contents { try write(content, "a") }
        isDone.raise()
        #expect(try !reader.values().contains(-1))
        #expect(try Files.read(shared, bytesMax: 1 << 20) == contents.last)
    }

    @Test(arguments: ["missing/a", "directory"])
    func `what cannot be written leaves nothing behind`(name: String) throws {
        try Directories.create(path("directory/within"))
        #expect(throws: FileError.self) { try write([1], name) }
        #expect(try Files.names(in: directory.path) == ["directory"])
    }

    @Test func `a directory that takes no files is an error`() throws {
        let error = #expect(throws: FileError.self) {
            try Files.writeAtomically([1].span, to: "/proc/self/a")
        }
        guard case .system(_, let error) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error.call == "open")
    }

    @Test func `a file gets the mode that is asked for`() throws {
        try Files.writeAtomically([1].span, to: path("secret"), mode: 0o600)
        var status = stat()
        try #require(stat(path("secret"), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func `several threads may write one file, which is always one of theirs`() throws {
        let shared = path("a")
        _ = try concurrently(4) { index in
            for _ in 0..<50 {
                try Files.writeAtomically(
                    [UInt8](repeating: UInt8(index), count: 9).span, to: shared)
            }
        }
        let bytes = try Files.read(shared, bytesMax: 10)
        #expect(bytes == [UInt8](repeating: bytes[0], count: 9))
        #expect(try Files.names(in: directory.path) == ["a"])
    }

    @Test func `names are sorted by their bytes, without the directory itself`() throws {
        for name in ["b", "B", "a", ".hidden", "ä", "a b"] { try write([], name) }
        #expect(try Files.names(in: directory.path) == [".hidden", "B", "a", "a b", "b", "ä"])
        #expect(throws: FileError.self) { try Files.names(in: path("missing")) }
    }
}

private final class Flag: Sendable {
    private let isRaised = Atomic<Bool>(false)

    var value: Bool { isRaised.load(ordering: .relaxed) }

    func raise() { isRaised.store(true, ordering: .relaxed) }
}
