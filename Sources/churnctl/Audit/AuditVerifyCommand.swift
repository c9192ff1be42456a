internal import ArgumentParser
internal import AuditLog
internal import AuditReading
internal import POSIX

/// `churnctl audit verify`: whether a log is as it was written, and whole.
struct AuditVerifyCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Find what was changed in an audit log, and where.",
        discussion: """
            A line for each thing that is wrong, at most 100, and a summary. The log may be \
            written to meanwhile. The newest checkpoint reveals that the end of a log was cut \
            off; if that checkpoint was cut off as well, one that was kept elsewhere reveals it \
            (--checkpoint). The identity of a log, which churnd writes to its own log at each \
            start, reveals that a log was replaced by another one of the same key (--log). If \
            the oldest files of a log were archived, --from gives the record it begins with now; \
            a checkpoint must count those before, or the record must have a MAC.

            Exit codes: 0 when nothing is wrong, 1 when something is or when MACs were not \
            verified for want of a key, 64 for a wrong option, 65 for a directory that holds no \
            audit log, 66 for one that cannot be read.
            """)

    @Argument(help: "The log's directory.", completion: .directory)
    var directory: String

    @Option(
        help: ArgumentHelp("The record that the log begins with.", valueName: "sequence"))
    var from: Int?

    @Option(
        help: ArgumentHelp(
            "A checkpoint that was kept elsewhere: how many records there were, and the hash of "
                + "the last.", valueName: "count:hash"),
        transform: { text in
            guard let kept = AuditKeptCheckpoint(text) else {
                throw ValidationError("expected COUNT:HASH, the hash in 64 lower-case digits")
            }
            return kept
        })
    var checkpoint: AuditKeptCheckpoint?

    @Option(
        help: ArgumentHelp("The identity that the log must have.", valueName: "id"),
        transform: { text in
            guard let log = LogIdentity(text) else {
                throw ValidationError("expected the 32 lower-case digits of a log's identity")
            }
            return log
        })
    var log: LogIdentity?

    @Flag(help: "Skip verifying MACs; no key needed.")
    var noKey = false

    @OptionGroup var keyOptions: AuditKeyOptions

    func validate() throws {
        if let from, from < 1 || from > AuditLimits.sequenceMax {
            throw ValidationError("--from: expected a record's sequence, from 1")
        }
        if noKey, keyOptions.keyFile != nil {
            throw ValidationError("--no-key: given together with --key-file")
        }
    }

    func perform() throws {
        Signals.ignoreBrokenPipes()
        let keys = noKey ? nil : try keyOptions.keys()
        var expectations = AuditExpectations(keys: keys)
        expectations.first = from
        expectations.kept = checkpoint
        expectations.log = log
        let found = try AuditVerifier.verify(directory, against: expectations)
        let report = AuditVerificationText(found, isKeyed: keys != nil, isKeyWaived: noKey)
        TerminalText.print(report.lines)
        guard report.isFine else { throw CommandFailure(.failure) }
    }
}

/// What verification has found, as people read it.
struct AuditVerificationText {
    private(set) var lines: [String] = []
    /// Whether everything was verified that was to be, and nothing is wrong.
    let isFine: Bool

    init(_ found: AuditVerification, isKeyed: Bool, isKeyWaived: Bool) {
        isFine = found.faultCount == 0 && (isKeyed || isKeyWaived)
        if found.wrongMACCount > 0, found.rightMACCount == 0 {
            let count = found.wrongMACCount
            lines.append(
                AuditKeyOptions.otherKey(count == 1 ? "the only MAC" : "each of \(count) MACs"))
        }
        lines += found.faults.map(\.description)
        let rest = found.faultCount - found.faults.count
        if rest > 0 { lines.append("and \(rest) more") }
        lines += found.remarks.map { "remark: \($0)" }
        let more = found.remarkCount - found.remarks.count
        if more > 0 { lines.append("and \(more) more remarks") }
        if isKeyWaived { lines.append("remark: the MACs were not verified") }
        var summary = TerminalText.counted(found.recordCount, "record")
        summary += " in \(TerminalText.counted(found.segmentCount, "segment"))"
        if let first = found.first, let last = found.last, let hash = found.lastHash {
            summary += ", \(first.sequence) (\(first.time)) to \(last.sequence) (\(last.time))"
            summary += ", \(TerminalText.counted(found.checkpointCount, "checkpoint"))"
            if let log = found.log { summary += ", log \(log)" }
            summary += ", last hash \(hash)"
        }
        if found.faultCount > 0 {
            summary += ": \(TerminalText.counted(found.faultCount, "fault"))"
        } else if isFine {
            summary += ": fine"
        } else {
            summary += ": not known: the MACs were not verified, for there is no key"
        }
        lines.append(summary)
    }
}
