internal import CLinux
internal import Glibc

/// A regular file that is written at its end and nowhere else (O_APPEND of open(2)).
package struct AppendFile: ~Copyable {
    /// Where it was when it was opened.
    package let path: String
    private let descriptor: FileDescriptor
    private let device: UInt
    private let inode: UInt

    /// Opens the file at `path` for its owner alone, and makes it where there is none. A link is
    /// not followed.
    ///
    /// - Parameter mustBeNew: whether one that is there already is an error (EEXIST).
    package init(path: String, mustBeNew: Bool = false) throws(FileError) {
        try self.init(path: path, making: mustBeNew ? O_CREAT | O_EXCL : O_CREAT)
    }

    /// Throws what opening `path` would throw; creates nothing, and that
    /// is no error.
    package static func check(_ path: String) throws(FileError) {
        guard Directories.isAnything(at: path) else { return }
        _ = try AppendFile(path: path, making: 0)
    }

    private init(path: String, making: CInt) throws(FileError) {
        // Without O_NONBLOCK a pipe in the place of the file would wait for its reader.
        let flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let rawValue = unsafe open(path, flags | making, 0o600)
        guard rawValue != -1 else { throw .system(path: path, .last("open")) }
        let file = FileDescriptor(owning: rawValue)
        let status = try file.regularFileStatus(path: path)
        descriptor = file
        self.path = path
        device = status.st_dev
        inode = status.st_ino
    }

    /// One write(2); returns how many of the bytes were taken, which may be fewer than all.
    package func write(_ bytes: Span<UInt8>) throws(SystemError) -> Int {
        // SAFETY: write reads only the span's bytes, during the call.
        let count = retryingOnInterrupt {
            unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor.rawValue, $0.baseAddress, $0.count)
            }
        }
        guard count >= 0 else { throw .last("write") }
        return count
    }

    /// Makes the bytes, and the size with which they can be read, durable (fdatasync(2)).
    package func synchronize() throws(SystemError) {
        guard retryingOnInterrupt({ Int(fdatasync(descriptor.rawValue)) }) == 0 else {
            throw .last("fdatasync")
        }
    }

    /// Cuts the file off after `size` bytes.
    package func truncate(to size: Int) throws(SystemError) {
        guard retryingOnInterrupt({ Int(ftruncate(descriptor.rawValue, size)) }) == 0 else {
            throw .last("ftruncate")
        }
    }

    /// How many bytes the file has.
    package func size() throws(SystemError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor.rawValue, &status) == 0 else { throw .last("fstat") }
        return status.st_size
    }

    /// Whether who opens `path` still gets this very file: not after it was removed, renamed or
    /// replaced.
    package func isAtItsPath() -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_dev == device
            && status.st_ino == inode
    }

    /// Sets room aside for `count` bytes after the first `size`, and leaves the size as it is. A
    /// file system that cannot do so is no error.
    package func reserve(_ count: Int, behind size: Int) throws(SystemError) {
        let result = retryingOnInterrupt { Int(clinux_reserve(descriptor.rawValue, size, count)) }
        guard result == 0 || errno == EOPNOTSUPP || errno == ENOSYS else {
            throw .last("fallocate")
        }
    }
}
