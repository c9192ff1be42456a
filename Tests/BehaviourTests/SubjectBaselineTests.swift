import Behaviour
import TestSupport
import Testing

/// Requests of one subject, window by window.
private struct Traffic {
    static let window: Int64 = 300_000
    static let day: Int64 = 86_400_000
    /// The beginning of a day.
    static let start: Int64 = 20_000 * day

    var baseline = SubjectBaseline(firstSeen: start)
    var rules = BehaviourRules(
        windowMilliseconds: window, learningMilliseconds: 7 * day, score: 6,
        alarmMilliseconds: 3_600_000, subjectsMax: 1)
    var random = SplitMix64(seed: 7)
    var alarms: [Judgement] = []

    /// What a window's requests are like; by default those of every ordinary window.
    struct Window {
        var requests = 6
        var errors = 0
        var customers = 50
        var nearThreshold = 0
        var similar = 0
        /// Hours from the beginning of the day.
        var isUnusualHour = false
    }

    mutating func run(_ window: Window, at time: Int64) {
        for index in 0..<window.requests {
            let isError = index < window.errors
            let customer = UInt64.random(in: 0..<UInt64(window.customers), using: &random)
            // Similar ones differ in two fields.
            let isSimilar = index < window.similar
            let values = (0..<19).map { place in
                isSimilar && place > 0
                    ? Double(place) : Double(customer &* 31 &+ UInt64(place))
            }
            let traits = RecordTraits(
                customer: customer &* 0x9E37_79B9_7F4A_7C15,
                sketch: RecordSketch(
                    of: (values + [isSimilar ? Double(index) : -1]).span, fieldCount: 20, key: 3),
                isNearThreshold: index < window.nearThreshold)
            let alarm = baseline.observe(
                Observation(
                    subject: [1], unixMilliseconds: time + Int64(index),
                    traits: isError ? nil : traits), rules)
            if let alarm { alarms.append(alarm) }
        }
        if let alarm = baseline.endWindows(before: time + 2 * Traffic.window, rules) {
            alarms.append(alarm)
        }
    }

    /// Ordinary windows from 9 to 17, on some days.
    mutating func learn(days: Range<Int64>) {
        for day in days {
            for hour in Int64(9)..<17 {
                for part in [Int64(0), 5, 9] {
                    var window = Window()
                    window.requests = Int.random(in: 3...9, using: &random)
                    window.errors = Int.random(in: 0...30, using: &random) == 0 ? 1 : 0
                    window.nearThreshold = Int.random(in: 0...6, using: &random) == 0 ? 1 : 0
                    run(
                        window,
                        at: Traffic.start + day * Traffic.day + hour * 3_600_000
                            + part * Traffic.window)
                }
            }
        }
    }
}

@Suite struct SubjectBaselineTests {
    private func learned(days: Range<Int64> = 0..<21) -> Traffic {
        var traffic = Traffic()
        traffic.learn(days: days)
        return traffic
    }

    /// Runs a window several times on the day after what was learned.
    private func repeated(
        _ window: Traffic.Window, times: Int64, hour: Int64 = 10
    ) -> [Judgement] {
        var traffic = learned()
        let time = Traffic.start + 21 * Traffic.day + hour * 3_600_000
        for index in 0..<times { traffic.run(window, at: time + index * Traffic.window) }
        return traffic.alarms
    }

    @Test func `ordinary traffic raises no alarm`() {
        #expect(learned(days: 0..<90).alarms.isEmpty)
    }

    @Test(
        arguments: [
            (BehaviourSignal.rate, Traffic.Window(requests: 2000)),
            (.customers, Traffic.Window(requests: 600, customers: 100_000)),
            (.newCustomers, Traffic.Window(requests: 9, customers: 100_000_000)),
            (.errors, Traffic.Window(requests: 9, errors: 9)),
            (.threshold, Traffic.Window(requests: 9, nearThreshold: 9)),
            (.similar, Traffic.Window(requests: 9, similar: 9)),
        ])
    fileprivate func `each signal alone raises an alarm`(
        signal: BehaviourSignal, window: Traffic.Window
    ) throws {
        let alarms = repeated(window, times: 8)
        #expect(try #require(alarms.first, "\(signal)").signals.contains(signal), "\(alarms)")
    }

    @Test func `an unusual hour alone raises no alarm, and lowers what else is needed`() {
        var more = Traffic.Window(requests: 14, errors: 2)
        more.customers = 200
        #expect(repeated(Traffic.Window(), times: 12, hour: 3).isEmpty)
        let byDay = repeated(more, times: 6)
        let byNight = repeated(more, times: 6, hour: 3)
        #expect(byNight.count > byDay.count)
        #expect(byNight.first?.signals.contains(.hours) == true)
    }

