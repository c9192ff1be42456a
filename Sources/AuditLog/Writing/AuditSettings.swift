internal import POSIX

/// When what was written is made to survive a loss of power. A crash of the process loses nothing
/// that was written, whatever is chosen.
package enum AuditSync: Equatable, Sendable {
    /// The system decides.
    case none
    /// At most so long after it was written.
    case interval(nanoseconds: Int64)
    /// Before it is reported as written.
    case always
}

/// Where a log is, and how it is kept.
package struct AuditSettings: Sendable {
    package var directory: String
    /// The secret of `AuditKeys`.
    package var key: [UInt8]
    package var sync: AuditSync
    /// A segment that has so many bytes is followed by the next one. It may have more by what is
    /// written together.
    package var segmentBytesMax: Int
    /// What `start` names.
    package var serviceVersion: String
    /// So many records are followed by a checkpoint,
    package var checkpointRecordsMax = 1_000
    /// and so much time after the first record without one.
    package var checkpointNanosecondsMax: Int64 = 60_000_000_000
    /// How long refusals are counted for one record.
    package var summaryNanoseconds: Int64 = 1_000_000_000
    /// How long refusals of known callers are counted for one record of each subject and reason.
    package var refusalNanoseconds: Int64 = 60_000_000_000
    /// A disk that has not come back for so long is stuck.
    package var stuckAfterNanoseconds: Int64 = 1_000_000_000
    /// The machine's clock, for the records that the log writes of its own accord.
    package var unixMilliseconds: @Sendable () -> Int64 = Clock.unixMilliseconds

    package init(
        directory: String, key: [UInt8], sync: AuditSync, segmentBytesMax: Int,
        serviceVersion: String
    ) {
        self.directory = directory
        self.key = key
        self.sync = sync
        self.segmentBytesMax = segmentBytesMax
        self.serviceVersion = serviceVersion
    }
}
