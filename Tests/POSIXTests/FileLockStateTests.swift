import Glibc
import POSIX
import TestSupport
import Testing

@Suite struct FileLockStateTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func `a lock is seen while it is held, and asking leaves it as it was`() throws {
        let path = directory.path(of: "lock")
        #expect(try !FileLock.isHeld(path))
        #expect(try Files.names(in: directory.path).isEmpty, "nothing is made")
        for _ in 0..<2 {
            #expect(
                try whileLocked(path) { [try FileLock.isHeld(path), try FileLock.isHeld(path)] }
                    == [true, true])
            #expect(try !FileLock.isHeld(path))
        }
    }

    /// What `body` returns while this test holds the lock; nil when another process does.
    private func whileLocked<Value>(_ path: String, _ body: () throws -> Value) throws -> Value? {
        guard let lock = try FileLock.acquire(path) else { return nil }
        let value = try body()
        _ = consume lock
        return value
    }

    @Test(arguments: [false, true])
    func `what can be no lock file is an error`(isPipe: Bool) throws {
        let path = directory.path(of: "lock")
        #expect(isPipe ? mkfifo(path, 0o600) == 0 : mkdir(path, 0o700) == 0)
        #expect(throws: FileError.notARegularFile(path: path)) { try FileLock.isHeld(path) }
    }

    @Test func `what cannot be opened is an error`() throws {
        let bytes: [UInt8] = [1]
        try Files.writeAtomically(bytes.span, to: directory.path(of: "file"))
        let path = directory.path(of: "file/lock")
        let wanted = FileError.system(path: path, SystemError(call: "open", code: ENOTDIR))
        #expect(throws: wanted) { try FileLock.isHeld(path) }
    }
}
