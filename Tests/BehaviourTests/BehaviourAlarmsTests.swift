import Behaviour
import TestSupport
import Testing

@Suite struct BehaviourAlarmsTests {
    private static let window: Int64 = 1000

    private func rules(subjects: Int = 4, alarm: Int64 = 10_000) -> BehaviourRules {
        BehaviourRules(
            windowMilliseconds: BehaviourAlarmsTests.window, learningMilliseconds: 0, score: 6,
            alarmMilliseconds: alarm, subjectsMax: subjects)
    }

    private func request(_ subject: UInt8, at time: Int64, customer: UInt64 = 1) -> Observation {
        Observation(
            subject: [subject], unixMilliseconds: time,
            traits: RecordTraits(
                customer: customer,
                sketch: RecordSketch(of: [Double(customer)].span, fieldCount: 1, key: 1),
                isNearThreshold: false))
    }

    /// 40 windows with a request each, and then one with very many and failed ones.
    private func alarmed(_ alarms: inout BehaviourAlarms, _ subject: UInt8) -> [BehaviourAlarm] {
        var begun: [BehaviourAlarm] = []
        for index in Int64(0)..<40 {
            if let alarm = alarms.observe(request(subject, at: index * 1000)) {
                begun.append(alarm)
            }
        }
        for index in Int64(0)..<1000 {
            _ = alarms.observe(
                Observation(subject: [subject], unixMilliseconds: 40_000 + index, traits: nil))
        }
        alarms.advance(to: 42_000) { begun.append($1) }
        return begun
    }

    @Test func `an alarm begins once, lasts, and ends`() {
        var alarms = BehaviourAlarms(rules())
        let begun = alarmed(&alarms, 1)
        #expect(begun.map(\.since) == [42_000])
        #expect(begun.first?.judgement.signals.first == .rate)
        #expect(alarms.current[[1]]?.until == 52_000)
        // Another reason prolongs it, and is no other alarm.
        for index in Int64(0)..<1000 {
            _ = alarms.observe(
                Observation(subject: [1], unixMilliseconds: 45_000 + index, traits: nil))
        }
        alarms.advance(to: 47_000) { _, _ in Issue.record("a second alarm") }
        #expect(alarms.current[[1]]?.until == 57_000)
        alarms.advance(to: 56_999) { _, _ in Issue.record("a second alarm") }
        #expect(alarms.current.count == 1)
        alarms.advance(to: 57_000) { _, _ in Issue.record("a second alarm") }
        #expect(alarms.current.isEmpty)
    }

    @Test func `a clock that goes back far ends the alarms`() {
        var alarms = BehaviourAlarms(rules())
        _ = alarmed(&alarms, 1)
        alarms.advance(to: 33_000) { _, _ in }
        #expect(alarms.current.count == 1)
        alarms.advance(to: 31_000) { _, _ in }
        #expect(alarms.current.isEmpty)
    }

    @Test func `each change of the alarms has its revision`() {
        var alarms = BehaviourAlarms(rules())
        #expect(alarms.revision == 0)
        _ = alarmed(&alarms, 1)
        #expect(alarms.revision == 1)
        alarms.advance(to: 43_000) { _, _ in }
        #expect(alarms.revision == 1)
        let isCleared = alarms.clear([1], unixMilliseconds: 43_000)
        #expect(isCleared)
        #expect(alarms.revision == 2)
    }

    @Test func `a cleared subject is learned again`() {
        var alarms = BehaviourAlarms(rules())
        _ = alarmed(&alarms, 1)
        #expect(alarms.isKnown([1]))
        let isCleared2 = alarms.clear([1], unixMilliseconds: 43_000)
        #expect(isCleared2)
        #expect(alarms.current.isEmpty)
        #expect(alarms.listing(9).map(\.baseline?.firstSeen) == [43_000])
        let isCleared3 = alarms.clear([2], unixMilliseconds: 43_000)
        #expect(!isCleared3)
        #expect(!alarms.isKnown([2]))
    }

    @Test func `the subject not seen for longest makes room, and its alarm stays`() {
        var alarms = BehaviourAlarms(rules(subjects: 3))
        _ = alarmed(&alarms, 1)
        for subject: UInt8 in 2...3 { _ = alarms.observe(request(subject, at: 43_000)) }
        #expect(alarms.subjectCount == 3)
        // Seen again, 2 is not the oldest.
        _ = alarms.observe(request(2, at: 43_001))
        _ = alarms.observe(request(1, at: 43_002))
        _ = alarms.observe(request(4, at: 43_003))
        #expect(alarms.subjectCount == 3)
        #expect(!alarms.isKnown([3]))
        for subject: UInt8 in 5...7 { _ = alarms.observe(request(subject, at: 43_004)) }
        #expect(alarms.current[[1]] != nil)
        let listed = alarms.listing(9)
        #expect(listed.first?.subject == [1])
        #expect(listed.first?.baseline == nil)
        #expect(Set(listed.dropFirst().map(\.subject)) == [[5], [6], [7]])
    }

    @Test(arguments: [1, 2, 100])
    func `many subjects take no more than their places`(subjects: Int) {
        var alarms = BehaviourAlarms(rules(subjects: subjects))
        var random = SplitMix64(seed: 3)
        for step in Int64(0)..<5000 {
            let subject = UInt8.random(in: 0...255, using: &random)
            _ = alarms.observe(request(subject, at: step))
            #expect(alarms.isKnown([subject]))
        }
        #expect(alarms.subjectCount == min(subjects, 256))
        #expect(alarms.listing(1000).count == alarms.subjectCount)
        #expect(alarms.listing(1).count == 1)
    }

    @Test func `a subject takes the bytes that the document states`() {
        #expect(BaselineTable.bytesOfSubject <= 2300)
    }
}
