/// The baselines of the subjects that were seen last, each in a fixed number of bytes.
package struct BaselineTable: Sendable {
    private struct Entry {
        var subject: [UInt8]
        var baseline: SubjectBaseline
        /// Places in the order in which subjects were seen; the table's own count for none.
        var newer: Int
        var older: Int
    }

    private let rules: BehaviourRules
    private var entries: [Entry] = []
    private var places: [[UInt8]: Int] = [:]
    private var newest = -1
    private var oldest = -1

    package init(_ rules: BehaviourRules) { self.rules = rules }

    package var count: Int { entries.count }

    /// Bytes of one subject, beside its name and its place in the dictionary.
    package static var bytesOfSubject: Int { MemoryLayout<Entry>.stride }

    /// Takes a request in.
    ///
    /// - Returns: what an earlier window of its subject came to, if it is an alarm.
    package mutating func observe(_ observation: Observation) -> Judgement? {
        let place = place(of: observation)
        touch(place)
        return entries[place].baseline.observe(observation, rules)
    }

    /// Ends the windows that are over, and reports those that are alarms.
    package mutating func endWindows(
        before unixMilliseconds: Int64, _ report: (_ subject: [UInt8], Judgement) -> Void
    ) {
        for place in entries.indices {
            if let alarm = entries[place].baseline.endWindows(before: unixMilliseconds, rules) {
                report(entries[place].subject, alarm)
            }
        }
    }

    /// Forgets what is known of a subject, which is learned again; false if nothing is.
    package mutating func forget(_ subject: [UInt8], unixMilliseconds: Int64) -> Bool {
        guard let place = places[subject] else { return false }
        entries[place].baseline = SubjectBaseline(firstSeen: unixMilliseconds)
        return true
    }

    package func baseline(of subject: [UInt8]) -> SubjectBaseline? {
        places[subject].map { entries[$0].baseline }
    }

    /// The subjects whose latest windows were farthest from their baselines, those first.
    package func farthest(_ countMax: Int) -> [(subject: [UInt8], baseline: SubjectBaseline)] {
        let scores = entries.indices.map { (entries[$0].baseline.latest?.distance ?? -1, $0) }
        return scores.sorted { $0.0 > $1.0 }.prefix(countMax).map { _, place in
            (entries[place].subject, entries[place].baseline)
        }
    }

    private mutating func place(of observation: Observation) -> Int {
        if let place = places[observation.subject] { return place }
        let entry = Entry(
            subject: observation.subject,
            baseline: SubjectBaseline(firstSeen: observation.unixMilliseconds), newer: -1, older: -1
        )
        let place: Int
        if entries.count < rules.subjectsMax {
            place = entries.count
            entries.append(entry)
        } else {
            place = oldest
            unlink(place)
            places[entries[place].subject] = nil
            entries[place] = entry
        }
        places[observation.subject] = place
        link(place)
        return place
    }

    private mutating func touch(_ place: Int) {
        guard place != newest else { return }
        unlink(place)
        link(place)
    }

    private mutating func link(_ place: Int) {
        entries[place].newer = -1
        entries[place].older = newest
        if newest >= 0 { entries[newest].newer = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (entries[place].newer, entries[place].older)
        if newer >= 0 { entries[newer].older = older } else { newest = older }
        if older >= 0 { entries[older].newer = newer } else { oldest = newer }
    }
}
