internal import Glibc

/// Files that are too large to be read as a whole.
extension Files {
    /// How many bytes the regular file at `path` has.
    package static func size(of path: String) throws(FileError) -> Int {
        Int(try FileDescriptor.openRegular(path).regularFileStatus(path: path).st_size)
    }

    /// The bytes of the regular file at `path` from `offset` on: `count` of them, or as many as
    /// there are up to its end.
    package static func read(_ path: String, from offset: Int, count: Int) throws(FileError)
        -> [UInt8]
    {
        let file = try FileDescriptor.openRegular(path)
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let size = retryingOnInterrupt {
                // SAFETY: pread writes at most the bytes that remain after `filled`.
                unsafe bytes.withUnsafeMutableBytes { buffer in
                    unsafe pread(
                        file.rawValue, buffer.baseAddress.unsafelyUnwrapped + filled,
                        buffer.count - filled, offset + filled)
                }
            }
            guard size >= 0 else { throw .system(path: path, .last("pread")) }
            if size == 0 { break }
            filled += size
        }
        bytes.removeLast(count - filled)
        return bytes
    }
}
