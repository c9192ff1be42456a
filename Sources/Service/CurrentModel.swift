internal import Bundle
internal import Models
internal import Reactor
internal import Serving
internal import Synchronization
internal import Telemetry

/// The model that the process serves, and the reactors that have to hear of another one.
final class CurrentModel: Sendable {
    private struct State {
        var bundle: ModelBundle
        var groups: [WorkerGroup] = []
    }

    private let state: Mutex<State>

    init(_ bundle: ModelBundle) { state = Mutex(State(bundle: bundle)) }

    var bundle: ModelBundle { state.withLock { $0.bundle } }

    /// Adds reactors that serve it, once they run.
    func serve(on group: WorkerGroup) { state.withLock { $0.groups.append(group) } }

    /// Puts another model in its place on every reactor, each at the end of a turn, and calls
    /// `installed` when the last of them has it.
    func replace(
        by bundle: ModelBundle, with parts: CommonParts,
        _ installed: @escaping @Sendable () -> Void
    ) {
        let groups = state.withLock { state in
            state.bundle = bundle
            return state.groups
        }
        let missing = Countdown(groups.reduce(0) { $0 + $1.count }, installed)
        for group in groups {
            group.post { worker in
                let scorer = parts.makeScorer(of: bundle, countedBy: worker.metrics)
                worker.model.replace(by: scorer) { missing.countDown() }
            }
        }
    }
}

/// Calls what waits for several others when the last of them is done.
final class Countdown: Sendable {
    private let left: Mutex<Int>
    private let finished: @Sendable () -> Void

    /// With a count of 0 it is called immediately.
    init(_ count: Int, _ finished: @escaping @Sendable () -> Void) {
        left = Mutex(count)
        self.finished = finished
        if count == 0 { finished() }
    }

    func countDown() {
        let isLast = left.withLock { left in
            left -= 1
            return left == 0
        }
        if isLast { finished() }
    }
}
