internal import Glibc

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

    /// Whether it is a terminal, so that somebody may be looking.
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Writes all bytes, waiting for a slow reader as long as it takes, so never on a reactor's
    /// queue. Returns false when nobody reads any more.
    @discardableResult
    package func write(_ bytes: Span<UInt8>) -> Bool {
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
                return false
            }
        }
        return true
    }
}
