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
    /// queue. Returns false when nobody reads any more, or nothing can be written: see `failure`.
    @discardableResult
    package func write(_ bytes: Span<UInt8>) -> Bool {
        let (_, error) = append(bytes)
        if let error { StandardStream.note(error.code) }
        return error == nil
    }

    /// Writes all bytes, waiting as `write` does. Returns how many were written, and why not all.
    package func append(_ bytes: Span<UInt8>) -> (count: Int, error: SystemError?) {
        var written = 0
        while written < bytes.count {
            let rest = bytes.extracting(droppingFirst: written)
            // SAFETY: write reads only the bytes of `rest`, during the call.
            let count = retryingOnInterrupt {
                unsafe rest.withUnsafeBytes {
                    unsafe Glibc.write(rawValue, $0.baseAddress, $0.count)
                }
            }
            if count > 0 {
                written += count
            } else if errno == EAGAIN {
                wait(until: .writable, rawValue)
            } else {
                return (written, .last("write"))
            }
        }
        return (written, nil)
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
