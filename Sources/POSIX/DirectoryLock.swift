internal import Glibc

/// A lock on a directory itself (flock(2)): unlike a file in it, which may be removed and made
/// again, no process can put another in its place while it keeps its name. Two locks of one process
/// exclude each other as well.
package struct DirectoryLock: ~Copyable {
    private let path: String
    private let descriptor: FileDescriptor
    private let device: UInt
    private let inode: UInt

    /// Locks the directory at `path`; nil when another process holds the lock. On a file system
    /// that locks no directories (NFS, where an exclusive lock wants a descriptor that may write)
    /// there is no lock, and this returns as if it was locked.
    package static func acquire(_ path: String) throws(FileError) -> DirectoryLock? {
        let lock = try DirectoryLock.opened(path)
        guard try lock.descriptor.tryLock(LOCK_EX, path: path, ignoring: noLocks) else {
            return nil
        }
        return lock
    }

    /// Whether a process holds the lock of the directory at `path`. It is tried and released
    /// immediately, as by `FileLock.isHeld`.
    package static func isHeld(_ path: String) throws(FileError) -> Bool {
        guard Directories.isAnything(at: path) else { return false }
        let lock = try DirectoryLock.opened(path)
        return try !lock.descriptor.tryLock(LOCK_SH, path: path, ignoring: noLocks)
    }

    /// Of a file system that locks no directories.
    private static let noLocks: [CInt] = [EBADF, ENOLCK, EINVAL, EOPNOTSUPP, EISDIR]

    private static func opened(_ path: String) throws(FileError) -> DirectoryLock {
        let rawValue = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard rawValue != -1 else { throw .system(path: path, .last("open")) }
        let descriptor = FileDescriptor(owning: rawValue)
        var status = stat()
        guard unsafe fstat(rawValue, &status) == 0 else {
            throw .system(path: path, .last("fstat"))
        }
        return DirectoryLock(path: path, descriptor: descriptor, status)
    }

    private init(path: String, descriptor: consuming FileDescriptor, _ status: stat) {
        self.path = path
        self.descriptor = descriptor
        device = status.st_dev
        inode = status.st_ino
    }

    deinit {
        // A child that is about to become another program may still share the descriptor.
        _ = flock(descriptor.rawValue, LOCK_UN)
    }

    /// Throws ESTALE where the directory that is locked is not the one that its path leads to.
    package func checkPath() throws(FileError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw .system(path: path, .last("stat")) }
        guard status.st_dev == device, status.st_ino == inode else {
            throw .system(path: path, SystemError(call: "stat", code: ESTALE))
        }
    }
}
