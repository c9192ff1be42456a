/// What a log was found to be like when it was opened.
package struct AuditRecovery: Equatable, Sendable {
    /// Of the first record of this process.
    package let nextSequence: Int
    /// Cut from the end of the last segment: a record that nobody was told to be written.
    package let tornBytes: Int
    /// Records that a checkpoint names, or that others stand behind, and that are not there.
    package var missingRecords: Int
    /// Checkpoints that records attest to and that are not there.
    package var missingCheckpoints = 0
    /// Records that have no MAC and stand behind the last checkpoint: anybody may have written
    /// them. From churnd 0.2, where it did not end by itself.
    package var unprovenRecords = 0
    /// Records that were verified, those behind the newest checkpoint.
    package var verifiedRecords = 0
}
