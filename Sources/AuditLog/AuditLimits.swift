/// The bounds of a log and of what waits to be in it.
package enum AuditLimits {
    /// The secret from which the log's keys are derived.
    package static let secretBytesMin = 32
    /// One line with its line feed.
    package static let recordBytesMax = 65_536
    /// One line of checkpoints.jsonl with its line feed.
    package static let checkpointBytesMax = 512
    /// What waits in memory for a slow disk.
    package static let waitingBytesMax = 1 << 24
    /// Notes that wait until they can be written.
    package static let notesMax = 1_000
    /// Refusals of one subject for one reason that get a record each in a period; the rest are
    /// counted.
    package static let recordedRefusalsMax = 10
    /// The same of all subjects together: with the longest records, and a count for each pair that
    /// is followed, refused callers add at most 64 KiB a second to the log.
    package static let recordedRefusalsTotalMax = 2_048
    /// Pairs of a subject and a reason that are followed in a period; the refusals of others are
    /// counted by their reason alone.
    package static let followedRefusalsMax = 1_024
    /// How much of an HMAC stands for a subject, a customer or a token.
    package static let pseudonymBytes = 16
    /// An IP address as text (INET6_ADDRSTRLEN less the NUL).
    package static let peerBytesMax = 45
    /// A body: what a record leaves for it beside its place in the chain.
    package static let bodyBytesMax =
        recordBytesMax - 12 - 19 - AuditFormat.linkBytesMax - AuditFormat.recordTailBytes
        - AuditFormat.recordMACBytes
    /// The raw features of one prediction; with more the record goes without them.
    package static let featuresBytesMax = 61_440
    /// The highest sequence a log is continued from, so that counting never overflows.
    package static let sequenceMax = 1 << 62
    /// The highest one that a segment's name may begin with: an empty file is continued from its
    /// name, and that leaves room for as many records again.
    package static let firstSequenceMax = sequenceMax / 2
}
