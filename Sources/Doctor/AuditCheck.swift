internal import AuditLog
internal import AuditReading
package import POSIX

/// Whether the audit log can be continued, and for how long.
package enum AuditCheck {
    /// Fewer segments than this that still fit are a warning.
    package static let segmentsMin: UInt64 = 10
    /// As is less of the file system than this.
    package static let freePercentMin = 5.0

    private static let subject = "audit log"

    /// - Parameters:
    ///   - key: `audit.key`.
    ///   - isServing: whether a churnd answers where one with this configuration would.
    package static func examine(
        directory: String, key: [UInt8], segmentBytesMax: Int, isServing: @autoclosure () -> Bool
    ) -> [DoctorFinding] {
        // churnd creates it in an existing directory.
        let isThere = Directories.isAnything(at: directory)
        let existing = isThere ? directory : Files.directory(of: directory)
        do throws(FileError) {
            try Directories.checkWritable(existing)
            let findings =
                isThere
                ? try log(directory, key: key, isServing: isServing)
                : [DoctorFinding(.good, subject, "\(directory) is not there yet, and can be made")]
            let space = try DiskSpace(at: existing)
            return findings + [self.space(space, segmentBytesMax: UInt64(segmentBytesMax))]
        } catch {
            return [DoctorFinding(.failure, subject, "\(error)")]
        }
    }

    /// What a start would find in an existing directory.
    private static func log(
        _ directory: String, key: [UInt8], isServing: () -> Bool
    ) throws(FileError) -> [DoctorFinding] {
        let files = AuditFiles(directory: directory)
        if try files.isHeld() { return [held(directory, isServing: isServing())] }
        let findings: [DoctorFinding]
        do throws(AuditError) {
            let inspection = try AuditInspection(directory: directory, key: key)
            findings =
                [DoctorFinding(.good, subject, "\(directory) can be written")]
                + remarks(on: inspection)
        } catch {
            findings = [DoctorFinding(.failure, subject, "\(error)")]
        }
        // One that was being opened meanwhile may have been read half way.
        return try files.isHeld() ? [held(directory, isServing: isServing())] : findings
    }

    /// The process that has the log is this configuration's churnd, or prevents its start.
    private static func held(_ directory: String, isServing: Bool) -> DoctorFinding {
        isServing
            ? DoctorFinding(.good, subject, "\(directory) is being written by a churnd")
            : DoctorFinding(
                .failure, subject,
                "\(directory): in use by another process, and no churnd answers on http.port; "
                    + "expected a directory of its own")
    }

    /// What a start would tolerate, and record.
    private static func remarks(on inspection: AuditInspection) -> [DoctorFinding] {
        var texts: [String] = []
        if inspection.hasRefusedCheckpoint {
            texts.append(
                "a checkpoint is not signed with audit.key, expected the key it was signed with, "
                    + "or "
                    + "another directory")
        }
        let recovery = inspection.recovery
        if recovery.missingRecords > 0 {
            texts.append(
                "records that a checkpoint counts are missing at its end: "
                    + "\(recovery.missingRecords)")
        }
        if recovery.tornBytes > 0 {
            texts.append(
                "its last record is not whole: \(recovery.tornBytes) bytes would be cut off")
        }
        return texts.map { DoctorFinding(.warning, subject, $0) } + faults(of: inspection)
    }

    /// Faults that do not stop a start, but remain.
    private static func faults(of inspection: AuditInspection) -> [DoctorFinding] {
        var texts: [String] = []
        let recovery = inspection.recovery
        if recovery.missingCheckpoints > 0 {
            texts.append(
                "checkpoints that its records name are missing: at least "
                    + "\(recovery.missingCheckpoints)")
        }
        if recovery.unprovenRecords > 0 {
            texts.append(
                "its last records are unverified: \(recovery.unprovenRecords) have no MAC and no "
                    + "checkpoint")
        }
        if let last = inspection.notedFaults.last {
            texts.append(
                "record \(last), a start, found checkpoints missing or records without a proof: "
                    + "see churnctl audit verify")
        }
        return texts.map { DoctorFinding(.failure, subject, $0) }
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
}
