package import Behaviour
package import Configuration
internal import Deployment
internal import Dispatch
internal import OpenSSL
internal import POSIX
internal import Synchronization
package import Telemetry

/// The baselines of all subjects. Workers hand over what their requests show; one queue compares it
/// with the baselines, so that no request waits for that.
package final class BehaviourMonitor: Sendable {
    private struct Waiting {
        var observations: [Observation] = []
        var isScheduled = false
        var dropped: UInt64 = 0
    }

    private struct State {
        var alarms: BehaviourAlarms
        var counts = ClosedCounter<BehaviourSignal>()
    }

    /// Requests that wait to be compared, about 5 MB; more are dropped and counted.
    package static let waitingMax = 65_536
    /// How long they are gathered.
    private static let delay = DispatchTimeInterval.milliseconds(50)
    /// Windows and alarms that are over are ended at least so often.
    private static let millisecondsMax: Int64 = 10_000

    package let measure: BehaviourMeasure
    let alarmed = Published(AlarmedSubjects())
    /// For hashes of customers and records; new at every start.
    package let traitsKey: UInt64

    private let rules: BehaviourRules
    private let report: @Sendable (_ subject: [UInt8], BehaviourAlarm) -> Void
    private let queue = DispatchQueue(label: "churnd.behaviour")
    private let waiting = Mutex(Waiting())
    private let state: Mutex<State>

    /// - Parameter report: called on a separate queue with each alarm that begins.
    package init(
        _ configuration: ServiceConfiguration.Behaviour,
        report: @escaping @Sendable (_ subject: [UInt8], BehaviourAlarm) -> Void
    ) {
        rules = configuration.rules
        measure = configuration.measure
        self.report = report
        traitsKey = RandomBytes.make(8).reduce(0) { $0 << 8 | UInt64($1) }
        state = Mutex(State(alarms: BehaviourAlarms(configuration.rules)))
        advanceLater()
    }

    /// Takes a turn's requests. Never waits for the baselines.
    package func append(_ observations: [Observation]) {
        let mustSchedule = waiting.withLock { waiting in
            let room = BehaviourMonitor.waitingMax - waiting.observations.count
            waiting.observations.append(contentsOf: observations.prefix(room))
            waiting.dropped += UInt64(max(observations.count - room, 0))
            defer { waiting.isScheduled = true }
            return !waiting.isScheduled
        }
        guard mustSchedule else { return }
        queue.asyncAfter(deadline: .now() + BehaviourMonitor.delay) { [weak self] in
            self?.compareWaiting()
        }
    }

    private func compareWaiting() {
        let observations = waiting.withLock { waiting in
            waiting.isScheduled = false
            return exchange(&waiting.observations, with: [])
        }
        change { state, begun in
            for observation in observations {
                if let alarm = state.alarms.observe(observation) {
                    begun.append((observation.subject, alarm))
                }
            }
        }
    }

    private func advanceLater() {
        let interval = min(rules.windowMilliseconds, BehaviourMonitor.millisecondsMax)
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(interval))) { [weak self] in
            guard let self else { return }
            self.change { state, begun in
                state.alarms.advance(to: Clock.unixMilliseconds()) { begun.append(($0, $1)) }
            }
            self.advanceLater()
        }
    }

    /// Changes the baselines, and reports and publishes the alarms that come of it.
    private func change(_ change: (inout State, inout [([UInt8], BehaviourAlarm)]) -> Void) {
        var begun: [([UInt8], BehaviourAlarm)] = []
        let isChanged = state.withLock { state in
            let revision = state.alarms.revision
            change(&state, &begun)
            for (_, alarm) in begun {
                if let strongest = alarm.judgement.signals.first { state.counts.count(strongest) }
            }
            return state.alarms.revision != revision
        }
        if isChanged { publish() }
        for (subject, alarm) in begun { report(subject, alarm) }
    }

    private func publish() {
        guard measure != .watch else { return }
        state.withLock { state in
            let times = state.alarms.current.mapValues {
                AlarmedSubjects.Times(since: $0.since, until: $0.until)
            }
            alarmed.publish(AlarmedSubjects(times: times)) {}
        }
    }
}

// For operators.
extension BehaviourMonitor {
    package var figures: BehaviourFigures {
        var figures = state.withLock { state in
            var figures = BehaviourFigures()
            figures.alarms = state.counts
            figures.current = state.alarms.current.count
            figures.subjects = state.alarms.subjectCount
            return figures
        }
        figures.dropped = waiting.withLock { $0.dropped }
        return figures
    }

    func listing(_ countMax: Int) -> BehaviourListing {
        state.withLock { state in
            BehaviourListing(
                rules: rules, measure: measure, total: state.alarms.subjectCount,
                subjects: state.alarms.listing(countMax))
        }
    }

    func isKnown(_ subject: [UInt8]) -> Bool { state.withLock { $0.alarms.isKnown(subject) } }

    /// Ends the subject's alarm and forgets its baseline. False if neither is there.
    func clear(_ subject: [UInt8]) -> Bool {
        let isChanged = state.withLock {
            $0.alarms.clear(subject, unixMilliseconds: Clock.unixMilliseconds())
        }
        if isChanged { publish() }
        return isChanged
    }
}
