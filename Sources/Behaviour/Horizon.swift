/// What a window of a subject came to.
package struct Judgement: Sendable {
    /// How far from the baseline it is; ordinary windows have 1 to 2.
    package let distance: Float
    /// By how many standard deviations each signal lies above its mean, by its raw value; 0 for
    /// those below it, and for those that cannot be judged.
    package let deviations: InlineArray<7, Float>
    /// Whether it is of a day and not of a window of minutes.
    package let isOfDay: Bool

    /// The signals without which the distance would be lower by much, the strongest first.
    package var signals: [BehaviourSignal] {
        let strongest = BehaviourSignal.allCases.map { deviations[$0.rawValue] }.max() ?? 0
        return BehaviourSignal.allCases.filter {
            deviations[$0.rawValue] > 0 && deviations[$0.rawValue] >= strongest / 2
        }.sorted { deviations[$0.rawValue] > deviations[$1.rawValue] }
    }

    init(deviations: InlineArray<7, Float>, isOfDay: Bool) {
        self.deviations = deviations
        self.isOfDay = isOfDay
        // A request more is often a customer more: the two are one reason.
        let volume = max(
            deviations[BehaviourSignal.rate.rawValue],
            deviations[BehaviourSignal.customers.rawValue])
        var sum = volume * volume
        for signal: BehaviourSignal in [.newCustomers, .errors, .hours, .threshold, .similar] {
            let deviation = deviations[signal.rawValue]
            sum += deviation * deviation
        }
        distance = sum.squareRoot()
    }
}

/// Windows of one length: the open one, and the baseline that earlier ones have made.
struct Horizon: Sendable {
    let isOfDay: Bool
    /// The number of the open window, counted from 1970.
    var number: Int64 = .min
    var open = WindowCounts()
    private var baselines = InlineArray<7, SignalBaseline>(repeating: SignalBaseline())
    /// Windows that the baseline is made of.
    private(set) var count: Int32 = 0
    /// By how much windows were farther from the baseline than is allowed, in sum (Page 1954).
    private(set) var sum: Float = 0

    init(isOfDay: Bool) { self.isOfDay = isOfDay }

    /// Whether the open window has requests, and the time is in another one: a later one, or, after
    /// the clock has gone back, an earlier one. Not the one just before, in which another event
    /// loop may have noted a request.
    func isOver(at number: Int64) -> Bool {
        !open.isEmpty && number != self.number && number != self.number - 1
    }

    /// Days vary less than windows of minutes.
    private func floor(of signal: BehaviourSignal) -> Float {
        isOfDay ? signal.floor / 2 : signal.floor
    }

    private var allowance: Float {
        isOfDay ? BehaviourRules.dayAllowance : BehaviourRules.windowAllowance
    }

    private func measurement(of signal: BehaviourSignal, _ hour: Measurement?) -> Measurement? {
        signal == .hours ? hour : open.measurement(of: signal)
    }

    func judge(_ hour: Measurement?) -> Judgement {
        var deviations = InlineArray<7, Float>(repeating: 0)
        for signal in BehaviourSignal.allCases {
            guard let found = measurement(of: signal, hour) else { continue }
            let deviation = baselines[signal.rawValue].deviation(
                of: found, floor: floor(of: signal))
            deviations[signal.rawValue] = min(max(deviation, 0), signal.deviationMax)
        }
        return Judgement(deviations: deviations, isOfDay: isOfDay)
    }

    /// What `sum` would be with the open window.
    func sum(with judgement: Judgement, _ rules: BehaviourRules) -> Float {
        min(max(sum + judgement.distance - allowance, 0), 2 * rules.score)
    }

    mutating func add(_ judgement: Judgement, _ rules: BehaviourRules) {
        sum = sum(with: judgement, rules)
    }

    mutating func forgive() { sum = 0 }

    /// Takes the open window into the baseline, unless it is part of an alarm: what is far from
    /// the baseline does not become ordinary by being repeated.
    mutating func learn(_ hour: Measurement?, _ rules: BehaviourRules) {
        guard sum < rules.score else { return }
        count = min(count + 1, 1 << 20)
        let memory = isOfDay ? BehaviourRules.daysMemory : BehaviourRules.windowsMemory
        let weight = max(1 / Float(count), 1 / memory)
        let least = isOfDay ? BehaviourRules.daysMin : BehaviourRules.windowsMin
        for signal in BehaviourSignal.allCases {
            guard let found = measurement(of: signal, hour) else { continue }
            baselines[signal.rawValue].learn(
                found, weight: weight, floor: floor(of: signal), isBounded: count > least)
        }
    }
}
