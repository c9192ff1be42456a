internal import Behaviour
internal import Bytes
internal import POSIX

/// Runs the baselines that churnd has over simulated traffic: how often ordinary traffic is taken
/// for an attack, and how soon attacks are noticed.
struct BehaviourSimulation {
    struct Options {
        let rules: BehaviourRules
        /// Of each kind.
        let subjects: Int
        let days: Int
        let seed: UInt64
    }

    /// What came of the ordinary traffic of a kind.
    struct Ordinary {
        var requests = 0
        var alarms = 0
        /// Days of subjects after they were learned.
        var judgedDays = 0.0
        /// The alarms by their strongest signal.
        var strongest: [BehaviourSignal: Int] = [:]
    }

    /// What came of an attack on subjects of a kind.
    struct Attacked {
        var subjects = 0
        /// Hours from the attack's first request to the alarm, ascending.
        var hours: [Double] = []
    }

    private(set) var ordinary: [SimulatedKind: Ordinary] = [:]
    private(set) var attacked: [SimulatedAttack: [SimulatedKind: Attacked]] = [:]

    private let options: Options
    /// Attacks begin on a Monday after two thirds of the days.
    private let attackDay: Int

    init(_ options: Options) {
        self.options = options
        attackDay = options.days * 2 / 3 / 7 * 7
        for kind in SimulatedKind.allCases {
            for number in 0..<options.subjects { run(kind, number) }
        }
    }

    /// The ordinary days of one subject; from the day of the attacks on, each attack on a copy.
    private mutating func run(_ kind: SimulatedKind, _ number: Int) {
        var seeds = RandomSource(seed: options.seed)
        let place = SimulatedKind.allCases.firstIndex(of: kind) ?? 0
        for _ in 0..<(number * SimulatedKind.allCases.count + place) { _ = seeds.next() }
        var subject = Subject(
            traffic: SimulatedTraffic(kind, seed: seeds.next()),
            alarms: BehaviourAlarms(options.rules))
        var found = ordinary[kind] ?? Ordinary()
        let learned = Double(options.rules.learningMilliseconds) / 86_400_000
        found.judgedDays += max(Double(options.days) - learned, 0)
        let steps = SimulatedTraffic.stepsOfDay
        for step in 0..<options.days * steps {
            if step == attackDay * steps { attack(subject, kind) }
            let outcome = subject.run(step, nil)
            found.requests += outcome.requests
            for alarm in outcome.alarms {
                found.alarms += 1
                if let strongest = alarm.judgement.signals.first {
                    found.strongest[strongest, default: 0] += 1
                }
            }
        }
        ordinary[kind] = found
    }

    private mutating func attack(_ subject: Subject, _ kind: SimulatedKind) {
        for attack in SimulatedAttack.allCases {
            var copy = subject
            var found = attacked[attack]?[kind] ?? Attacked()
            found.subjects += 1
            var began: Int?
            let first = attackDay * SimulatedTraffic.stepsOfDay
            for step in first..<first + attack.days * SimulatedTraffic.stepsOfDay {
                let outcome = copy.run(step, attack)
                if began == nil, outcome.isAttacked { began = step }
                if let began, !outcome.alarms.isEmpty {
                    found.hours.append(Double(step + 1 - began) / 12)
                    break
                }
            }
            found.hours.sort()
            attacked[attack, default: [:]][kind] = found
        }
    }

    private struct Subject {
        var traffic: SimulatedTraffic
        var alarms: BehaviourAlarms

        mutating func run(
            _ step: Int, _ attack: SimulatedAttack?
        ) -> (requests: Int, isAttacked: Bool, alarms: [BehaviourAlarm]) {
            let step64 = Int64(step + 1)
            let (observations, isAttacked) = traffic.observations(step, with: attack)
            var begun = observations.compactMap { alarms.observe($0) }
            alarms.advance(to: step64 * SimulatedTraffic.stepMilliseconds) {
                begun.append($1)
            }
            return (observations.count, isAttacked, begun)
        }
    }
}

extension BehaviourSimulation {
    /// Two tables in plain text, and what a baseline takes.
    var lines: [String] {
        var lines = ["ordinary traffic     requests  subject-days  alarms  one in days  strongest"]
        for kind in SimulatedKind.allCases {
            guard let found = ordinary[kind] else { continue }
            let strongest = found.strongest.sorted {
                ($0.value, $1.key.rawValue) > ($1.value, $0.key.rawValue)
            }.prefix(2).map { "\($0.key.label) \($0.value)" }.joined(separator: ", ")
            let every =
                found.alarms == 0 ? "-" : "\(Int(found.judgedDays / Double(found.alarms)))"
            lines.append(
                kind.rawValue.padded(to: 17) + "\(found.requests)".aligned(to: 12)
                    + "\(Int(found.judgedDays))".aligned(to: 14)
                    + "\(found.alarms)".aligned(to: 8) + every.aligned(to: 13)
                    + (strongest.isEmpty ? "" : "  " + strongest))
        }
        lines.append("")
        lines.append(
            "noticed, in hours    "
                + SimulatedKind.allCases.map { $0.rawValue.aligned(to: 14) }.joined())
        for attack in SimulatedAttack.allCases {
            let cells = SimulatedKind.allCases.map { kind in
                cell(attacked[attack]?[kind] ?? Attacked()).aligned(to: 14)
            }
            lines.append(attack.rawValue.padded(to: 21) + cells.joined())
        }
        lines.append("")
        lines.append("bytes of a subject: \(BaselineTable.bytesOfSubject)")
        return lines
    }

    /// The share of subjects whose attack was noticed, and the median of the hours until then.
    private func cell(_ found: Attacked) -> String {
        let share = 100 * found.hours.count / max(found.subjects, 1)
        guard !found.hours.isEmpty else { return "\(share) %" }
        let tenths = Int((found.hours[found.hours.count / 2] * 10).rounded())
        return "\(share) % \(tenths / 10).\(tenths % 10)"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(width - count, 0))
    }

    fileprivate func aligned(to width: Int) -> String {
        String(repeating: " ", count: max(width - count, 0)) + self
    }
}
