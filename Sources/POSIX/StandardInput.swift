internal import Glibc

/// What is piped into the program.
package enum StandardInput {
    /// All of standard input up to its end; more than `bytesMax` is refused.
    package static func readAll(bytesMax: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
        var count = 0
        while count < bytes.count {
            let size = retryingOnInterrupt {
                // SAFETY: read writes at most the bytes that remain after `count`.
                unsafe bytes.withUnsafeMutableBytes { buffer in
                    unsafe read(
                        STDIN_FILENO, buffer.baseAddress.unsafelyUnwrapped + count,
                        buffer.count - count)
                }
            }
            guard size >= 0 else { throw .system(path: path, .last("read")) }
            if size == 0 { return Array(bytes[..<count]) }
            count += size
        }
        throw .tooLarge(path: path, bytesMax: bytesMax)
    }

    private static let path = "standard input"
}
