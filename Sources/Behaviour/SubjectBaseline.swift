/// The baseline of one subject, in a fixed number of bytes: its windows of minutes and its days.
package struct SubjectBaseline: Sendable {
    /// In milliseconds since 1970.
    package let firstSeen: Int64
    package private(set) var lastSeen: Int64
    private var window = Horizon(isOfDay: false)
    private var day = Horizon(isOfDay: true)
    private var hours = HourProfile()
    private var recent = RecentRecords()
    private var known = KnownCustomers()
    private var isDayAlarming = false
    /// Of the latest window that was judged.
    package private(set) var latest: Judgement?

    package init(firstSeen: Int64) {
        self.firstSeen = firstSeen
        lastSeen = firstSeen
    }

    /// Whether it is known for long enough to be judged.
    package func isLearned(at unixMilliseconds: Int64, _ rules: BehaviourRules) -> Bool {
        unixMilliseconds - firstSeen >= rules.learningMilliseconds
            && window.count >= BehaviourRules.windowsMin
    }

    /// Takes a request in.
    ///
    /// - Returns: what an earlier window came to that the request has ended, if it is an alarm.
    package mutating func observe(
        _ observation: Observation, _ rules: BehaviourRules
    ) -> Judgement? {
        let time = observation.unixMilliseconds
        let alarm = endWindows(before: time, rules)
        lastSeen = max(lastSeen, time)
        if window.open.isEmpty { window.number = SubjectBaseline.window(of: time, rules) }
        if day.open.isEmpty { day.number = SubjectBaseline.day(of: time) }
        guard let traits = observation.traits else {
            window.open.addError()
            day.open.addError()
            return alarm
        }
        let isSimilar = recent.insert(traits.sketch)
        let isNew = known.insert(traits.customer)
        window.open.add(traits, isSimilar: isSimilar, isNew: isNew)
        day.open.add(traits, isSimilar: isSimilar, isNew: isNew)
        return alarm
    }

    /// Ends windows that are over at a time; one that the clock has gone back before, too. A
    /// request that another event loop has noted a moment before the window began is of the window.
    ///
    /// - Returns: what the window came to, if it is an alarm.
    package mutating func endWindows(
        before unixMilliseconds: Int64, _ rules: BehaviourRules
    ) -> Judgement? {
        var alarm: Judgement?
        let number = SubjectBaseline.window(of: unixMilliseconds, rules)
        if window.isOver(at: number) { alarm = endWindow(at: unixMilliseconds, rules) }
        if day.isOver(at: SubjectBaseline.day(of: unixMilliseconds)) { endDay(rules) }
        return alarm
    }

    private static func day(of unixMilliseconds: Int64) -> Int64 {
        unixMilliseconds / BehaviourRules.dayMilliseconds
    }

    private static func window(of unixMilliseconds: Int64, _ rules: BehaviourRules) -> Int64 {
        unixMilliseconds / rules.windowMilliseconds
    }

    private mutating func endWindow(
        at unixMilliseconds: Int64, _ rules: BehaviourRules
    ) -> Judgement? {
        let hour = Int(window.number * rules.windowMilliseconds / 3_600_000 % 24)
        let unusual = hours.measurement(hour: hour)
        var alarm: Judgement?
        if isLearned(at: unixMilliseconds, rules) {
            let judgement = window.judge(unusual)
            latest = judgement
            window.add(judgement, rules)
            if window.sum >= rules.score { alarm = judgement }
            if alarm == nil { alarm = alarmOfDay(rules) }
        }
        window.learn(unusual, rules)
        if window.sum < rules.score { hours.add(hour: hour) }
        window.open = WindowCounts()
        return alarm
    }

    /// What the day has come to so far, if that is an alarm.
    private mutating func alarmOfDay(_ rules: BehaviourRules) -> Judgement? {
        guard day.count >= BehaviourRules.daysMin else { return nil }
        let judgement = day.judge(nil)
        guard day.sum(with: judgement, rules) >= rules.score else { return nil }
        latest = judgement
        isDayAlarming = true
        return judgement
    }

    private mutating func endDay(_ rules: BehaviourRules) {
        if day.count >= BehaviourRules.daysMin { day.add(day.judge(nil), rules) }
        day.learn(nil, rules)
        // An alarm has come of it: the next one needs new reasons.
        if isDayAlarming { day.forgive() }
        isDayAlarming = false
        hours.endDay()
        known.endDay()
        day.open = WindowCounts()
    }
}
