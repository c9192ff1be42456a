internal import AuditLog
internal import Bytes
internal import HTTPServer
internal import JSON
internal import JWT
internal import Metrics
package import ModelRegistry
internal import POSIX
package import Reactor
internal import Telemetry

/// What the operations listener's worker has beside what every worker has: what it reports, and
/// what administrators change.
package final class Administration {
    package struct Subjects: Sendable {
        let figures: ServiceFigures
        let models: ModelRegistry
        let revocations: TokenRevocations
        /// Nil where they are read at the start alone.
        let keys: KeyReloading?
        /// Nil without an audit log.
        let records: AdministrationRecords?
        /// Nil where subjects have no baselines.
        let behaviour: BehaviourMonitor?
        /// The workers that serve predictions.
        package let workers: WorkerGroup

        package init(
            figures: ServiceFigures, models: ModelRegistry, revocations: TokenRevocations,
            keys: KeyReloading?, records: AdministrationRecords?, behaviour: BehaviourMonitor?,
            workers: WorkerGroup
        ) {
            self.behaviour = behaviour
            self.figures = figures
            self.models = models
            self.revocations = revocations
            self.keys = keys
            self.records = records
            self.workers = workers
        }
    }

    let subjects: Subjects
    /// The way to the worker's calls from other threads.
    let door: Door<Calls>
    private let loop: Loop
    private let scrapes: MetricsCollection

    package init(loop: Loop, door: Door<Calls>, subjects: Subjects) {
        self.loop = loop
        self.door = door
        self.subjects = subjects
        scrapes = MetricsCollection(workerCount: subjects.workers.count)
    }

    var deadline: Int64? { scrapes.deadline }
}

// Metrics.
extension Administration {
    func scrape(_ call: Call) {
        guard scrapes.begin(call, now: loop.now) else { return }
        let round = scrapes.currentRound
        subjects.workers.postEach { [door] index, worker in
            let snapshot = worker.snapshot
            door.post { calls in calls.administration.take(snapshot, of: index, in: round, calls) }
        }
    }

    private func take(
        _ snapshot: WorkerCounts.Snapshot, of index: Int, in round: UInt64, _ calls: Calls
    ) {
        scrapes.take(snapshot, of: index, in: round)
        finishScrapes(calls)
    }

    func finishScrapes(_ calls: Calls) {
        guard scrapes.isComplete(now: loop.now) else { return }
        scrapes.finish { call, sum in
            let own = calls.counts.snapshot(call.server.figures)
            var counts = sum.counts
            counts.merge(own.counts)
            let facts = subjects.figures.facts(
                publicConnections: sum.connections, operationsConnections: own.connections,
                now: loop.now)
            calls.answer(call) {
                $0.answer(
                    call, status: 200, contentType: call.format.contentType,
                    content: MetricsReport.render(counts, facts, format: call.format))
            }
        }
    }
}

// Administration.
extension Administration {
    func witness(of call: Call) -> ModelWitness? {
        guard let records = subjects.records else { return nil }
        let actor = AuditedOperator(of: call)
        return ModelWitness(
            record: { change in records.recordAndWait(change.note(by: actor)) },
            takeBack: { change in records.takeBack(change.note(by: actor)) })
    }

    func completion(of call: Call) -> ModelRegistry.ChangeCompletion {
        let ticket = call.ticket
        return { [door] outcome in
            door.post { $0.answer(ticket, outcome) { change, json in change.append(to: &json) } }
        }
    }

    /// Has a change of revocations recorded, and then carries it out.
    func change(
        _ change: TokenRevocations.Change, for call: Call, _ calls: Calls
    ) throws(ServiceFailure) {
        guard try subjects.revocations.isNeeded(change, now: loop.now) else {
            return answer(call, isChanged: false, calls)
        }
        let note = change.note(by: AuditedOperator(of: call))
        guard let records = subjects.records else {
            return try carryOut(change, note, call, calls)
        }
        let ticket = call.ticket
        records.record(note) { [door] isRecorded in
            door.post { calls in
                calls.resume(ticket) { call throws(ServiceFailure) in
                    guard isRecorded else { throw .commandUnrecorded }
                    try calls.administration.carryOut(change, note, call, calls)
                }
            }
        }
    }

    private func carryOut(
        _ change: TokenRevocations.Change, _ note: AuditNote, _ call: Call, _ calls: Calls
    ) throws(ServiceFailure) {
        var isChanged = false
        defer { if !isChanged { subjects.records?.takeBack(note) } }
        isChanged = try subjects.revocations.carryOut(
            change, now: loop.now, unixMilliseconds: loop.unixMilliseconds)
        answer(call, isChanged: isChanged, calls)
    }

    /// Has a command recorded, and then carries it out.
    func recorded(
        _ note: AuditNote, for call: Call, _ calls: Calls,
        then carryOut: @escaping @Sendable (Call, Calls) -> Void
    ) {
        guard let records = subjects.records else { return carryOut(call, calls) }
        let ticket = call.ticket
        records.record(note) { [door] isRecorded in
            door.post { calls in
                calls.resume(ticket) { call throws(ServiceFailure) in
                    guard isRecorded else { throw .commandUnrecorded }
                    carryOut(call, calls)
                }
            }
        }
    }

    func answer(_ call: Call, isChanged: Bool, _ calls: Calls) {
        calls.answer(call) {
            $0.answer(call) { json in
                json.beginObject()
                json.name("changed")
                json.bool(isChanged)
                json.endObject()
            }
        }
    }
}
