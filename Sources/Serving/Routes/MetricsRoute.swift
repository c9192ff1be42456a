internal import HTTP
internal import HTTPServer
internal import Metrics
internal import Telemetry

/// `GET /metrics`: what all workers have counted.
enum MetricsRoute: RouteHandler {
    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure) {
        call.format = ExpositionFormat(accept: request.head.accept, in: request.headBytes)
    }

    static func answer(_ call: Call, _ calls: Calls) { calls.administration.scrape(call) }
}

/// Gathers what the workers have counted, for as many scrapes as wait. Each worker is asked by a
/// message and answers with a copy of its counts, between two of its turns.
final class MetricsCollection {
    /// A worker that does not answer for so long is counted with what it said before.
    static let patienceNanoseconds: Int64 = 1_000_000_000

    /// The latest of each worker; nil before its first.
    private var snapshots: [WorkerCounts.Snapshot?]
    private var missing: Set<Int> = []
    private var waiting: [Call] = []
    /// Names the round, so that what comes too late for one is not taken for the next.
    private var round: UInt64 = 0
    private(set) var deadline: Int64?

    init(workerCount: Int) {
        snapshots = Array(repeating: nil, count: workerCount)
    }

    /// Adds a scrape. True when a round begins with it, whose number is `currentRound`, and every
    /// worker has to be asked.
    func begin(_ call: Call, now: Int64) -> Bool {
        waiting.append(call)
        guard missing.isEmpty else { return false }
        missing = Set(snapshots.indices)
        round += 1
        deadline = now + MetricsCollection.patienceNanoseconds
        return true
    }

    var currentRound: UInt64 { round }

    /// Takes what a worker has answered.
    func take(_ snapshot: WorkerCounts.Snapshot, of index: Int, in round: UInt64) {
        guard round == self.round else { return }
        snapshots[index] = snapshot
        missing.remove(index)
    }

    /// Whether the scrapes that wait can be answered.
    func isComplete(now: Int64) -> Bool {
        guard !waiting.isEmpty else { return false }
        return missing.isEmpty || (deadline.map { $0 <= now } ?? false)
    }

    /// Ends the round: calls `answer` for each scrape with the sum over all workers.
    func finish(_ answer: (Call, WorkerCounts.Snapshot) -> Void) {
        var sum = ServiceMetrics(labels: .service)
        var connections = ConnectionFigures()
        for case let snapshot? in snapshots {
            sum.merge(snapshot.counts)
            connections.add(snapshot.connections)
        }
        let answered = waiting
        waiting = []
        missing = []
        deadline = nil
        let total = WorkerCounts.Snapshot(counts: sum, connections: connections)
        for call in answered { answer(call, total) }
    }
}
