package import POSIX

/// What keeps a log for one process: a lock on the file `lock`, as churnd 0.2 has it, and one on
/// the directory, which stays when that file is removed.
struct LogLock: ~Copyable {
    private let file: FileLock
    private let directory: DirectoryLock

    /// Nil when another process has one of the two.
    static func acquire(_ files: AuditFiles) throws(FileError) -> LogLock? {
        guard let directory = try DirectoryLock.acquire(files.directory),
            let file = try FileLock.acquire(files.lockPath)
        else { return nil }
        return LogLock(file: file, directory: directory)
    }

    private init(file: consuming FileLock, directory: consuming DirectoryLock) {
        self.file = file
        self.directory = directory
    }

    /// Throws where the directory that is locked is not the one at the log's path.
    func checkPath() throws(FileError) { try directory.checkPath() }
}

extension AuditFiles {
    /// Whether a process has the log open to append to it.
    package func isHeld() throws(FileError) -> Bool {
        if try FileLock.isHeld(lockPath) { return true }
        return try DirectoryLock.isHeld(directory)
    }
}
