internal import Glibc

/// What is at a path where a Unix socket is to be.
package enum UnixPathState: Equatable, Sendable {
    case nothing
    /// The file of a socket on which no process listens any more.
    case stale
    case listening
}

extension Sockets {
    /// How long another start in the same directory is waited for; it takes microseconds.
    private static let directoryLockMilliseconds: Int64 = 1000

    /// A listening Unix socket whose file has exactly `mode` before a client can connect to it.
    ///
    /// A socket file that an ended process left is replaced; one that a process listens on is
    /// `inUse`, and anything else at the path is left alone. The file stays when the socket is
    /// closed: see `UnixSocketFile`.
    ///
    /// On Linux bind(2) makes the file with the mode of the socket's own inode less the umask, so
    /// that fchmod before it leaves no moment with a wider mode, and the chmod after it gives back
    /// what the umask took. Even without the first, no client could connect in between: a socket
    /// that is bound but does not listen refuses, and the mode is checked when a client connects.
    /// To set the umask instead would reach the files that other threads make at that moment.
    package static func listenUnix(
        path: String, mode: UInt32, backlog: CInt
    ) throws(UnixSocketError) -> FileDescriptor {
        let address = try SocketAddress.unix(path: path)
        // Of two that start together, one could take away the file that the other has just bound.
        let lock = try lockDirectory(of: path)
        defer { withExtendedLifetime(lock) {} }
        switch try unixState(path: path) {
        case .nothing: break
        case .stale: try unlinkFile(path)
        case .listening: throw .inUse(path: path)
        }
        do throws(SystemError) {
            let listener = try make(AF_UNIX)
            guard fchmod(listener.rawValue, mode) == 0 else { throw .last("fchmod") }
            let status = unsafe address.withPointer { pointer, count in
                unsafe Glibc.bind(listener.rawValue, pointer, count)
            }
            guard status == 0 else { throw .last("bind") }
            guard unsafe chmod(path, mode) == 0 else { throw .last("chmod") }
            guard Glibc.listen(listener.rawValue, backlog) == 0 else { throw .last("listen") }
            return listener
        } catch {
            throw error.isAddressInUse ? .inUse(path: path) : .system(path: path, error)
        }
    }

    /// What `listenUnix` finds at the path; throws where it would for that.
    package static func unixState(path: String) throws(UnixSocketError) -> UnixPathState {
        let address = try SocketAddress.unix(path: path)
        guard try isSocket(at: path) else { return .nothing }
        do throws(SystemError) {
            _ = try connect(to: address)
        } catch {
            switch error.code {
            case ECONNREFUSED: return .stale
            // Too many wait for it already.
            case EAGAIN: break
            // Also EACCES: without the right to connect it is unknown whether a process listens.
            case _: throw .system(path: path, error)
            }
        }
        return .listening
    }

    /// False when nothing is at the path. A link is followed nowhere: it is no socket.
    private static func isSocket(at path: String) throws(UnixSocketError) -> Bool {
        guard let status = try status(of: path) else { return false }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        return true
    }

    /// Nil when nothing is at the path.
    fileprivate static func status(of path: String) throws(UnixSocketError) -> stat? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw .system(path: path, .last("lstat"))
        }
        return status
    }

    fileprivate static func unlinkFile(_ path: String) throws(UnixSocketError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else {
            throw .system(path: path, .last("unlink"))
        }
    }

    /// Keeps every other `listenUnix` in the directory waiting until the descriptor is closed.
    private static func lockDirectory(
        of path: String
    ) throws(UnixSocketError) -> FileDescriptor {
        let directory = Files.directory(of: path)
        let rawValue = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard rawValue != -1 else { throw .system(path: directory, .last("open")) }
        let lock = FileDescriptor(owning: rawValue)
        let end = Clock.monotonicNanoseconds() + directoryLockMilliseconds * 1_000_000
        // Not a wait without end: any process that may read the directory may lock it.
        while flock(rawValue, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw .system(path: directory, .last("flock"))
            }
            guard Clock.monotonicNanoseconds() < end else { throw .inUse(path: path) }
            _ = poll(nil, 0, 1)
        }
        return lock
    }
}

/// The file of a listening Unix socket, distinguished from one that has taken its path since.
package struct UnixSocketFile: Equatable, Sendable {
    private let path: String
    private let device: UInt64
    private let inode: UInt64

    /// The file that is at the path now; nil if there is none.
    package init?(path: String) throws(UnixSocketError) {
        guard let status = try Sockets.status(of: path) else { return nil }
        self.path = path
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Takes the file away, unless it is another one by now. To be called while its socket is open,
    /// which keeps the inode from being given to another.
    package func unlink() throws(UnixSocketError) {
        guard try UnixSocketFile(path: path) == self else { return }
        try Sockets.unlinkFile(path)
    }
}

/// Why a path cannot be used for a Unix socket.
package enum UnixSocketError: Error, Equatable, Sendable, CustomStringConvertible {
    case emptyPath
    case pathHoldsNUL
    case pathTooLong(bytes: Int, bytesMax: Int)
    /// A process listens on it, or is about to.
    case inUse(path: String)
    /// The path names something that is not churnd's to replace.
    case notASocket(path: String)
    case system(path: String, SystemError)

    package var description: String {
        switch self {
        case .emptyPath: "no path, expected that of a Unix socket"
        case .pathHoldsNUL: "a path with a NUL, expected one without"
        case .pathTooLong(let bytes, let bytesMax):
            "a path of \(bytes) bytes, expected at most \(bytesMax) for a Unix socket"
        case .inUse(let path): "\(path): another process listens on it"
        case .notASocket(let path): "\(path): not a socket, expected a socket or nothing"
        case .system(let path, let error): "\(path): \(error)"
        }
    }
}
