internal import Glibc

/// A descriptor that is closed exactly once, when its owner ends.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The number the kernel knows it by; valid while this owner lives.
    package let rawValue: CInt

    /// Takes over `rawValue`: the caller must not close it.
    package init(owning rawValue: CInt) { self.rawValue = rawValue }

    deinit { _ = close(rawValue) }
}

extension FileDescriptor {
    /// Reads until `block` is full or the input ends, also from a descriptor that another process
    /// made non-blocking. Returns how many bytes of `block` are read then.
    ///
    /// - Parameters:
    ///   - start: where the first byte is put.
    ///   - offset: of the file where reading begins (pread(2)); nil to read on.
    static func fill(
        _ block: inout [UInt8], from start: Int = 0, at offset: Int? = nil, _ descriptor: CInt
    ) throws(SystemError) -> Int {
        var count = start
        while count < block.count {
            let size = retryingOnInterrupt {
                // SAFETY: at most the bytes that remain after `count` are written.
                unsafe block.withUnsafeMutableBytes { buffer in
                    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                    return if let offset {
                        unsafe pread(descriptor, rest.baseAddress, rest.count, offset + count)
                    } else {
                        unsafe read(descriptor, rest.baseAddress, rest.count)
                    }
                }
            }
            if size == 0 { break }
            if size > 0 {
                count += size
            } else if errno == EAGAIN {
                _ = Sockets.wait(for: .readable, on: descriptor, -1)
            } else {
                throw .last(offset == nil ? "read" : "pread")
            }
        }
        return count
    }

    /// Writes all bytes, waiting as `fill` does. Returns how many were written, and why not all.
    static func write(
        _ bytes: Span<UInt8>, to descriptor: CInt
    ) -> (count: Int, error: SystemError?) {
        var count = 0
        while count < bytes.count {
            let rest = bytes.extracting(droppingFirst: count)
            // SAFETY: write reads only the bytes of `rest`, during the call.
            let size = retryingOnInterrupt {
                unsafe rest.withUnsafeBytes {
                    unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
                }
            }
            if size > 0 {
                count += size
            } else if errno == EAGAIN {
                _ = Sockets.wait(for: .writable, on: descriptor, -1)
            } else {
                return (count, .last("write"))
            }
        }
        return (count, nil)
    }
}

extension FileDescriptor {
    /// Opens the regular file at `path` for reading, also through a link: anything else is not
    /// waited for, read, or made this process' terminal.
    static func openRegular(_ path: String) throws(FileError) -> FileDescriptor {
        // Without O_NONBLOCK a pipe in the place of the file would wait for its writer.
        let rawValue = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard rawValue != -1 else { throw .system(path: path, .last("open")) }
        let file = FileDescriptor(owning: rawValue)
        _ = try file.regularFileStatus(path: path)
        return file
    }

    /// What fstat(2) says of a regular file; anything else that was opened is refused.
    ///
    /// - Parameter path: what the error names.
    borrowing func regularFileStatus(path: String) throws(FileError) -> stat {
        var status = stat()
        guard unsafe fstat(rawValue, &status) == 0 else {
            throw .system(path: path, .last("fstat"))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(path: path) }
        return status
    }
}
