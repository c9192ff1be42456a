import Glibc
import POSIX
import TestSupport
import Testing

/// What a user who may write into a directory can put in the place of a file: nothing waits for it.
@Suite struct SpecialFilesTests {
    enum Kind: String, CaseIterable, Sendable {
        case pipe, socket, directory, danglingLink, linkToPipe, linkToDevice, linkToItself
    }

    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func make(_ kind: Kind, at path: String) throws {
        switch kind {
        case .pipe: try #require(mkfifo(path, 0o600) == 0)
        case .socket:
            // Bound and not listening.
            let socket = try Sockets.listenUnix(path: path, mode: 0o600, backlog: 1)
            withExtendedLifetime(socket) {}
        case .directory: try Directories.create(path)
        case .danglingLink: try #require(symlink("nowhere", path) == 0)
        case .linkToPipe:
            try #require(mkfifo(directory.path(of: "a-pipe"), 0o600) == 0)
            try #require(symlink("a-pipe", path) == 0)
        case .linkToDevice: try #require(symlink("/dev/zero", path) == 0)
        case .linkToItself: try #require(symlink(path, path) == 0)
        }
    }

    @Test(arguments: Kind.allCases)
    func `no reader takes or waits for what is no regular file`(kind: Kind) throws {
        let path = directory.path(of: "it")
        try make(kind, at: path)
        let readers: [(String, @Sendable () throws -> Void)] = [
            ("Files.read", { _ = try Files.read(path, bytesMax: 100) }),
            ("Files.size", { _ = try Files.size(of: path) }),
            ("Files.read from", { _ = try Files.read(path, from: 0, count: 1) }),
            ("FileReader", { _ = try FileReader(regularFile: path) }),
        ]
        for (name, read) in readers {
            let outcome = try outcome(of: "\(name) of a \(kind)") { try read() }
            guard case .failure(let error) = outcome else {
                Issue.record("\(name) took a \(kind)")
                continue
            }
            #expect(error is FileError)
            #expect("\(error)".hasPrefix(path))
        }
    }

    @Test(arguments: Kind.allCases)
    func `nothing is appended to what is no regular file, and no lock is one`(kind: Kind) throws {
        let path = directory.path(of: "it")
        try make(kind, at: path)
        let writers: [(String, @Sendable () throws -> Void)] = [
            ("AppendFile", { _ = try AppendFile(path: path) }),
            ("AppendFile.check", { try AppendFile.check(path) }),
            ("a new AppendFile", { _ = try AppendFile(path: path, mustBeNew: true) }),
            ("FileLock", { _ = try FileLock.acquire(path) }),
        ]
        for (name, write) in writers {
            let outcome = try outcome(of: "\(name) of a \(kind)") { try write() }
            guard case .failure(let error) = outcome else {
                Issue.record("\(name) took a \(kind)")
                continue
            }
            #expect(error is FileError)
        }
        // Nothing was made where a link leads nowhere.
        #expect(!Directories.isAnything(at: directory.path(of: "nowhere")))
    }

    @Test(arguments: Kind.allCases)
    func `a file that is written takes the place of all but a directory`(kind: Kind) throws {
        let path = directory.path(of: "it")
        try make(kind, at: path)
        let outcome = try outcome(of: "writing over a \(kind)") {
            try Files.writeAtomically("new".utf8.span, to: path)
        }
        if kind == .directory {
            #expect(throws: FileError.self) { try outcome.get() }
            #expect(try Files.names(in: directory.path) == ["it"])
            return
        }
        try outcome.get()
        #expect(try Files.read(path, bytesMax: 10) == Array("new".utf8))
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG)
        // What a link led to is as it was.
        #expect(!Directories.isAnything(at: directory.path(of: "nowhere")))
    }

    /// The names that could be predicted: another process that took them could make the writer
    /// wait, or write into a file that it holds open.
    @Test(arguments: Kind.allCases)
    func `what has the name that a temporary file once had is left alone`(kind: Kind) throws {
        let path = directory.path(of: "active")
        let foreseen = "\(path).\(getpid()).new"
        try make(kind, at: foreseen)
        var before = stat()
        try #require(lstat(foreseen, &before) == 0)
        try outcome(of: "writing beside a \(kind)") {
            try Files.writeAtomically("2\n".utf8.span, to: path)
        }.get()
        #expect(try Files.read(path, bytesMax: 10) == Array("2\n".utf8))
        try outcome(of: "writing beside a \(kind)") {
            var writer = try FileWriter(path: path)
            try writer.write("3\n".utf8.span)
            try writer.commit()
        }.get()
        #expect(try Files.read(path, bytesMax: 10) == Array("3\n".utf8))
        var after = stat()
        try #require(lstat(foreseen, &after) == 0)
        #expect(after.st_ino == before.st_ino && after.st_mode == before.st_mode)
        let names = try Files.names(in: directory.path).filter { $0 != "a-pipe" }
        #expect(names == ["active", "active.\(getpid()).new"])
    }

    @Test func `a regular file behind a link is read, as volumes of Kubernetes have it`() throws {
        try Files.writeAtomically("7".utf8.span, to: directory.path(of: "data"))
        try #require(symlink("data", directory.path(of: "it")) == 0)
        #expect(try Files.read(directory.path(of: "it"), bytesMax: 10) == Array("7".utf8))
        #expect(try Files.size(of: directory.path(of: "it")) == 1)
    }
}
