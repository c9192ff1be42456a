internal import Glibc

/// Reads a file, a pipe or standard input from where it stands to its end, a block at a time.
package struct FileReader: ~Copyable {
    private let path: String
    private let descriptor: FileDescriptor

    /// Opens what is at `path`, which must not be a directory. Waits for a writer where it is a
    /// pipe.
    package init(path: String) throws(FileError) {
        let rawValue = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard rawValue != -1 else { throw .system(path: path, .last("open")) }
        try self.init(FileDescriptor(owning: rawValue), path: path)
    }

    /// Opens the file at `path`, which must be a regular one: nothing is waited for.
    ///
    /// - Parameter offset: where it is read from.
    package init(regularFile path: String, from offset: Int = 0) throws(FileError) {
        let descriptor = try FileDescriptor.openRegular(path)
        guard offset == 0 || lseek(descriptor.rawValue, offset, SEEK_SET) == offset else {
            throw .system(path: path, .last("lseek"))
        }
        self.descriptor = descriptor
        self.path = path
    }

    /// Standard input; the descriptor is a copy, so that 0 stays open.
    package static func standardInput() throws(FileError) -> FileReader {
        let name = "standard input"
        let rawValue = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
        guard rawValue != -1 else { throw .system(path: name, .last("fcntl")) }
        return try FileReader(FileDescriptor(owning: rawValue), path: name)
    }

    private init(_ descriptor: consuming FileDescriptor, path: String) throws(FileError) {
        var status = stat()
        guard unsafe fstat(descriptor.rawValue, &status) == 0 else {
            throw .system(path: path, .last("fstat"))
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw .system(path: path, SystemError(call: "open", code: EISDIR))
        }
        self.path = path
        self.descriptor = descriptor
    }

    /// Fills `block` from its beginning, and returns how many bytes there are now: fewer than it
    /// holds only at the end, which is where it was when it was reached, and 0 from then on.
    package func read(into block: inout [UInt8]) throws(FileError) -> Int {
        do throws(SystemError) {
            return try FileDescriptor.fill(&block, descriptor.rawValue)
        } catch { throw .system(path: path, error) }
    }
}
