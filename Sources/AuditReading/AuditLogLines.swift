package import AuditLog
internal import POSIX

/// The lines of a log, file by file.
package enum AuditLogLines {
    /// Hands over the lines of the files in which these records are, among them others, in their
    /// order, without line feeds, until `body` returns false. One that is just being written is
    /// left out.
    package static func forEach(
        in directory: String, sequences: ClosedRange<Int> = 1...Int.max,
        _ body: (AuditPlace, AuditLine.Ending, Span<UInt8>) -> Bool
    ) throws(AuditVerifierError) {
        let files = AuditFiles(directory: directory)
        let segments: [AuditFiles.Segment]
        do throws(FileError) {
            segments = try files.listing().segments
        } catch { throw .unreadable(error) }
        guard !segments.isEmpty else { throw .notAnAuditLog(directory: directory) }
        for (index, segment) in segments.enumerated() {
            let isBefore =
                index + 1 < segments.count
                && segments[index + 1].firstSequence <= sequences.lowerBound
            if isBefore { continue }
            guard segment.firstSequence <= sequences.upperBound else { return }
            do throws(FileError) {
                var lines = try AuditLines(
                    path: files.path(of: segment.name), lineBytesMax: AuditLimits.recordBytesMax)
                while let line = try lines.next() {
                    if line.ending == .torn, index == segments.count - 1, files.areBeingWritten {
                        return
                    }
                    let place = AuditPlace(
                        file: segment.name, line: line.number, byteOffset: line.offset)
                    guard body(place, line.ending, lines.bytes) else { return }
                }
            } catch { throw .unreadable(error) }
        }
    }
}

extension AuditFiles {
    /// Whether a process has the log open to append to it.
    var areBeingWritten: Bool {
        // A lock that cannot be looked at is not held.
        (try? isHeld()) ?? false
    }
}
