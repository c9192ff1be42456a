internal import Bytes
internal import HTTP

/// Which lines of refused requests are written, and how many are only counted, so that refused
/// clients cannot fill the disk.
///
/// Refused is a request that is answered with 4xx, 501 or 505. Strangers, callers without a genuine
/// token, share `linesPerSecond`; requests for health, which need no token, have as many. A known
/// caller has the first lines of each period. Callers beyond those that are followed share as many
/// lines as strangers. Everything else, such as 200s and 503s of predictions, is not limited.
struct RefusedRequests {
    /// Lines of one subject in a period that are written.
    static let subjectLinesMax = 10
    /// Subjects that are followed in a period; others count as one.
    static let subjectsMax = 1_024
    /// How long is counted for one line of each route, status and problem.
    static let periodNanoseconds: Int64 = 10_000_000_000

    /// What refused requests are counted by.
    struct Key: Hashable {
        let route: RouteLabel?
        let status: UInt16
        let problem: String?
    }

    struct Count {
        var count = 0
        /// Milliseconds since 1970.
        var first: Int64
        var last: Int64
    }

    /// Lines per second, at most a second's at a time.
    struct Allowance {
        private var lines: Int64
        private var filledAt = Int64.min

        init(_ linesPerSecond: Int) { lines = Int64(linesPerSecond) }

        mutating func take(_ linesPerSecond: Int, now: Int64) -> Bool {
            if filledAt == .min { filledAt = now }
            let rate = Int64(linesPerSecond)
            let interval = 1_000_000_000 / rate
            let earned = max(0, now - filledAt) / interval
            if earned > 0 {
                lines = min(rate, lines + earned)
                filledAt = lines == rate ? now : filledAt + earned * interval
            }
            guard lines > 0 else { return false }
            lines -= 1
            return true
        }
    }

    private let linesPerSecond: Int
    private var strangers: Allowance
    private var health: Allowance
    /// Of subjects beyond those that are followed.
    private var others: Allowance
    private var subjects: [[UInt8]: Int] = [:]
    private(set) var counts: [Key: Count] = [:]
    /// When the period ends; nil before anything was followed or counted.
    private(set) var dueAt: Int64?

    /// - Parameter linesPerSecond: at least 1.
    init(linesPerSecond: Int) {
        self.linesPerSecond = linesPerSecond
        strangers = Allowance(linesPerSecond)
        health = Allowance(linesPerSecond)
        others = Allowance(linesPerSecond)
    }

    enum Verdict { case written, refused, counted }

    /// Counts a request, or returns the kind of its line.
    ///
    /// - Parameter now: of the monotonic clock.
    mutating func judge(
        _ outcome: RequestOutcome, subject: [UInt8]?, unixMilliseconds: Int64, now: Int64
    ) -> Verdict {
        let isRefused =
            400..<500 ~= outcome.status || outcome.status == 501 || outcome.status == 505
        let isHealth = outcome.route?.isHealth ?? false
        guard isRefused || isHealth else { return .written }
        if dueAt == nil { dueAt = now + RefusedRequests.periodNanoseconds }
        if takesLine(subject: subject, isHealth: isHealth, now: now) { return .refused }
        let key = Key(
            route: outcome.route, status: outcome.status, problem: outcome.problem?.type)
        counts[key, default: Count(first: unixMilliseconds, last: unixMilliseconds)].count += 1
        counts[key]?.last = unixMilliseconds
        return .counted
    }

    private mutating func takesLine(subject: [UInt8]?, isHealth: Bool, now: Int64) -> Bool {
        if isHealth { return health.take(linesPerSecond, now: now) }
        guard let subject else { return strangers.take(linesPerSecond, now: now) }
        guard let lines = subjects[subject] ?? (subjects.count < Self.subjectsMax ? 0 : nil) else {
            return others.take(linesPerSecond, now: now)
        }
        guard lines < RefusedRequests.subjectLinesMax else { return false }
        subjects[subject] = lines + 1
        return true
    }

    /// What was counted, in a fixed order; another period begins with the next refusal.
    mutating func take() -> [(key: Key, count: Count)] {
        defer {
            counts.removeAll(keepingCapacity: true)
            subjects.removeAll(keepingCapacity: true)
            dueAt = nil
        }
        return counts.map { ($0.key, $0.value) }.sorted { $0.count.first < $1.count.first }
    }
}

extension RefusedRequests.Key {
    /// Appends the line that reports the counted requests.
    func appendLine(
        _ counted: RefusedRequests.Count, unixMilliseconds: Int64, to lines: inout [UInt8]
    ) {
        lines.appendLiteral("{\"time\":\"")
        Timestamp.append(unixMilliseconds: unixMilliseconds, to: &lines)
        lines.appendLiteral("\",\"level\":\"info\",\"message\":\"requests\",\"route\":\"")
        lines.appendLiteral(route?.path ?? "none")
        lines.appendLiteral("\",\"status\":")
        lines.appendDecimal(Int(status))
        if let problem {
            lines.appendLiteral(",\"problem\":\"")
            lines.append(contentsOf: problem.utf8)
            lines.appendLiteral("\"")
        }
        lines.appendLiteral(",\"count\":")
        lines.appendDecimal(counted.count)
        lines.appendLiteral(",\"first\":\"")
        Timestamp.append(unixMilliseconds: counted.first, to: &lines)
        lines.appendLiteral("\",\"last\":\"")
        Timestamp.append(unixMilliseconds: counted.last, to: &lines)
        lines.appendLiteral("\"}\n")
    }
}
