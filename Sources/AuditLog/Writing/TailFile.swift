internal import POSIX

/// A file of lines that grows by whole lines or not at all: what was written of lines that did not
/// fit is cut off again.
struct TailFile: ~Copyable {
    /// Of whole lines.
    private(set) var size: Int
    private let file: AppendFile
    /// What follows the whole lines could not be cut off yet.
    private var needsCut = false

    /// - Parameter size: what of the file counts, anything after it is cut off; nil for all.
    init(_ file: consuming AppendFile, size: Int?) throws(FileError) {
        let path = file.path
        do throws(SystemError) {
            let present = try file.size()
            if let size, size < present { try file.truncate(to: size) }
            self.size = min(size ?? present, present)
        } catch { throw .system(path: path, error) }
        self.file = file
    }

    var isAtItsPath: Bool { file.isAtItsPath() }

    /// Whether it is at its path and no other process has truncated it or appended to it.
    var isAsItWasLeft: Bool {
        // What could not be cut off yet is this value's own.
        isAtItsPath && (needsCut || (try? file.size()) == size)
    }

    /// Appends all bytes, or none where that fails.
    mutating func append(_ lines: Span<UInt8>) throws(FileError) {
        try cut()
        do throws(SystemError) {
            var written = 0
            // A short write is followed by one that fails with the reason.
            while written < lines.count {
                written += try file.write(lines.extracting(droppingFirst: written))
            }
            size += lines.count
        } catch {
            takeBack(0)
            throw .system(path: file.path, error)
        }
    }

    /// Takes back the latest `count` bytes, now or before the next append.
    private mutating func takeBack(_ count: Int) {
        size -= count
        needsCut = true
        // A disk that refuses this as well is asked again before the next append.
        try? cut()
    }

    /// Makes durable what was appended.
    ///
    /// - Parameter count: so many of the latest bytes are taken back when that fails, so that a
    ///   record reported as failed is never found; nil: they stay.
    mutating func synchronize(orTakeBack count: Int? = nil) throws(FileError) {
        do throws(SystemError) { try file.synchronize() } catch {
            if let count { takeBack(count) }
            throw .system(path: file.path, error)
        }
    }

    /// Throws where there is no room for `count` bytes more.
    func reserve(_ count: Int) throws(FileError) {
        do throws(SystemError) { try file.reserve(count, behind: size) } catch {
            throw .system(path: file.path, error)
        }
    }

    private mutating func cut() throws(FileError) {
        guard needsCut else { return }
        do throws(SystemError) { try file.truncate(to: size) } catch {
            throw .system(path: file.path, error)
        }
        needsCut = false
    }
}
