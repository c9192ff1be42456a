import Glibc
import POSIX
import TestSupport
import Testing

struct DirectoriesTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func path(_ name: String) -> String { directory.path(of: name) }

    private func makeFile(_ name: String) throws {
        let bytes: [UInt8] = [1]
        try Files.writeAtomically(bytes.span, to: path(name))
    }

    @Test func `a directory is made with those above it, and again without complaint`() throws {
        for _ in 0..<2 {
            try Directories.create(path("a/b//c"))
            #expect(try Files.names(in: path("a/b")) == ["c"])
        }
    }

    @Test func `a file is no directory`() throws {
        try makeFile("file")
        #expect(throws: FileError.self) { try Directories.create(path("file/a")) }
        let wanted = FileError.system(
            path: path("file"), SystemError(call: "mkdir", code: EEXIST))
        #expect(throws: wanted) { try Directories.create(path("file")) }
    }

    @Test func `anything at a path is noticed, also a link that leads nowhere`() throws {
        #expect(Directories.isAnything(at: directory.path))
        #expect(!Directories.isAnything(at: path("a")))
        try #require(symlink("nowhere", path("a")) == 0)
        #expect(Directories.isAnything(at: path("a")))
    }

    @Test func `a directory takes the place of nothing or of an empty one`() throws {
        try Directories.create(path("new"))
        try makeFile("new/file")
        try Directories.rename(path("new"), to: path("name"))
        #expect(try Files.names(in: path("name")) == ["file"])
        try Directories.create(path("empty"))
        try Directories.rename(path("name"), to: path("empty"))
        try Directories.create(path("full/of"))
        #expect(throws: FileError.self) {
            try Directories.rename(path("empty"), to: path("full"))
        }
        #expect(try Files.names(in: path("empty")) == ["file"])
    }

    @Test func `a directory is removed with its files, and not with directories in it`() throws {
        try Directories.create(path("a"))
        for name in ["1", "2"] { try makeFile("a/\(name)") }
        try Directories.removeWithFiles(path("a"))
        #expect(!Directories.isAnything(at: path("a")))
        try Directories.create(path("b/c"))
        #expect(throws: FileError.self) { try Directories.removeWithFiles(path("b")) }
        #expect(Directories.isAnything(at: path("b/c")))
    }

    @Test func `a directory that can be written passes, and nothing is made in it`() throws {
        try Directories.checkWritable(directory.path)
        #expect(try Files.names(in: directory.path).isEmpty)
    }

    @Test func `what is not there or no directory cannot be written`() throws {
        try makeFile("file")
        for (name, code) in [("none", ENOENT), ("file", ENOTDIR), ("file/a", ENOTDIR)] {
            #expect {
                try Directories.checkWritable(path(name))
            } throws: { error in
                guard case .system(path(name), let error) = error as? FileError else {
                    return false
                }
                return error.code == code
            }
        }
    }

    // The superuser may write everywhere.
    @Test(.enabled(if: geteuid() != 0))
    func `a directory of mode 0555 cannot be written`() throws {
        try Directories.create(path("a"))
        chmod(path("a"), 0o555)
        let wanted = FileError.system(path: path("a"), SystemError(call: "access", code: EACCES))
        #expect(throws: wanted) { try Directories.checkWritable(path("a")) }
    }
}
