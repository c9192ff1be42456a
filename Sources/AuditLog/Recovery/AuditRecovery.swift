/// What a log was found to be like when it was opened.
package struct AuditRecovery: Equatable, Sendable {
    /// Of the first record of this process.
    package let nextSequence: Int
    /// Cut from the end of the last segment: a record that nobody was told to be written.
    package let tornBytes: Int
    /// Records that a checkpoint names and that are not there.
    package let missingRecords: Int
}
