/// Refusals of callers whose tokens are genuine: the first of each subject and reason in a period
/// get a record each, the rest are counted, so that no token fills the disk.
struct RefusalLedger {
    struct Key: Hashable {
        let subject: [UInt8]
        let reason: AuditedRefusal.Reason
    }

    private struct Entry {
        var recorded = 0
        var counted = RefusalCount()
    }

    private let periodNanoseconds: Int64
    private var entries: [Key: Entry] = [:]
    /// Of subjects beyond those that are followed.
    private var others: [AuditedRefusal.Reason: RefusalCount] = [:]
    private var recorded = 0
    /// When the period ends; nil before its first refusal.
    private var periodEnd: Int64?
    /// When counts are to be written: then, or sooner where they could not be.
    private(set) var dueAt: Int64?

    init(periodNanoseconds: Int64) { self.periodNanoseconds = periodNanoseconds }

    /// Counts a refusal, unless it gets a record of its own: false then.
    ///
    /// - Parameters:
    ///   - tokenID: empty where the token has none.
    ///   - now: of the monotonic clock.
    mutating func counts(
        _ key: Key, tokenID: [UInt8], unixMilliseconds: Int64, now: Int64
    ) -> Bool {
        if periodEnd == nil { periodEnd = now + periodNanoseconds }
        if dueAt == nil { dueAt = periodEnd }
        guard entries[key] != nil || entries.count < AuditLimits.followedRefusalsMax else {
            others[key.reason, default: RefusalCount()].add(nil, unixMilliseconds)
            return true
        }
        var entry = entries[key] ?? Entry()
        defer { entries[key] = entry }
        guard entry.recorded < AuditLimits.recordedRefusalsMax,
            recorded < AuditLimits.recordedRefusalsTotalMax
        else {
            entry.counted.add(tokenID, unixMilliseconds)
            return true
        }
        entry.recorded += 1
        recorded += 1
        return false
    }

    func isDue(now: Int64) -> Bool { dueAt.map { now >= $0 } ?? false }

    /// What was counted. Once the period has ended, another one begins with the next refusal.
    mutating func take(now: Int64) -> [RefusalSummary] {
        var summaries = entries.compactMap { key, entry in
            entry.counted.count == 0
                ? nil
                : RefusalSummary(subject: key.subject, reason: key.reason, counted: entry.counted)
        }
        summaries += others.map { reason, counted in
            RefusalSummary(subject: nil, reason: reason, counted: counted)
        }
        others = [:]
        if let periodEnd, now < periodEnd {
            for key in entries.keys { entries[key]?.counted = RefusalCount() }
            dueAt = periodEnd
        } else {
            entries.removeAll(keepingCapacity: true)
            recorded = 0
            periodEnd = nil
            dueAt = nil
        }
        return summaries.sorted { $0.counted.first < $1.counted.first }
    }

    /// Puts back what could not be written. It is due immediately.
    mutating func putBack(_ summaries: [RefusalSummary], now: Int64) {
        for summary in summaries {
            guard let subject = summary.subject else {
                others[summary.reason, default: RefusalCount()].add(summary.counted)
                continue
            }
            let key = Key(subject: subject, reason: summary.reason)
            if entries[key] != nil || entries.count < AuditLimits.followedRefusalsMax {
                entries[key, default: Entry()].counted.add(summary.counted)
            } else {
                others[summary.reason, default: RefusalCount()].add(summary.counted)
            }
        }
        if !summaries.isEmpty { dueAt = now }
    }

    /// How many are counted and not written yet.
    var counted: Int {
        entries.values.reduce(0) { $0 + $1.counted.count }
            + others.values.reduce(0) { $0 + $1.count }
    }
}

/// How many refusals, from when to when, and by which token where it was one.
struct RefusalCount {
    private(set) var count = 0
    /// Milliseconds since 1970.
    private(set) var first: Int64 = 0
    private(set) var last: Int64 = 0
    /// The `jti` of all of them; nil where there was none, or more than one.
    private(set) var tokenID: [UInt8]?

    /// - Parameter tokenID: nil or empty if there is none.
    mutating func add(_ tokenID: [UInt8]?, _ unixMilliseconds: Int64) {
        let named = tokenID.flatMap { $0.isEmpty ? nil : $0 }
        if count == 0 {
            self.tokenID = named
        } else if self.tokenID != named {
            self.tokenID = nil
        }
        first = count == 0 ? unixMilliseconds : min(first, unixMilliseconds)
        last = count == 0 ? unixMilliseconds : max(last, unixMilliseconds)
        count += 1
    }

    mutating func add(_ other: RefusalCount) {
        guard count > 0 else {
            self = other
            return
        }
        if tokenID != other.tokenID { tokenID = nil }
        first = min(first, other.first)
        last = max(last, other.last)
        count += other.count
    }
}

/// One record's summary of refusals that have no record of their own.
struct RefusalSummary {
    /// The `sub`; nil for subjects beyond those that are followed.
    let subject: [UInt8]?
    let reason: AuditedRefusal.Reason
    let counted: RefusalCount
}
