internal import Glibc

extension FileDescriptor {
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
