internal import HTTP
internal import HTTPServer
internal import POSIX
internal import Telemetry

/// Gives each request of one reactor its name and its place in a trace, and counts it as begun.
final class RequestIntake {
    private var requestIDs: RequestIDSource
    /// Nil where traces are off.
    private var traces: TraceIDSource?
    private let metrics: ReactorMetrics

    init(requestIDs: RequestIDSource, traces: TraceIDSource?, metrics: ReactorMetrics) {
        self.requestIDs = requestIDs
        self.traces = traces
        self.metrics = metrics
    }

    func begin(
        _ request: borrowing Request, _ exchange: Exchange, _ route: Route?, on server: HTTPServer
    ) -> Reply {
        metrics.requestBegan()
        var stages = StageTimes(start: request.receivedAt)
        stages.end(.parse, at: request.parsedAt)
        return Reply(
            exchange: exchange, server: server,
            requestID: requestID(in: request.head, request.headBytes),
            method: request.head.method, route: route, peer: request.peer,
            receivedAt: request.receivedAt, trace: trace(of: request.head, request.headBytes),
            stages: stages)
    }

    /// For a request that never became complete. If its head did, its fields are kept.
    ///
    /// - Parameter route: of the head; nil without one.
    func begin(
        _ request: borrowing RejectedRequest, _ exchange: Exchange, _ route: Route?,
        on server: HTTPServer
    ) -> Reply {
        metrics.requestBegan()
        let now = Clock.monotonicNanoseconds()
        return Reply(
            exchange: exchange, server: server,
            requestID: requestID(in: request.head, request.headBytes),
            method: request.head?.method, route: route, peer: request.peer, receivedAt: now,
            trace: trace(of: request.head, request.headBytes), stages: StageTimes(start: now))
    }

    private func requestID(in head: RequestHead?, _ headBytes: Span<UInt8>) -> RequestID {
        if let head, let range = head.requestID, head.requestIDCount == 1,
            let id = RequestID(headBytes.extracting(range))
        {
            return id
        }
        return requestIDs.next()
    }

    /// W3C Trace Context §3.2: of two fields neither is taken.
    private func trace(of head: RequestHead?, _ headBytes: Span<UInt8>) -> TraceContext? {
        guard traces != nil else { return nil }
        var caller: TraceContext?
        if let head, let range = head.traceParent, head.traceParentCount == 1 {
            caller = TraceContext(parsing: headBytes.extracting(range))
        }
        return traces?.context(continuing: caller)
    }
}
