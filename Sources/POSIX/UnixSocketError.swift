/// Why a path cannot be used for a Unix socket.
package enum UnixSocketError: Error, Equatable, Sendable, CustomStringConvertible {
    case emptyPath
    case pathHoldsNUL
    case pathTooLong(bytes: Int, bytesMax: Int)
    /// It is in use, or about to be.
    case inUse(path: String)
    /// The path names something that is not ours to replace.
    case notASocket(path: String)
    case system(path: String, SystemError)

    package var description: String {
        switch self {
        case .emptyPath: "no path, expected that of a Unix socket"
        case .pathHoldsNUL: "a path with a NUL, expected one without"
        case .pathTooLong(let bytes, let bytesMax):
            "a path of \(bytes) bytes, expected at most \(bytesMax) for a Unix socket"
        case .inUse(let path): "\(path): in use by another process"
        case .notASocket(let path): "\(path): not a socket, expected a socket or nothing"
        case .system(let path, let error): "\(path): \(error)"
        }
    }
}
