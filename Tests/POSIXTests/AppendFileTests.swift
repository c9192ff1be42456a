import Glibc
import POSIX
import TestSupport
import Testing

@Suite struct AppendFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { directory.path(of: "a") }

    private func text() throws -> String {
        String(decoding: try Files.read(path, bytesMax: 1 << 20), as: UTF8.self)
    }

    @Test func `bytes go to the end, also after what others have written`() throws {
        let first = try AppendFile(path: path)
        let second = try AppendFile(path: path)
        let counts = [
            try first.write("one ".utf8.span), try second.write("two ".utf8.span),
            try first.write("three".utf8.span),
        ]
        #expect(counts == [4, 4, 5])
        #expect(try text() == "one two three")
        let size = try first.size()
        #expect(size == 13)
        try first.synchronize()
        try first.truncate(to: 4)
        _ = try second.write("four".utf8.span)
        #expect(try text() == "one four")
    }

    @Test func `a file that must be new is not opened again`() throws {
        _ = try AppendFile(path: path, mustBeNew: true)
        let error = FileError.system(path: path, SystemError(call: "open", code: EEXIST))
        #expect(throws: error) { _ = try AppendFile(path: path, mustBeNew: true) }
    }

    @Test func `a check throws what opening would, and makes and changes nothing`() throws {
        try AppendFile.check(path)
        #expect(try Files.names(in: directory.path).isEmpty)
        _ = try AppendFile(path: path).write("one".utf8.span)
        try AppendFile.check(path)
        #expect(try text() == "one")
        #expect(rename(path, directory.path(of: "b")) == 0)
        for (make, code) in [
            ({ symlink("b", $0) }, ELOOP), ({ mkdir($0, 0o700) }, EISDIR),
            ({ mkfifo($0, 0o600) }, ENXIO),
        ] as [((String) -> CInt, CInt)] {
            #expect(make(path) == 0)
            let error = FileError.system(path: path, SystemError(call: "open", code: code))
            #expect(throws: error) { try AppendFile.check(path) }
            #expect(throws: error) { _ = try AppendFile(path: path) }
            #expect(remove(path) == 0)
        }
    }

    @Test func `a file is its owner's alone`() throws {
        _ = try AppendFile(path: path)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600)
    }

    @Test func `a file knows whether it is still where it was`() throws {
        let file = try AppendFile(path: path)
        func expect(_ isThere: Bool, _ source: SourceLocation = #_sourceLocation) {
            let found = file.isAtItsPath()
            #expect(found == isThere, sourceLocation: source)
        }
        expect(true)
        #expect(rename(path, directory.path(of: "b")) == 0)
        expect(false)
        _ = try AppendFile(path: path)
        expect(false)
        #expect(rename(directory.path(of: "b"), path) == 0)
        expect(true)
        #expect(unlink(path) == 0)
        expect(false)
    }

    @Test func `room that is set aside changes nothing that can be read`() throws {
        let file = try AppendFile(path: path)
        _ = try file.write("one".utf8.span)
        try file.reserve(100_000, behind: 3)
        let size = try file.size()
        #expect(size == 3)
        #expect(try text() == "one")
        // More than any file may have.
        do throws(SystemError) {
            try file.reserve(.max - 3, behind: 3)
            Issue.record("there was room")
        } catch { #expect(error == SystemError(call: "fallocate", code: EFBIG)) }
    }

    @Test func `links, pipes and directories are refused`() throws {
        let target = directory.path(of: "target")
        try Files.writeAtomically("x".utf8.span, to: target)
        #expect(symlink("target", path) == 0)
        #expect(throws: FileError.system(path: path, SystemError(call: "open", code: ELOOP))) {
            _ = try AppendFile(path: path)
        }
        #expect(unlink(path) == 0)
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: FileError.system(path: path, SystemError(call: "open", code: ENXIO))) {
            _ = try AppendFile(path: path)
        }
        #expect(
            throws: FileError.system(
                path: directory.path, SystemError(call: "open", code: EISDIR))
        ) { _ = try AppendFile(path: directory.path) }
        #expect(throws: FileError.notARegularFile(path: "/dev/null")) {
            _ = try AppendFile(path: "/dev/null")
        }
    }
}

