internal import Glibc

/// Why a file could not be read or written.
package enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system refused; the path is the one that was asked for.
    case system(path: String, SystemError)
    /// The path names something that is not a regular file.
    case notARegularFile(path: String)
    /// The file holds more bytes than its reader takes.
    case tooLarge(path: String, bytesMax: Int)

    package var description: String {
        switch self {
        case .system(let path, let error): "\(path): \(error)"
        case .notARegularFile(let path): "\(path): not a regular file"
        case .tooLarge(let path, let bytesMax): "\(path): larger than \(bytesMax) bytes"
        }
    }
}

/// Whole files, read and written in one call.
package enum Files {
    /// The bytes of the regular file at `path`; one that holds more than `bytesMax` is refused,
    /// also when it grows while it is read.
    package static func read(_ path: String, bytesMax: Int) throws(FileError) -> [UInt8] {
        let file = try FileDescriptor.openRegular(path)
        let status = try file.regularFileStatus(path: path)
        guard status.st_size <= bytesMax else { throw .tooLarge(path: path, bytesMax: bytesMax) }

        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
        var count = try fill(&bytes, file, path: path)
        while count == bytes.count, count <= bytesMax {
            bytes.append(contentsOf: repeatElement(0, count: max(4096, count)))
            count = try fill(&bytes, from: count, file, path: path)
        }
        guard count <= bytesMax else { throw .tooLarge(path: path, bytesMax: bytesMax) }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

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
        bytes.removeLast(count - (try fill(&bytes, at: offset, file, path: path)))
        return bytes
    }

    private static func fill(
        _ bytes: inout [UInt8], from start: Int = 0, at offset: Int? = nil,
        _ file: borrowing FileDescriptor, path: String
    ) throws(FileError) -> Int {
        do throws(SystemError) {
            return try FileDescriptor.fill(&bytes, from: start, at: offset, file.rawValue)
        } catch { throw .system(path: path, error) }
    }

    /// Puts `bytes` at `path` so that a reader, or a crash at any moment, sees the old file or the
    /// new one whole: a new file beside it, fsync, rename, fsync of the directory. Whatever is at
    /// `path`, but a directory, is replaced: a link itself, and not the file it leads to.
    package static func writeAtomically(
        _ bytes: Span<UInt8>, to path: String, mode: UInt32 = 0o644
    ) throws(FileError) {
        var writer = try FileWriter(replacing: path, mode: mode)
        try writer.write(bytes)
        try writer.commit()
    }

    /// The names in a directory but `.` and `..`, sorted by their bytes.
    package static func names(in directory: String) throws(FileError) -> [String] {
        // SAFETY: the stream is used on this thread only and closed before the return; an entry is
        // read before the next call of readdir.
        guard let stream = unsafe opendir(directory) else {
            throw .system(path: directory, .last("opendir"))
        }
        defer { _ = unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The permission bits of what is at `path`, links followed; nil where nothing can be seen
    /// there.
    package static func mode(of path: String) -> UInt32? {
        var status = Glibc.stat()
        return unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    /// Makes the names in the directory that holds `path` durable.
    package static func synchronizeDirectory(of path: String) throws(FileError) {
        let directory = directory(of: path)
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor != -1 else { throw .system(path: directory, .last("open")) }
        let file = FileDescriptor(owning: descriptor)
        guard fsync(file.rawValue) == 0 else { throw .system(path: directory, .last("fsync")) }
    }

    /// The directory that holds `path`.
    package static func directory(of path: String) -> String {
        var name = path.utf8[...]
        while name.count > 1, name.last == UInt8(ascii: "/") { name.removeLast() }
        guard let slash = name.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// Tells one content of a file from another without reading it: replaced, or written to, it has
/// another stamp.
package struct FileStamp: Equatable, Sendable {
    private let device: UInt
    private let inode: UInt
    private let size: Int
    private let changed: [Int]

    /// Nil where nothing can be seen at the path; links are followed.
    package init?(_ path: String) {
        var status = Glibc.stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = status.st_dev
        inode = status.st_ino
        size = status.st_size
        // The time of change, for that of modification can be set (utimensat(2)).
        changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    }
}
