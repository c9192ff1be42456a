internal import Glibc
internal import Synchronization

/// The streams every process is started with.
package enum StandardStream: CInt, Sendable {
    case output = 1
    case error = 2

    /// What it is called in messages.
    var name: String {
        switch self {
        case .output: "standard output"
        case .error: "standard error"
        }
    }

    /// Whether it is a terminal, so that a person may be looking.
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Writes all bytes, waiting for a slow reader as long as it takes, so never on a reactor's
    /// queue. Returns false when its reader has left, or nothing can be written: see `failure`.
    @discardableResult
    package func write(_ bytes: Span<UInt8>) -> Bool {
        let (_, error) = append(bytes)
        if let error { StandardStream.note(error.code) }
        return error == nil
    }

    /// Writes all bytes, waiting as `write` does. Returns how many were written, and why not all.
    package func append(_ bytes: Span<UInt8>) -> (count: Int, error: SystemError?) {
        FileDescriptor.write(bytes, to: rawValue)
    }

    /// Makes all writes to a regular file append, however it was opened (O_APPEND of fcntl(2)). The
    /// `>` of a shell does not: after something has emptied such a file, the next write would leave
    /// a hole up to where the last one ended, which reads as NUL bytes.
    package func appendToFile() {
        var status = stat()
        guard unsafe fstat(rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return
        }
        let flags = fcntl(rawValue, F_GETFL)
        if flags != -1 { _ = fcntl(rawValue, F_SETFL, flags | O_APPEND) }
    }

    private static let failureCode = Atomic<CInt>(0)

    /// A reader who has left is no failure.
    private static func note(_ code: CInt) {
        if code != EPIPE { failureCode.store(code, ordering: .relaxed) }
    }

    /// Writes what print() has gathered, and returns why something of what this process has written
    /// to its streams is lost, if it is: a full disk, say.
    package static func failure() -> SystemError? {
        if fflush(nil) != 0 { note(errno) }
        let code = failureCode.load(ordering: .relaxed)
        return code == 0 ? nil : SystemError(call: "write", code: code)
    }
}

/// What is piped into the program.
package enum StandardInput {
    /// All of standard input up to its end; more than `bytesMax` is refused.
    package static func readAll(bytesMax: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
        let count: Int
        do throws(SystemError) {
            count = try FileDescriptor.fill(&bytes, STDIN_FILENO)
        } catch { throw .system(path: path, error) }
        guard count <= bytesMax else { throw .tooLarge(path: path, bytesMax: bytesMax) }
        return Array(bytes[..<count])
    }

    private static let path = "standard input"
}
