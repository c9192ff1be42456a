/// What the operator is notified of, once, when it begins.
package enum AuditReport: Equatable, Sendable {
    /// Nothing can be written; predictions must be refused.
    case failed(reason: String)
    /// The disk has not come back from a write for so long; predictions must be refused.
    case stuck(forNanoseconds: Int64)
    /// It can be written again.
    case recovered(afterNanoseconds: Int64)
    /// A checkpoint's MAC is wrong; the newest that has a good one counts.
    case checkpointRefused
    /// How far the log has come, to be kept elsewhere: reported once a minute at most, and
    /// at the end.
    case checkpoint(LogIdentity, count: Int, hash: String)
    /// No checkpoint can be written; records still can, until one is due.
    case checkpointFailed(reason: String)
    /// The file of checkpoints has been removed, replaced or changed; the log continues in the
    /// existing file, or in a new one.
    case checkpointsChanged
    /// The file to which records went has been removed, renamed or replaced; the log continues in a
    /// new one.
    case segmentVanished(name: String)
    /// Too many notes waited to be written; so many are lost.
    case notesDropped(count: Int)
}

/// How a log is, for health and for who wants to refuse early.
package enum AuditState: Equatable, Sendable {
    case passing
    case failing(reason: String)
    /// The disk has not come back from a write or a sync.
    case stuck(forNanoseconds: Int64)

    /// - Parameters:
    ///   - failure: why nothing could be written the last time.
    ///   - busySince: since when the disk has been waited for.
    package init(failure: String?, busySince: Int64?, stuckAfter: Int64, now: Int64) {
        if let failure {
            self = .failing(reason: failure)
        } else if let busySince, now - busySince > stuckAfter {
            self = .stuck(forNanoseconds: now - busySince)
        } else {
            self = .passing
        }
    }
}

/// What was done since the log was opened.
package struct AuditStatistics: Equatable, Sendable {
    package internal(set) var records: UInt64 = 0
    /// Of records.
    package internal(set) var bytes: UInt64 = 0
    /// Attempts to write that failed.
    package internal(set) var failures: UInt64 = 0
    /// Batches that were refused or could not be written.
    package internal(set) var failedAppends: UInt64 = 0
    /// How often records were made durable.
    package internal(set) var syncs: UInt64 = 0
    package internal(set) var checkpoints: UInt64 = 0
}

/// What waits to be written.
package struct AuditUnwritten: Equatable, Sendable {
    package internal(set) var records = 0
    /// Refusals that are counted and have no record each.
    package internal(set) var refusals = 0

    package init() {}
}
