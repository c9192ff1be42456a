internal import AuditLog
package import POSIX

/// Whether the audit log can be written, and for how long.
package enum AuditCheck {
    /// Fewer segments than this that still fit are a warning.
    package static let segmentsMin: UInt64 = 10
    /// As is less of the file system than this.
    package static let freePercentMin = 5.0

    private static let subject = "audit log"

    package static func examine(directory: String, segmentBytesMax: Int) -> [DoctorFinding] {
        // churnd makes it where it is not there, in a directory that is.
        let isThere = Directories.isAnything(at: directory)
        let existing = isThere ? directory : parent(of: directory)
        do throws(FileError) {
            try Directories.checkWritable(existing)
            let isHeld = try FileLock.isHeld(AuditFiles(directory: directory).lockPath)
            let state =
                isHeld
                ? "is being written by a churnd"
                : isThere ? "can be written" : "is not there yet, and can be made"
            return [
                DoctorFinding(.good, subject, "\(directory) \(state)"),
                space(try DiskSpace(at: existing), segmentBytesMax: UInt64(segmentBytesMax)),
            ]
        } catch {
            return [DoctorFinding(.failure, subject, "\(error)")]
        }
    }

    package static func space(_ space: DiskSpace, segmentBytesMax: UInt64) -> DoctorFinding {
        let subject = "audit space"
        let percent =
            Double(space.availableBytes) * 100 / Double(max(space.totalBytes, 1))
        let text =
            "\(space.availableBytes) of \(space.totalBytes) bytes free, \(Int(percent)) %; a "
            + "segment has \(segmentBytesMax)"
        if space.availableBytes < segmentBytesMax {
            return DoctorFinding(.failure, subject, text)
        }
        if space.availableFiles == 0 {
            return DoctorFinding(.failure, subject, "the file system takes no more files")
        }
        // A product of the two may not fit.
        let isScarce =
            space.availableBytes / segmentBytesMax < segmentsMin || percent < freePercentMin
        return DoctorFinding(isScarce ? .warning : .good, subject, text)
    }

    private static func parent(of directory: String) -> String {
        var path = Array(directory.utf8)[...]
        while path.count > 1, path.last == UInt8(ascii: "/") { path.removeLast() }
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == 0 ? "/" : String(decoding: path[..<slash], as: UTF8.self)
    }
}
