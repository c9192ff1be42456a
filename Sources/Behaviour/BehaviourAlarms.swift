/// A subject that is far from its own baseline.
package struct BehaviourAlarm: Sendable {
    /// When it began and, unless it is prolonged, ends, in milliseconds since 1970.
    package let since: Int64
    package fileprivate(set) var until: Int64
    /// Of the window that began it.
    package let judgement: Judgement
}

/// The baselines and the alarms that come of them.
package struct BehaviourAlarms: Sendable {
    private let rules: BehaviourRules
    private var table: BaselineTable
    /// At most `subjectsMax`; also of subjects that are not in the table any more.
    package private(set) var current: [[UInt8]: BehaviourAlarm] = [:] {
        didSet { revision += 1 }
    }
    /// Another one after each change of `current`.
    package private(set) var revision = 0

    package init(_ rules: BehaviourRules) {
        self.rules = rules
        table = BaselineTable(rules)
    }

    package var subjectCount: Int { table.count }

    /// Takes a request in.
    ///
    /// - Returns: the alarm, if one begins with it.
    package mutating func observe(_ observation: Observation) -> BehaviourAlarm? {
        guard let judgement = table.observe(observation) else { return nil }
        return raise(observation.subject, judgement, at: observation.unixMilliseconds)
    }

    /// Ends windows and alarms that are over, and reports the alarms that begin.
    package mutating func advance(
        to unixMilliseconds: Int64, _ report: (_ subject: [UInt8], BehaviourAlarm) -> Void
    ) {
        var found: [([UInt8], Judgement)] = []
        table.endWindows(before: unixMilliseconds) { found.append(($0, $1)) }
        for (subject, judgement) in found {
            if let alarm = raise(subject, judgement, at: unixMilliseconds) {
                report(subject, alarm)
            }
        }
        // One that a clock that has gone back would keep for long has ended, too.
        let ended = current.filter { _, alarm in
            unixMilliseconds >= alarm.until
                || alarm.since - unixMilliseconds > duration(of: alarm.judgement)
        }
        for subject in ended.keys { current[subject] = nil }
    }

    /// Ends a subject's alarm and forgets its baseline. False if neither is there.
    package mutating func clear(_ subject: [UInt8], unixMilliseconds: Int64) -> Bool {
        let hadAlarm = current.removeValue(forKey: subject) != nil
        return table.forget(subject, unixMilliseconds: unixMilliseconds) || hadAlarm
    }

    package func isKnown(_ subject: [UInt8]) -> Bool {
        current[subject] != nil || table.baseline(of: subject) != nil
    }

    /// The subjects with alarms, the latest first, and then those farthest from their baselines.
    package func listing(
        _ countMax: Int
    ) -> [(subject: [UInt8], baseline: SubjectBaseline?, alarm: BehaviourAlarm?)] {
        let alarmed = current.sorted { $0.value.since > $1.value.since }.prefix(countMax)
            .map { (subject: $0.key, baseline: table.baseline(of: $0.key), alarm: $0.value) }
        let others = table.farthest(countMax).filter { current[$0.subject] == nil }
            .prefix(countMax - alarmed.count)
            .map { (subject: $0.subject, baseline: $0.baseline, alarm: nil as BehaviourAlarm?) }
        return alarmed.map { ($0.subject, $0.baseline, $0.alarm) }
            + others.map { ($0.subject, $0.baseline, $0.alarm) }
    }

    private func duration(of judgement: Judgement) -> Int64 {
        judgement.isOfDay
            ? max(rules.alarmMilliseconds, BehaviourRules.dayMilliseconds)
            : rules.alarmMilliseconds
    }

    private mutating func raise(
        _ subject: [UInt8], _ judgement: Judgement, at unixMilliseconds: Int64
    ) -> BehaviourAlarm? {
        let until = unixMilliseconds + duration(of: judgement)
        if let known = current[subject] {
            current[subject]?.until = max(known.until, until)
            return nil
        }
        if current.count >= rules.subjectsMax,
            let next = current.min(by: { $0.value.until < $1.value.until })
        {
            current[next.key] = nil
        }
        let alarm = BehaviourAlarm(since: unixMilliseconds, until: until, judgement: judgement)
        current[subject] = alarm
        return alarm
    }
}
