package import HTTP
package import Telemetry

/// Gives each request of one worker its name and its place in a trace.
package final class CallNames {
    private var requestIDs: RequestIDSource
    /// Nil where traces are off.
    private var traces: TraceIDSource?

    package init(requestIDs: RequestIDSource, traces: TraceIDSource?) {
        self.requestIDs = requestIDs
        self.traces = traces
    }

    /// - Parameters:
    ///   - requestID: where in the head the caller's own name for the request is.
    ///   - traceParent: where the trace is that the request belongs to.
    func name(
        _ call: Call, requestID: Range<Int>?, traceParent: Range<Int>?, in headBytes: Span<UInt8>
    ) {
        call.requestID =
            requestID.flatMap { RequestID(headBytes.extracting($0)) } ?? requestIDs.next()
        guard traces != nil else { return }
        call.trace = traces?.context(
            continuing: traceParent.flatMap { TraceContext(parsing: headBytes.extracting($0)) })
    }
}

extension RequestHead {
    /// Of two fields neither is taken.
    var onlyRequestID: Range<Int>? { requestIDCount == 1 ? requestID : nil }

    /// W3C Trace Context §3.2: of two fields neither is taken.
    var onlyTraceParent: Range<Int>? { traceParentCount == 1 ? traceParent : nil }
}
