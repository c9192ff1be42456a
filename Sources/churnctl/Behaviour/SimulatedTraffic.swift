internal import Behaviour
internal import Bytes
internal import POSIX

/// Subjects of ordinary traffic.
enum SimulatedKind: String, CaseIterable {
    /// A person in office hours from Monday to Friday that asks about the same customers again,
    /// changes a field to see what would be, works late once in forty days and is away at times.
    case person
    /// A job at two in the morning, each customer once.
    case batch
    /// A service day and night, with bursts of up to an hour.
    case bursty
    /// A service by day, whose customers become 1.5 % more with each day.
    case growing

    /// Customers that a subject chooses from.
    fileprivate var customers: Int {
        switch self {
        case .person: 400
        case .batch: 100_000
        case .bursty: 5_000
        case .growing: 20_000
        }
    }
}

/// What another one does with a subject's token, beside the subject's own requests.
enum SimulatedAttack: String, CaseIterable {
    /// Two hours from any time of the day on, 20 requests in five minutes, of which 15 % fail.
    case stolen
    /// The customers one after the other, 120 an hour in office hours.
    case scraping
    /// 100 records an hour, day and night, each with one or two fields changed.
    case grid
    /// 40 invented records a day in office hours.
    case slow

    var days: Int {
        switch self {
        case .stolen: 1
        case .scraping, .grid: 2
        case .slow: 14
        }
    }
}

/// The requests of one subject, five minutes at a time.
struct SimulatedTraffic {
    static let stepMilliseconds: Int64 = 300_000
    static let stepsOfDay = 288

    private let kind: SimulatedKind
    private let name: [UInt8]
    private var random: RandomSource
    /// How many requests this one makes in comparison with others of its kind.
    private let size: Double
    private var burstEnds = 0
    private var burstSize = 1.0
    private var batchSize = 0
    private var isAway = false
    private var isLate = false
    private var attackCount = 0
    private var stolenFrom = 0

    init(_ kind: SimulatedKind, seed: UInt64) {
        self.kind = kind
        name = Array(kind.rawValue.utf8)
        random = RandomSource(seed: seed)
        size = random.spread(0.4)
    }

    /// The requests of a step, and whether some of them are the attack's.
    ///
    /// - Parameter step: counted from midnight of a Monday.
    mutating func observations(
        _ step: Int, with attack: SimulatedAttack?
    ) -> (all: [Observation], isAttacked: Bool) {
        let (day, time) = (step / SimulatedTraffic.stepsOfDay, step % SimulatedTraffic.stepsOfDay)
        if time == 0 { beginDay() }
        let count = ownCount(day: day, time: time)
        var records = (0..<count).map { _ in ownRecord() }
        if let attack { append(attack, time: time, to: &records) }
        let start = Int64(step) * SimulatedTraffic.stepMilliseconds
        let apart = SimulatedTraffic.stepMilliseconds / Int64(records.count + 1)
        let observations = records.enumerated().map { index, record in
            Observation(
                subject: name, unixMilliseconds: start + Int64(index) * apart, traits: record)
        }
        return (observations, records.count > count)
    }

    private mutating func beginDay() {
        isAway = random.happens(0.08)
        isLate = random.happens(0.025)
        batchSize = Int(600 * size * random.spread(0.15))
        stolenFrom = random.next(below: SimulatedTraffic.stepsOfDay - 24)
    }

    private mutating func ownCount(day: Int, time: Int) -> Int {
        let hour = Double(time) / 12
        switch kind {
        case .person:
            let isWorking = day % 7 < 5 && !isAway && (8..<17.5).contains(hour) && Int(hour) != 12
            let isAtNight = isLate && (20..<22.5).contains(hour)
            guard isWorking || isAtNight, random.happens(0.5) else { return 0 }
            return 1 + random.poisson(3 * size * random.spread(0.6))
        case .batch:
            guard hour >= 2, batchSize > 0 else { return 0 }
            let count = min(batchSize, random.poisson(150))
            batchSize -= count
            return count
        case .bursty:
            let step = day * SimulatedTraffic.stepsOfDay + time
            if step >= burstEnds {
                burstSize = 1
                if random.happens(0.02) {
                    burstEnds = step + 2 + random.next(below: 11)
                    burstSize = 2 + 2 * random.spread(0.7)
                }
            }
            return random.poisson(4 * size * burstSize)
        case .growing:
            guard (6..<22).contains(hour) else { return 0 }
            let growth = Transcendental.exponential(0.015 * Double(day))
            return random.poisson(6 * size * growth)
        }
    }

    /// Nil: the request was refused.
    private mutating func ownRecord() -> RecordTraits? {
        if random.happens(kind == .person ? 0.03 : 0.01) { return nil }
        let customer = random.next(below: kind.customers)
        let changes = kind == .person && random.happens(0.1) ? 1 : 0
        return record(customer, changed: changes)
    }

    private mutating func append(
        _ attack: SimulatedAttack, time: Int, to records: inout [RecordTraits?]
    ) {
        let isOffice = (96..<216).contains(time)
        let count: Int
        switch attack {
        case .stolen: count = (stolenFrom..<stolenFrom + 24).contains(time) ? 20 : 0
        case .scraping: count = isOffice ? 10 : 0
        case .grid: count = 8
        case .slow: count = isOffice ? random.poisson(40.0 / 120) : 0
        }
        for _ in 0..<count {
            attackCount += 1
            // Beyond the customers that the subject asks about.
            let next = kind.customers + attackCount
            switch attack {
            case .stolen:
                records.append(random.happens(0.15) ? nil : record(next, changed: 0))
            case .scraping, .slow: records.append(record(next, changed: 0))
            case .grid: records.append(record(kind.customers, changed: 1 + attackCount % 2))
            }
        }
        if count > 0 { random.shuffle(&records) }
    }

    /// A record of 16 categories and 3 numbers, as those of a telephone company.
    private mutating func record(_ customer: Int, changed: Int) -> RecordTraits {
        var values = [Double](repeating: 0, count: 19)
        var own = RandomSource(seed: UInt64(customer) &* 0x9E37_79B9_7F4A_7C15)
        for index in 0..<16 { values[index] = Double(own.next(below: 2 + index % 2)) }
        for index in 16..<19 { values[index] = own.nextFraction() }
        for _ in 0..<changed { values[random.next(below: 19)] = 2 + random.nextFraction() }
        let sketch = RecordSketch(of: values.span, fieldCount: 19, key: 1)
        let identifier = Array("\(customer)".utf8)
        return RecordTraits(
            identifier: identifier.span, sketch: sketch, isNearThreshold: random.happens(0.06),
            key: 1)
    }
}

extension RandomSource {
    fileprivate mutating func happens(_ probability: Double) -> Bool {
        nextFraction() < probability
    }

    /// A factor around 1, log-normal but for its far ends (a sum of twelve fractions).
    fileprivate mutating func spread(_ deviation: Double) -> Double {
        let sum = (0..<12).reduce(-6.0) { sum, _ in sum + nextFraction() }
        return Transcendental.exponential(deviation * sum)
    }

    /// A count with this mean (Knuth).
    fileprivate mutating func poisson(_ mean: Double) -> Int {
        var rest = mean
        var count = 0
        // In parts, since the exponential of a large mean is 0.
        while rest > 0 {
            let part = min(rest, 30)
            rest -= part
            let limit = Transcendental.exponential(-part)
            var product = nextFraction()
            while product > limit {
                count += 1
                product *= nextFraction()
            }
        }
        return count
    }
}
