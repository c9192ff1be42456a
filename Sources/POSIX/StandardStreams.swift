internal import Glibc

/// The terminal, or what stands in for it.
package enum StandardStreams {
    /// Writes a line to standard output; false when that failed, for example on a closed pipe.
    package static func print(_ line: String) -> Bool { write(line, STDOUT_FILENO) }

    /// Writes a line to standard error. Where that fails there is no one left to tell.
    package static func complain(_ line: String) { _ = write(line, STDERR_FILENO) }

    private static func write(_ line: String, _ descriptor: CInt) -> Bool {
        let bytes = Array(line.utf8) + [UInt8(ascii: "\n")]
        var written = 0
        while written < bytes.count {
            let size = retryingOnInterrupt {
                // SAFETY: write reads only the bytes behind `written`, during the call.
                unsafe bytes.withUnsafeBytes { buffer in
                    unsafe Glibc.write(
                        descriptor, buffer.baseAddress.unsafelyUnwrapped + written,
                        buffer.count - written)
                }
            }
            guard size >= 0 else { return false }
            written += size
        }
        return true
    }
}