    @Test func `nothing is judged before the subject is known for long enough`() {
        let attack = Traffic.Window(requests: 2000, errors: 1000)
        for (days, isKnown) in [(Int64(6), false), (8, true)] {
            var traffic = learned(days: 0..<days)
            let time = Traffic.start + days * Traffic.day + 3_600_000
            traffic.rules = BehaviourRules(
                windowMilliseconds: Traffic.window, learningMilliseconds: 7 * Traffic.day,
                score: 6, alarmMilliseconds: 3_600_000, subjectsMax: 1)
            for index in Int64(0)..<4 {
                traffic.run(attack, at: time + index * Traffic.window)
            }
            #expect(traffic.alarms.isEmpty == !isKnown, "after \(days) days")
        }
    }

    @Test func `an attack does not become ordinary by going on`() {
        let attack = Traffic.Window(requests: 200, errors: 100)
        #expect(repeated(attack, times: 2000).count > 1990)
    }

    @Test func `a clock that goes back ends the window and raises no alarm`() {
        var traffic = learned()
        let time = Traffic.start + 20 * Traffic.day + 10 * 3_600_000
        for back in Int64(0)..<200 { traffic.run(Traffic.Window(), at: time - back * 3_600_000) }
        // The requests of all hours, backwards: unusual hours at most.
        #expect(traffic.alarms.isEmpty)
        // Before 1970, which no clock shows.
        traffic.run(Traffic.Window(), at: -1)
        traffic.run(Traffic.Window(), at: .max / 4)
    }

    @Test func `a day whose last window the clock has ended is a day of its own`() throws {
        // Mornings alone; were two days one, a day would have twice the requests.
        var traffic = Traffic()
        for day in Int64(0)..<30 {
            for part in Int64(0)..<6 {
                let time = Traffic.start + day * Traffic.day + 36_000_000
                traffic.run(Traffic.Window(), at: time + part * Traffic.window)
            }
        }
        #expect(traffic.alarms.isEmpty)
        let time = Traffic.start + 30 * Traffic.day + 36_000_000
        // Ten times the requests of a day, in windows as ever.
        for part in Int64(0)..<60 {
            traffic.run(Traffic.Window(), at: time + part * Traffic.window)
        }
        let alarm = try #require(traffic.alarms.first { $0.isOfDay })
        #expect(alarm.signals.contains(.rate))
    }

    @Test func `windows and days change at midnight`() {
        var traffic = learned()
        let midnight = Traffic.start + 22 * Traffic.day
        for index in Int64(-6)..<6 {
            traffic.run(Traffic.Window(), at: midnight + index * Traffic.window)
        }
        #expect(traffic.alarms.isEmpty)
    }

    @Test func `a request that another loop noted just before the window is of the window`() {
        var baseline = SubjectBaseline(firstSeen: 0)
        let rules = Traffic().rules
        func see(_ time: Int64) {
            let alarm = baseline.observe(
                Observation(subject: [1], unixMilliseconds: time, traits: nil), rules)
            #expect(alarm == nil)
        }
        for time in [300_001, 299_999, 300_002, 599_999, 600_000, 599_999] as [Int64] { see(time) }
        #expect(baseline.lastSeen == 600_000)
        #expect(!baseline.isLearned(at: .max / 4, rules))
    }
}

@Suite struct RecordSketchTests {
    private func sketch(_ values: [Double], key: UInt64 = 5) -> RecordSketch {
        RecordSketch(of: values.span, fieldCount: values.count, key: key)
    }

    @Test func `records differ in as many places as their fields do`() {
        let values = (0..<32).map { Double($0) * 1.5 }
        for count in 0...32 {
            var other = values
            for index in 0..<count { other[index] += 0.25 }
            #expect(sketch(values).differences(from: sketch(other)) == count)
        }
    }

    @Test func `fields beyond the 32nd share places, and never make more differences`() {
        let values = (0..<70).map { Double($0) }
        var other = values
        other[40] = -1
        other[69] = -1
        let differences = sketch(values).differences(from: sketch(other))
        #expect((1...2).contains(differences))
    }

    @Test func `zero is zero, and another key makes another sketch`() {
        #expect(sketch([0, 1]).differences(from: sketch([-0.0, 1])) == 0)
        #expect(sketch([1, 2, 3]) != sketch([1, 2, 3], key: 6))
    }

    @Test func `a customer without an identifier is its record`() {
        func traits(_ name: String, _ values: [Double]) -> RecordTraits {
            RecordTraits(
                identifier: Array(name.utf8).span, sketch: sketch(values), isNearThreshold: false,
                key: 5)
        }
        #expect(traits("a", [1]).customer == traits("a", [2]).customer)
        #expect(traits("a", [1]).customer != traits("b", [1]).customer)
        #expect(traits("", [1]).customer == traits("", [1]).customer)
        #expect(traits("", [1]).customer != traits("", [2]).customer)
    }
}
