internal import Glibc

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
