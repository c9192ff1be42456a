package import Behaviour
internal import POSIX

/// `behaviour`, `behaviour.*`: whether subjects are compared with their own baselines.
extension ConfigurationKey {
    static let behaviour = ConfigurationKey(
        "behaviour", .choice(["off"] + BehaviourMeasure.allCases.map(\.rawValue)), default: "off",
        meaning: "Whether each subject's requests are compared with its own baseline. An alarm is "
            + "logged, recorded and counted (watch), and while it lasts the subject gets the level "
            + "of the risk without the probability (band), or needs a login younger than the alarm "
            + "(step-up, with roles.path).")
    static let behaviourWindow = ConfigurationKey(
        "behaviour.window", .duration(thousandths: 100...3_600_000, in: .seconds), default: "300",
        meaning: "The windows over which requests are counted; each day is one beside them.")
    static let behaviourLearning = ConfigurationKey(
        "behaviour.learning", .integer(0...31_536_000, in: .seconds), default: "604800",
        meaning: "A subject raises no alarm before it has been known for so long. Baselines are "
            + "lost when the process ends.")
    static let behaviourScore = ConfigurationKey(
        "behaviour.score", .integer(1...100), default: "6",
        meaning: "How far from the baseline, in standard deviations beyond those that are allowed "
            + "and summed over windows, is an alarm.")
    static let behaviourAlarm = ConfigurationKey(
        "behaviour.alarm", .duration(thousandths: 100...604_800_000, in: .seconds),
        default: "3600",
        meaning: "How long an alarm lasts after its last reason; one for a whole day's requests "
            + "lasts a day at least.")
    static let behaviourSubjects = ConfigurationKey(
        "behaviour.subjects", .integer(1...1_000_000), default: "4096",
        meaning: "Subjects with a baseline, about 2.3 kB each; a further one takes the place of "
            + "the one that has not been seen for longest.")
}

/// What an alarm does beside being reported. The raw values are those of `behaviour`.
package enum BehaviourMeasure: String, CaseIterable, Sendable {
    case watch
    /// The subject gets the level of the risk without the probability.
    case band
    /// The subject needs a login that is younger than the alarm.
    case stepUp = "step-up"
}

extension ServiceConfiguration {
    package struct Behaviour: Equatable, Sendable {
        package let rules: BehaviourRules
        package let measure: BehaviourMeasure

        /// Nil where `behaviour` is off.
        init?(_ settings: ConfigurationSettings, hasRoles: Bool) throws(ConfigurationError) {
            guard let measure = BehaviourMeasure(rawValue: settings.text(.behaviour)) else {
                return nil
            }
            // Without roles no token's login is read.
            guard measure != .stepUp || hasRoles else {
                throw .unacceptable(
                    at: settings.place(.behaviour), key: ConfigurationKey.behaviour.name,
                    found: measure.rawValue, wanted: "off, watch or band without roles.path")
            }
            self.measure = measure
            rules = BehaviourRules(
                windowMilliseconds: settings.duration(.behaviourWindow).nanoseconds / 1_000_000,
                learningMilliseconds: Int64(settings.integer(.behaviourLearning)) * 1000,
                score: Float(settings.integer(.behaviourScore)),
                alarmMilliseconds: settings.duration(.behaviourAlarm).nanoseconds / 1_000_000,
                subjectsMax: settings.integer(.behaviourSubjects))
        }
    }
}
