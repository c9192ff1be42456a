/// What a subject has done in a window.
struct WindowCounts: Sendable {
    private(set) var requests: Int32 = 0
    private var errors: Int32 = 0
    private var nearThreshold: Int32 = 0
    private var similar: Int32 = 0
    private var newCustomers: Int32 = 0
    private var customers = DistinctCounter()

    var isEmpty: Bool { requests == 0 }

    /// A request that was refused.
    mutating func addError() {
        guard requests < .max else { return }
        requests += 1
        errors += 1
    }

    /// A record that was answered.
    ///
    /// - Parameters:
    ///   - isSimilar: whether it is nearly one of the subject's recent ones.
    ///   - isNew: whether the subject has not asked about the customer before.
    mutating func add(_ traits: RecordTraits, isSimilar: Bool, isNew: Bool) {
        guard requests < .max else { return }
        requests += 1
        customers.insert(traits.customer)
        if traits.isNearThreshold { nearThreshold += 1 }
        if isSimilar { similar += 1 }
        if isNew { newCustomers += 1 }
    }

    /// Nil where the window says nothing of it.
    func measurement(of signal: BehaviourSignal) -> Measurement? {
        let answers = requests - errors
        return switch signal {
        case .rate: .count(Double(requests))
        case .customers: .count(customers.estimate)
        case .newCustomers: answers > 0 ? .share(newCustomers, of: answers) : nil
        case .errors: .share(errors, of: requests)
        case .threshold: answers > 0 ? .share(nearThreshold, of: answers) : nil
        case .similar: answers > 0 ? .share(similar, of: answers) : nil
        case .hours: nil
        }
    }
}

/// The latest records of a subject. A grid of records, such as one that maps a model, is made of
/// records that differ from an earlier one in one or two fields; customers differ in more.
struct RecentRecords: Sendable {
    private static let count = 16
    private static let differencesMax = 2

    private var sketches = InlineArray<16, RecordSketch>(repeating: RecordSketch())
    private var filled: UInt8 = 0
    private var next: UInt8 = 0

    /// Whether the record is nearly one of them, and not the same; it becomes one of them.
    mutating func insert(_ sketch: RecordSketch) -> Bool {
        var isSimilar = false
        for index in 0..<Int(filled) {
            let differences = sketch.differences(from: sketches[index])
            if differences == 0 { return false }
            if differences <= RecentRecords.differencesMax { isSimilar = true }
        }
        sketches[Int(next)] = sketch
        filled = max(filled, next + 1)
        next = (next + 1) % UInt8(RecentRecords.count)
        return isSimilar
    }
}

/// The customers that a subject has asked about in the last one to two months, as a filter of 4,096
/// bits for each (Bloom 1970). Most of a few hundred are distinguished; of many thousands all are
/// known, and none is new.
struct KnownCustomers: Sendable {
    private static let daysMax = 28

    private var current = InlineArray<64, UInt64>(repeating: 0)
    private var previous = InlineArray<64, UInt64>(repeating: 0)
    private var days: UInt8 = 0

    /// Whether the customer is new; from now on it is known.
    mutating func insert(_ hash: UInt64) -> Bool {
        var isKnown = true
        // Two places of 12 bits each.
        for shift: UInt64 in [20, 40] {
            let place = Int(hash >> shift & 4095)
            let bit: UInt64 = 1 << UInt64(place % 64)
            isKnown = isKnown && (current[place / 64] | previous[place / 64]) & bit != 0
            current[place / 64] |= bit
        }
        return !isKnown
    }

    /// Forgets, after so many days on which the subject was active, what is older than those.
    mutating func endDay() {
        days += 1
        guard days == KnownCustomers.daysMax else { return }
        days = 0
        previous = current
        current = InlineArray(repeating: 0)
    }
}
