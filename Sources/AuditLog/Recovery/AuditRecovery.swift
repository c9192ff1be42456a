/// What a log was found to be like when it was opened.
package struct AuditRecovery: Equatable, Sendable {
    /// Of the first record of this process.
    package let nextSequence: Int
    /// Cut from the end of the last segment: a record that was not reported as written.
    package let tornBytes: Int
    /// Missing records: a checkpoint names them, or other records follow them.
    package var missingRecords: Int
    /// Missing checkpoints that records name.
    package var missingCheckpoints = 0
    /// Records that have no MAC and follow the last checkpoint: anyone may have written them. From
    /// churnd 0.2, if it did not end by itself.
    package var unprovenRecords = 0
    /// Records that were verified, those after the newest checkpoint.
    package var verifiedRecords = 0
}
