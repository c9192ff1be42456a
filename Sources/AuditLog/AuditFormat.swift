/// What of a line's bytes is the same in every record.
///
/// A record is `{"sequence":N`, the body, `,"prev":"` and the hash of the record before,
/// `,"hash":"` and its own, and from format 2 on `,"mac":"` and its MAC; its hash is over all bytes
/// before `,"hash":"`. A body begins with `,"time":"…","event":"…"` and has the event's members in
/// their order; it may end with the members of a link.
package enum AuditFormat {
    /// What `start` names from churnd 0.3 on; 0.2 wrote format 1, which had no name, no MAC in
    /// records and no identity.
    package static let version = 2

    /// Members of a link, which any record may have: the log's identity, and the MAC of the
    /// checkpoint that counts the record before.
    package static let log: StaticString = ",\"log\":\""
    package static let checkpoint: StaticString = ",\"checkpoint\":\""
    /// The digits of a log's identity, and of a record's MAC, which is cut to half (RFC 2104 §5).
    package static let identityDigits = 32
    package static let recordMACDigits = 32
    package static let recordMAC: StaticString = "\",\"mac\":\""

    package static let recordStart: StaticString = "{\"sequence\":"
    package static let previous: StaticString = ",\"prev\":\""
    package static let hash: StaticString = ",\"hash\":\""
    /// Ends the line after the digits of its hash or MAC.
    package static let lineEnd: StaticString = "\"}\n"
    /// The digits of a SHA-256 or of an HMAC-SHA-256.
    package static let digestDigits = 64
    /// What follows the body: `prev` with its quotation mark, and `hash` up to the line feed.
    package static let recordTailBytes = 9 + digestDigits + 1 + 9 + digestDigits + 3
    /// What a MAC takes beside that, and a link at most.
    package static let recordMACBytes = 9 + recordMACDigits
    package static let linkBytesMax = 8 + identityDigits + 1 + 15 + digestDigits + 1

    /// Of `probability`, rounded half to even, as in answers.
    package static let probabilityDecimals = 4

    package static let checkpointStart: StaticString = "{\"count\":"
    package static let checkpointHash: StaticString = ",\"hash\":\""
    package static let checkpointTime: StaticString = "\",\"time\":\""
    /// From format 2 on: the MAC of the checkpoint before, or `noHash`.
    package static let checkpointPrevious: StaticString = "\",\"prev\":\""
    /// A checkpoint's MAC is over all bytes before this.
    package static let checkpointMAC: StaticString = ",\"mac\":\""

    /// `prev` of record 1 and of the first checkpoint, and the hash of a checkpoint that counts
    /// none.
    package static let noHash = [UInt8](repeating: 0x30, count: digestDigits)
}

/// What a record is about.
package enum AuditEvent: String, CaseIterable, Sendable {
    case prediction
    /// A known caller was refused.
    case refusal
    /// How many refusals for one reason have no record of their own: of unknown callers, at most
    /// one record a second; of known ones, at most one a minute for each subject and reason.
    case refusals
    case start
    /// The log can be written again after it could not.
    case resumed
    case stop
    case model, revocation
    /// Another file of roles.
    case roles
    /// A subject is far from its own baseline, or an operator has cleared that.
    case behaviour
    /// The keys of tokens.
    case keys
}
