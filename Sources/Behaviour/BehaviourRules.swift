/// What of a subject's behaviour is compared with its baseline. The raw values count from 0.
package enum BehaviourSignal: Int, CaseIterable, Sendable {
    /// Requests in a window.
    case rate
    /// Distinct customers in a window.
    case customers
    /// The share of answers about customers that the subject has not asked about before.
    case newCustomers
    /// The share of requests that were refused.
    case errors
    /// The hour of the day, in UTC.
    case hours
    /// The share of answers close to where the risk's level changes.
    case threshold
    /// The share of records that differ from a recent one in one or two fields.
    case similar

    /// As metrics, records and answers name it.
    package var label: String {
        switch self {
        case .rate: "rate"
        case .customers: "customers"
        case .newCustomers: "new_customers"
        case .errors: "errors"
        case .hours: "hours"
        case .threshold: "threshold"
        case .similar: "similar"
        }
    }

    /// The least spread that a subject is taken to have, in the signal's own unit: what varies less
    /// is not suspicious as soon as it varies a little.
    var floor: Float {
        switch self {
        case .rate, .customers: 0.4
        case .newCustomers, .errors, .threshold, .similar: 0.1
        case .hours: 0.8
        }
    }

    /// What the signal counts at most. Work at an unusual hour alone is no alarm, however unusual;
    /// less of anything else is needed then.
    var deviationMax: Float { self == .hours ? 3 : 100 }
}

/// What an operator chooses, and what follows from it.
package struct BehaviourRules: Equatable, Sendable {
    package static let dayMilliseconds: Int64 = 86_400_000

    /// Of the short windows.
    package let windowMilliseconds: Int64
    /// A subject is not judged before it has been known for so long.
    package let learningMilliseconds: Int64
    /// So much farther from the baseline than is allowed, in sum, windows are for an alarm.
    package let score: Float
    /// How long an alarm lasts after the last window that gave a reason for it; one of a day's
    /// requests at least a day.
    package let alarmMilliseconds: Int64
    /// Subjects with a baseline; a further one takes the place of the one not seen for longest.
    package let subjectsMax: Int

    /// The distance that windows, and days, may have without being counted.
    static let windowAllowance: Float = 3
    static let dayAllowance: Float = 2
    /// Windows that a baseline needs, and days.
    static let windowsMin = 30
    static let daysMin = 5
    /// Over how many windows, and over how many days, a baseline forgets.
    static let windowsMemory: Float = 200
    static let daysMemory: Float = 14
    /// A window moves the baseline by no more than one that deviates so much would.
    static let deviationMax: Float = 3

    package init(
        windowMilliseconds: Int64, learningMilliseconds: Int64, score: Float,
        alarmMilliseconds: Int64,
        subjectsMax: Int
    ) {
        precondition(windowMilliseconds > 0 && subjectsMax > 0)
        self.windowMilliseconds = windowMilliseconds
        self.learningMilliseconds = learningMilliseconds
        self.score = score
        self.alarmMilliseconds = alarmMilliseconds
        self.subjectsMax = subjectsMax
    }
}
