internal import Access
internal import Behaviour
internal import Configuration
internal import Deployment
internal import HTTPServer
internal import Identity
internal import JWT
package import Reactor
internal import Telemetry

/// The subjects with an alarm, as every worker has them.
package struct AlarmedSubjects: Sendable {
    /// When an alarm begins and ends, in milliseconds since 1970.
    struct Times: Sendable {
        let since: Int64
        let until: Int64
    }

    var times: [[UInt8]: Times] = [:]
}

/// One worker's side of the baselines: what its requests show is gathered for a turn and handed
/// over, and the alarms that came of it are taken at the end of a turn.
package final class LocalBehaviour {
    private let monitor: BehaviourMonitor
    private var observations: [Observation] = []
    private var alarmed: PublishedReader<AlarmedSubjects>
    private unowned let loop: Loop

    package init(_ monitor: BehaviourMonitor, loop: Loop, mailbox: Mailbox<Worker>) {
        self.monitor = monitor
        self.loop = loop
        alarmed = monitor.alarmed.subscribe { mailbox.post { _ in } }
    }

    /// Notes an answered record.
    func note(_ call: Call, _ traits: RecordTraits?) {
        observations.append(
            Observation(
                subject: call.subject, unixMilliseconds: loop.unixMilliseconds, traits: traits))
    }

    /// Notes a refusal of a caller who is known, unless it is churnd's own fault or comes of an
    /// alarm, which would keep itself alive.
    func note(_ call: Call, _ failure: ServiceFailure, _ row: FailureRow) {
        guard call.route?.access == .quota, call.token != nil, row.problem.status < 500 else {
            return
        }
        if case .insufficientLogin = failure { return }
        note(call, nil)
    }

    func handOver() {
        guard !observations.isEmpty else { return }
        monitor.append(observations)
        observations.removeAll(keepingCapacity: true)
    }

    func takePublished() { alarmed.take { _ in } }

    /// Limits a call of a subject with an alarm.
    func limit(_ call: Call, unixMilliseconds: Int64) throws(ServiceFailure) {
        // Almost always no alarm lasts, and then a subject need not be hashed.
        guard !alarmed.value.times.isEmpty, call.route?.access == .quota,
            let times = alarmed.value.times[call.subject], unixMilliseconds < times.until
        else { return }
        switch monitor.measure {
        case .watch: break
        case .band: call.showsProbability = false
        case .stepUp:
            // Without a time it was before the alarm.
            if let time = call.token?.rights?.login.time, time * 1000 > Double(times.since) {
                return
            }
            let age = max(unixMilliseconds - times.since, 0) / 1000
            throw .insufficientLogin(needed: StepUp(ageSecondsMax: Int(age)))
        }
    }
}
