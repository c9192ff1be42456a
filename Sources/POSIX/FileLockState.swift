internal import Glibc

extension FileLock {
    /// Whether a process holds the lock of the file at `path`; creates nothing.
    /// What `acquire` takes for no lock file is refused here as well.
    ///
    /// The lock is taken and released immediately: another that tries to take it at that moment
    /// finds that it is held.
    package static func isHeld(_ path: String) throws(FileError) -> Bool {
        let rawValue = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard rawValue != -1 else {
            if errno == ENOENT { return false }
            throw .system(path: path, .last("open"))
        }
        let file = FileDescriptor(owning: rawValue)
        _ = try file.regularFileStatus(path: path)
        guard retryingOnInterrupt({ Int(flock(file.rawValue, LOCK_SH | LOCK_NB)) }) != 0 else {
            return false
        }
        guard errno == EWOULDBLOCK else { throw .system(path: path, .last("flock")) }
        return true
    }
}
