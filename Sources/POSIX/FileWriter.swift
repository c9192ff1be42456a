internal import CLinux
internal import Glibc

/// Writes a file that others see whole or not at all: it has no name until `commit`, so that
/// nothing is left of it if that is never called, even where the process is killed.
///
/// What is no regular file, as a pipe or a terminal, is written to as the bytes come.
package struct FileWriter: ~Copyable {
    private enum Target {
        /// It has no name until it is given this one.
        case unnamed(path: String)
        /// A file beside `path`, where the file system has none without a name.
        case temporary(String, path: String)
        case stream
    }

    private let name: String
    private let descriptor: FileDescriptor
    private var target: Target

    /// Begins what shall be at `path`; what is there stays until `commit`. A link is followed.
    package init(path: String, mode: UInt32 = 0o644) throws(FileError) {
        var status = stat()
        let isThere = unsafe stat(path, &status) == 0
        if isThere && status.st_mode & S_IFMT != S_IFREG {
            // A directory says that it is one.
            let rawValue = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
            guard rawValue != -1 else { throw .system(path: path, .last("open")) }
            self.init(name: path, FileDescriptor(owning: rawValue), .stream)
            return
        }
        // The directory may let a file be replaced that may not be written.
        guard unsafe !isThere || access(path, W_OK) == 0 else {
            throw .system(path: path, .last("access"))
        }
        try self.init(replacing: isThere ? FileWriter.resolved(path) : path, mode: mode)
    }

    /// Begins the file that replaces whatever is at `path` then, except a directory. The file is
    /// new: what another process has put in the directory, under any name, is neither opened nor
    /// waited for.
    init(replacing path: String, mode: UInt32) throws(FileError) {
        // A file without a name gets one by way of /proc.
        let unnamed =
            unsafe access("/proc/self/fd", X_OK) == 0
            ? clinux_open_unnamed(Files.directory(of: path), mode) : -1
        if unnamed != -1 {
            self.init(name: path, FileDescriptor(owning: unnamed), .unnamed(path: path))
            return
        }
        var rawValue: CInt = -1
        let temporary = FileWriter.newName(for: path) { name in
            rawValue = unsafe open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
            return rawValue != -1
        }
        guard let temporary else { throw .system(path: path, .last("open")) }
        self.init(
            name: path, FileDescriptor(owning: rawValue), .temporary(temporary, path: path))
    }

    /// A stream; the descriptor is a copy, so that the stream's own stays open.
    package init(_ stream: StandardStream) throws(FileError) {
        let rawValue = fcntl(stream.rawValue, F_DUPFD_CLOEXEC, 0)
        guard rawValue != -1 else { throw .system(path: stream.name, .last("fcntl")) }
        self.init(name: stream.name, FileDescriptor(owning: rawValue), .stream)
    }

    private init(name: String, _ descriptor: consuming FileDescriptor, _ target: Target) {
        self.name = name
        self.descriptor = descriptor
        self.target = target
    }

    deinit {
        if case .temporary(let temporary, _) = target { _ = unsafe unlink(temporary) }
    }

    /// Writes all bytes, however long that takes.
    package func write(_ bytes: Span<UInt8>) throws(FileError) {
        if let error = FileDescriptor.write(bytes, to: descriptor.rawValue).error {
            throw .system(path: name, error)
        }
    }

    /// Gives what was written its name, in place of what had it, and makes both durable. To be
    /// called once, after the last write.
    package mutating func commit() throws(FileError) {
        let temporary: String
        let path: String
        switch target {
        case .stream:
            return
        case .unnamed(let wanted):
            path = wanted
            try synchronize()
            let name = FileWriter.newName(for: path) { name in
                unsafe clinux_name(descriptor.rawValue, name) == 0
            }
            guard let name else { throw .system(path: path, .last("linkat")) }
            temporary = name
            target = .temporary(temporary, path: path)
        case .temporary(let name, let wanted):
            (temporary, path) = (name, wanted)
            try synchronize()
        }
        guard unsafe rename(temporary, path) == 0 else {
            throw .system(path: path, .last("rename"))
        }
        target = .stream
        try Files.synchronizeDirectory(of: path)
    }

    private func synchronize() throws(FileError) {
        guard fsync(descriptor.rawValue) == 0 else { throw .system(path: name, .last("fsync")) }
    }

    /// A name beside `path` under which `make` succeeds; nil where it fails, with errno. The name
    /// cannot be predicted, and if it exists nevertheless, another one is tried.
    private static func newName(for path: String, _ make: (String) -> Bool) -> String? {
        for _ in 0..<namesTriedMax {
            let name = "\(path).\(String(UInt64.random(in: 0...UInt64.max), radix: 16)).new"
            if make(name) { return name }
            guard errno == EEXIST else { return nil }
        }
        return nil
    }

    private static let namesTriedMax = 16

    /// The path without links, so that the file is replaced and not a link to it.
    private static func resolved(_ path: String) -> String {
        // SAFETY: realpath returns a string of its own, which is freed when it has been copied.
        guard let name = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(name) }
        return unsafe String(cString: name)
    }
}