@Suite struct FilePiecesTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func `a piece is what lies there, up to the end`() throws {
        let path = directory.path(of: "a")
        try Files.writeAtomically("0123456789".utf8.span, to: path)
        #expect(try Files.size(of: path) == 10)
        for (offset, count, expected) in [
            (0, 10, "0123456789"), (3, 4, "3456"), (8, 2, "89"), (8, 5, "89"), (10, 1, ""),
            (99, 1, ""), (4, 0, ""),
        ] {
            let piece = try Files.read(path, from: offset, count: count)
            #expect(String(decoding: piece, as: UTF8.self) == expected)
        }
    }

    @Test func `only regular files have pieces`() throws {
        let path = directory.path(of: "a")
        #expect(throws: FileError.system(path: path, SystemError(call: "open", code: ENOENT))) {
            try Files.size(of: path)
        }
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: FileError.notARegularFile(path: path)) { try Files.size(of: path) }
        #expect(throws: FileError.notARegularFile(path: directory.path)) {
            try Files.read(directory.path, from: 0, count: 1)
        }
    }
}

@Suite struct FileLockTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func isFree(_ path: String) throws -> Bool {
        if try FileLock.acquire(path) == nil { return false }
        return true
    }

    @Test func `a lock is held until its owner ends`() throws {
        let path = directory.path(of: "lock")
        let lock = try FileLock.acquire(path)
        let isHeld = lock != nil
        #expect(isHeld)
        #expect(try !isFree(path))
        _ = consume lock
        #expect(try isFree(path))
    }

    @Test func `a directory is locked whatever becomes of its files, until its owner ends`() throws
    {
        let path = directory.path
        func isFree() throws -> Bool {
            if try DirectoryLock.acquire(path) == nil { return false }
            return true
        }
        #expect(try !DirectoryLock.isHeld(path))
        let lock = try DirectoryLock.acquire(path)
        let isHeld = lock != nil
        #expect(isHeld)
        let bytes: [UInt8] = [1]
        try Files.writeAtomically(bytes.span, to: directory.path(of: "lock"))
        #expect(try !isFree())
        #expect(try DirectoryLock.isHeld(path))
        try lock?.checkPath()
        #expect(rename(path, path + "-moved") == 0)
        #expect(mkdir(path, 0o700) == 0)
        #expect(throws: FileError.system(path: path, SystemError(call: "stat", code: ESTALE))) {
            try lock?.checkPath()
        }
        #expect(try isFree())
        #expect(rmdir(path) == 0)
        #expect(rename(path + "-moved", path) == 0)
        try lock?.checkPath()
        _ = consume lock
        #expect(try isFree())
        #expect(try !DirectoryLock.isHeld(path + "-none"))
    }

    @Test func `a lock is held against another process, and ends with it`() throws {
        let path = directory.path(of: "lock")
        let holder = try ChildProcess(
            "/usr/bin/flock", ["-F", path, "tail", "-f", "/dev/null"],
            environment: ["PATH": "/usr/bin:/bin"])
        try eventually("the lock is held") { try !isFree(path) }
        holder.signal(SIGKILL)
        _ = try holder.waitForExit()
        #expect(try isFree(path))
    }

    @Test func `only a regular file is locked`() throws {
        let path = directory.path(of: "lock")
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: FileError.notARegularFile(path: path)) { try isFree(path) }
        #expect(unlink(path) == 0)
        #expect(symlink("elsewhere", path) == 0)
        #expect(throws: FileError.system(path: path, SystemError(call: "open", code: ELOOP))) {
            try isFree(path)
        }
    }
}

@Suite struct PrivateDirectoryTests {
    @Test func `a private directory is made once, in one that is there`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "a")
        #expect(try Directories.createPrivate(path))
        #expect(try !Directories.createPrivate(path))
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o700)
        let deep = directory.path(of: "b/c")
        #expect(throws: FileError.system(path: deep, SystemError(call: "mkdir", code: ENOENT))) {
            try Directories.createPrivate(deep)
        }
        let file = directory.path(of: "file")
        try Files.writeAtomically("".utf8.span, to: file)
        #expect(throws: FileError.system(path: file, SystemError(call: "mkdir", code: ENOTDIR))) {
            try Directories.createPrivate(file)
        }
    }
}
