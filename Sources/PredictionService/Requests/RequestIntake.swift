internal import HTTP
internal import HTTPServer
internal import POSIX

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

    func reply(to request: borrowing Request, _ exchange: Exchange, _ route: Route?) -> Reply {
        metrics.requestBegan()
        var stages = StageTimes(start: request.receivedAt)
        stages.end(.parse, at: request.parsedAt)
        return Reply(
            exchange: exchange, requestID: requestID(of: request), method: request.head.method,
            route: route, receivedAt: request.receivedAt, trace: trace(of: request),
            stages: stages)
    }

    /// For a request that never became whole; `requestID` is its own name for itself, or empty.
    func reply(toRejected exchange: Exchange, _ requestID: Span<UInt8>) -> Reply {
        metrics.requestBegan()
        let now = Clock.monotonicNanoseconds()
        return Reply(
            exchange: exchange, requestID: RequestID(requestID) ?? requestIDs.next(),
            method: nil, route: nil, receivedAt: now, trace: traces?.context(continuing: nil),
            stages: StageTimes(start: now))
    }

    private func requestID(of request: borrowing Request) -> RequestID {
        if let range = request.head.requestID, request.head.requestIDCount == 1,
            let id = RequestID(request.headBytes.extracting(range))
        {
            return id
        }
        return requestIDs.next()
    }

    /// W3C Trace Context §3.2: of two fields neither is taken.
    private func trace(of request: borrowing Request) -> TraceContext? {
        guard traces != nil else { return nil }
        var caller: TraceContext?
        if let range = request.head.traceParent, request.head.traceParentCount == 1 {
            caller = TraceContext(parsing: request.headBytes.extracting(range))
        }
        return traces?.context(continuing: caller)
    }
}
