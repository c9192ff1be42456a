internal import HTTP
internal import HTTPServer
internal import POSIX
internal import Telemetry

/// Where and how a request is answered, and what is known of it by then.
struct Reply {
    let exchange: Exchange
    /// Where the request came from and its answer is sent.
    unowned let server: HTTPServer
    let requestID: RequestID
    /// Nil when the head could not be read.
    let method: HTTPMethod?
    let route: Route?
    /// Where it comes from.
    let peer: PeerAddress
    /// Of the monotonic clock, in nanoseconds.
    let receivedAt: Int64
    /// Nil where traces are off.
    let trace: TraceContext?
    var stages: StageTimes
    /// The `sub` of the request's token, once that is known to be good.
    var subject: [UInt8]?
}
