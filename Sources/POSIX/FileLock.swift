internal import Glibc

/// A lock that one process in the system holds, until its owner ends or the process does, however
/// that comes about (flock(2)). Two locks of one process exclude each other as well.
package struct FileLock: ~Copyable {
    private let descriptor: FileDescriptor

    /// How often the file may be replaced while it is being locked.
    private static let attemptsMax = 10

    /// Locks the file at `path`, which is made where there is none; nil when another owner holds
    /// the lock.
    package static func acquire(_ path: String) throws(FileError) -> FileLock? {
        for _ in 0..<attemptsMax {
            guard let lock = try attempt(path) else { return nil }
            // One that was removed meanwhile excludes no process.
            if lock.isAtItsPath(path) { return lock }
        }
        throw .system(path: path, SystemError(call: "flock", code: ESTALE))
    }

    private borrowing func isAtItsPath(_ path: String) -> Bool {
        var (own, there) = (stat(), stat())
        return unsafe fstat(descriptor.rawValue, &own) == 0 && lstat(path, &there) == 0
            && own.st_dev == there.st_dev && own.st_ino == there.st_ino
    }

    private static func attempt(_ path: String) throws(FileError) -> FileLock? {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let rawValue = unsafe open(path, flags, 0o600)
        guard rawValue != -1 else { throw .system(path: path, .last("open")) }
        let lock = FileLock(descriptor: FileDescriptor(owning: rawValue))
        _ = try lock.descriptor.regularFileStatus(path: path)
        guard try lock.descriptor.tryLock(LOCK_EX, path: path) else { return nil }
        return lock
    }

    private init(descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    deinit {
        // A child that is about to become another program may still share the descriptor, and with
        // it the lock.
        _ = flock(descriptor.rawValue, LOCK_UN)
    }
}

extension FileLock {
    /// Whether the lock of the file at `path` is held; nothing is made where there is none. What
    /// `acquire` takes for no lock file is refused here as well.
    ///
    /// The lock is tried and released immediately: an `acquire` in that very moment finds it held.
    package static func isHeld(_ path: String) throws(FileError) -> Bool {
        let rawValue = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard rawValue != -1 else {
            if errno == ENOENT { return false }
            throw .system(path: path, .last("open"))
        }
        let file = FileDescriptor(owning: rawValue)
        _ = try file.regularFileStatus(path: path)
        return try !file.tryLock(LOCK_SH, path: path)
    }
}

extension FileDescriptor {
    /// False when another owner holds a lock that excludes it.
    ///
    /// - Parameter ignored: error codes that count as success.
    func tryLock(_ kind: CInt, path: String, ignoring ignored: [CInt] = []) throws(FileError)
        -> Bool
    {
        if retryingOnInterrupt({ Int(flock(rawValue, kind | LOCK_NB)) }) == 0 { return true }
        if errno == EWOULDBLOCK { return false }
        guard ignored.contains(errno) else { throw .system(path: path, .last("flock")) }
        return true
    }
}
