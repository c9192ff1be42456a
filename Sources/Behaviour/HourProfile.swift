internal import POSIX

/// On which share of its days a subject is active in each hour.
struct HourProfile: Sendable {
    /// What an hour counts that the subject was never active in.
    private static let least: Float = 0.005

    private var shares = InlineArray<24, Float>(repeating: 0)
    private var today: UInt32 = 0
    private var days: Int32 = 0

    mutating func add(hour: Int) { today |= 1 << UInt32(hour) }

    /// Takes in the hours of a day that has ended.
    mutating func endDay() {
        defer { today = 0 }
        guard today != 0 else { return }
        days = min(days + 1, 1 << 20)
        let weight = max(1 / Float(days), 1 / BehaviourRules.daysMemory)
        for hour in 0..<24 {
            let isActive: Float = today & 1 << UInt32(hour) == 0 ? 0 : 1
            shares[hour] += weight * (isActive - shares[hour])
        }
    }

    /// How unusual the hour is: the negative logarithm of the share of days on which the subject
    /// was active then, with half of its neighbours', since habits are not so punctual. Nil while
    /// too few days are known.
    func measurement(hour: Int) -> Measurement? {
        guard days >= BehaviourRules.daysMin else { return nil }
        let around = shares[(hour + 23) % 24] + shares[(hour + 1) % 24]
        let share = shares[hour] / 2 + around / 4
        let least = HourProfile.least
        return Measurement(
            value: -Transcendental.logarithm((share + least) / (1 + least)))
    }
}
