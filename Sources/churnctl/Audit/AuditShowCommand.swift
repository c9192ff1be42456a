internal import ArgumentParser
internal import AuditLog
internal import AuditReading
internal import POSIX

/// `churnctl audit show`: the records that meet all conditions.
struct AuditShowCommand: Command {
    /// The most that --last keeps in memory.
    static let lastMax = 10_000

    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print records of an audit log.",
        discussion: """
            Prints the lines that meet all conditions, as they are. Only audit verify shows \
            whether they are unaltered. Subjects and customers are in the log as pseudonyms, \
            which are made with the key. Times are UTC, in full or their beginning: \
            2026-10-01, 2026-10-01T12:30, 2026-10-01T12:30:00Z.

            Exit codes: 0 when a record was found, 1 when none was, 64 for a wrong option, 65 for \
            a directory that holds no audit log or one of another key, 66 for one that cannot be \
            read, 73 for output that cannot be written.
            """)

    @Argument(help: "The log's directory.", completion: .directory)
    var directory: String

    @Option(help: ArgumentHelp("The subject of the caller's token.", valueName: "name"))
    var subject: String?

    @Option(help: ArgumentHelp("The customer a prediction is about.", valueName: "id"))
    var customer: String?

    @Option(
        help: ArgumentHelp(
            "The identifier of the caller's token, or with the key of a token that was revoked.",
            valueName: "id"))
    var jti: String?

    @Option(help: ArgumentHelp("The request's X-Request-Id.", valueName: "id"))
    var requestId: String?

    @Option(help: ArgumentHelp("The trace-id, 32 hexadecimal digits.", valueName: "id"))
    var traceId: String?

    @Option(help: ArgumentHelp("Event, such as prediction.", valueName: "name"))
    var event: AuditEvent?

    @Option(help: ArgumentHelp("The answer's status.", valueName: "code"))
    var status: Int?

    @Option(help: ArgumentHelp("The reason of a refusal, such as rate-limited.", valueName: "name"))
    var reason: String?

    @Option(help: ArgumentHelp("Risk: High, Medium or Low.", valueName: "level"))
    var risk: String?

    @Option(
        help: ArgumentHelp(
            "The model, by name and version such as telco-churn/1 or by its SHA-256.",
            valueName: "model"))
    var model: String?

    @Option(
        help: ArgumentHelp("From this moment on.", valueName: "time"), transform: AuditMoment.read)
    var since: AuditMoment?

    @Option(
        help: ArgumentHelp("Before this moment.", valueName: "time"), transform: AuditMoment.read)
    var until: AuditMoment?

    @Option(
        help: ArgumentHelp("The records' sequences: 7, 7..9, 7.. or ..9.", valueName: "range"),
        transform: AuditShowCommand.sequences)
    var sequence: ClosedRange<Int>?

    @Option(help: ArgumentHelp("Only the last records, at most \(lastMax).", valueName: "count"))
    var last: Int?

    @OptionGroup var keyOptions: AuditKeyOptions

    func validate() throws {
        if let last, !(1...AuditShowCommand.lastMax ~= last) {
            throw ValidationError("--last: expected 1 to \(AuditShowCommand.lastMax)")
        }
    }

    func perform() throws {
        // A pager that is left before the end is no failure.
        Signals.ignoreBrokenPipes()
        let query = try query()
        let sequences = sequence ?? 1...Int.max
        var printer = RecordPrinter(last: last)
        var strangeLines = 0
        try AuditLogLines.forEach(in: directory, sequences: sequences) { _, ending, line in
            guard ending != .torn else { return true }
            guard ending == .lineFeed, let isMatch = query.matches(line) else {
                strangeLines += 1
                return true
            }
            return !isMatch || printer.take(line)
        }
        printer.finish()
        if strangeLines > 0 {
            complain("\(strangeLines) lines are no records: see churnctl audit verify")
        }
        guard printer.hasRecords else { throw CommandFailure(.failure) }
    }

    private func query() throws -> AuditQuery {
        var query = AuditQuery()
        query.sequences = sequence ?? 1...Int.max
        query.since = since?.beginning
        query.until = until?.beginning
        let texts = [
            ("request_id", requestId), ("trace_id", traceId), ("event", event?.rawValue),
            ("status", status.map(String.init)), ("reason", reason), ("risk", risk),
        ]
        for (name, value) in texts {
            if let value { query.require(name, value) }
        }
        if let model { query.require(model: model) }
        let keys = subject ?? customer ?? jti == nil ? nil : try keyOptions.keys()
        if let keys { try AuditKeyOptions.check(keys, of: directory) }
        if let jti { query.require(tokenIdentifier: jti, keys) }
        guard subject != nil || customer != nil else { return query }
        guard let keys else {
            throw ValidationError(
                "no key, expected AUDIT_KEY, AUDIT_KEY_FILE or --key-file: the log has pseudonyms")
        }
        if let subject { query.require(subject: subject, keys) }
        if let customer { query.require(customer: customer, keys) }
        return query
    }

    private static func sequences(_ text: String) throws -> ClosedRange<Int> {
        let parts = text.split(separator: "..", omittingEmptySubsequences: false)
        let first = parts.first.flatMap { $0.isEmpty ? 1 : Int($0) }
        let last = parts.last.flatMap { $0.isEmpty ? Int.max : Int($0) }
        guard 1...2 ~= parts.count, !text.isEmpty, text != "..", let first, let last, first >= 1,
            first <= last
        else { throw ValidationError("expected A..B, A.., ..B or A, from 1") }
        return first...last
    }
}

extension AuditEvent: ExpressibleByArgument {}

/// A moment as an option gives it.
struct AuditMoment {
    /// What times from it on begin with or sort after.
    let beginning: [UInt8]

    static func read(_ text: String) throws -> AuditMoment {
        guard let beginning = AuditTime.beginning(text) else {
            throw ValidationError("expected a time in UTC as 2026-10-01 or 2026-10-01T12:30:00Z")
        }
        return AuditMoment(beginning: beginning)
    }
}

/// Prints records: all as they come, or the last ones at the end.
private struct RecordPrinter {
    private static let bufferBytes = 65_536

    /// Nil: all.
    private let last: Int?
    private(set) var hasRecords = false
    private let isTerminal = StandardStream.output.isTerminal
    /// The last ones; the oldest is at `oldest` once there are `last` of them.
    private var kept: [[UInt8]] = []
    private var oldest = 0
    private var buffer: [UInt8] = []
    private var isRead = true

    init(last: Int?) { self.last = last }

    /// False once nothing reads what is printed.
    mutating func take(_ line: Span<UInt8>) -> Bool {
        hasRecords = true
        let bytes = line.indices.map { line[$0] }
        guard let last else {
            print(bytes)
            return isRead
        }
        if kept.count < last {
            kept.append(bytes)
        } else {
            kept[oldest] = bytes
            oldest = (oldest + 1) % last
        }
        return true
    }

    mutating func finish() {
        for line in kept[oldest...] + kept[..<oldest] where isRead { print(line) }
        flush()
    }

    private mutating func print(_ line: [UInt8]) {
        if isTerminal {
            buffer += TerminalText.plain(String(decoding: line, as: UTF8.self)).utf8
        } else {
            buffer += line
        }
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= RecordPrinter.bufferBytes { flush() }
    }

    private mutating func flush() {
        isRead = isRead && StandardStream.output.write(buffer.span)
        buffer.removeAll(keepingCapacity: true)
    }
}
