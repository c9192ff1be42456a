internal import Glibc

/// Directories, made, published and removed as a whole.
package enum Directories {
    /// Whether anything is at `path`, also a link that leads nowhere.
    package static func isAnything(at path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// Makes the directory at `path` and those above it that are not there. Anything else in the
    /// place of one of them is an error.
    package static func create(_ path: String) throws(FileError) {
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            let part = String(path[..<end])
            guard unsafe mkdir(part, 0o755) != 0 else { continue }
            let error = SystemError.last("mkdir")
            guard error.code == EEXIST, isDirectory(at: part) else {
                throw .system(path: part, error)
            }
        }
    }

    /// Whether this process may make files in the directory at `path`, as far as permissions and a
    /// read-only mount say; nothing is made.
    package static func checkWritable(_ path: String) throws(FileError) {
        guard isDirectory(at: path) else {
            // What is not there, or may not be looked at, says so by itself.
            throw .system(
                path: path,
                unsafe access(path, F_OK) == 0
                    ? SystemError(call: "open", code: ENOTDIR) : .last("stat"))
        }
        guard unsafe access(path, W_OK | X_OK) == 0 else {
            throw .system(path: path, .last("access"))
        }
    }

    /// Makes the directory at `path` for its owner alone, in one that is there. Returns false where
    /// there is one already; anything else in its place is an error.
    package static func createPrivate(_ path: String) throws(FileError) -> Bool {
        guard unsafe mkdir(path, 0o700) != 0 else { return true }
        let error = SystemError.last("mkdir")
        guard error.code == EEXIST else { throw .system(path: path, error) }
        guard isDirectory(at: path) else {
            throw .system(path: path, SystemError(call: "mkdir", code: ENOTDIR))
        }
        return false
    }

    private static func isDirectory(at path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Gives the directory at `path` the name `destination`, beside it, and makes that durable.
    /// What is at `destination` already must be an empty directory.
    package static func rename(_ path: String, to destination: String) throws(FileError) {
        guard unsafe Glibc.rename(path, destination) == 0 else {
            throw .system(path: destination, .last("rename"))
        }
        try Files.synchronizeDirectory(of: destination)
    }

    /// Removes the directory at `path` with the files in it; it must hold no directory.
    package static func removeWithFiles(_ path: String) throws(FileError) {
        for name in try Files.names(in: path) {
            let file = "\(path)/\(name)"
            guard unsafe unlink(file) == 0 else { throw .system(path: file, .last("unlink")) }
        }
        guard unsafe rmdir(path) == 0 else { throw .system(path: path, .last("rmdir")) }
    }
}
