/// Why a path can be no Unix socket of ours.
package enum UnixSocketError: Error, Equatable, Sendable, CustomStringConvertible {
    case emptyPath
    case pathHoldsNUL
    case pathTooLong(bytes: Int, bytesMax: Int)
    /// Somebody listens on it, or is about to.
    case inUse(path: String)
    /// The path names something that is not ours to replace.
    case notASocket(path: String)
    case system(path: String, SystemError)

    package var description: String {
        switch self {
        case .emptyPath: "no path, wanted that of a Unix socket"
        case .pathHoldsNUL: "a path with a NUL, wanted one without"
        case .pathTooLong(let bytes, let bytesMax):
            "a path of \(bytes) bytes, wanted at most \(bytesMax) for a Unix socket"
        case .inUse(let path): "\(path): somebody listens on it"
        case .notASocket(let path): "\(path): not a socket, wanted a socket or nothing"
        case .system(let path, let error): "\(path): \(error)"
        }
    }
}
