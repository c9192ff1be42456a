internal import Bytes
package import HTTP
package import OpenSSL
package import POSIX

/// What the log and the metrics hold of an answered request.
package struct RequestOutcome {
    /// Why there was no 200.
    package struct LoggedProblem {
        /// As the `type` of the answer ends.
        let type: String
        let reason: String

        package init(type: String, reason: String) {
            self.type = type
            self.reason = reason
        }
    }

    /// Nil when the head could not be read.
    let method: HTTPMethod?
    /// Nil when the request had none.
    let route: RouteLabel?
    let status: UInt16
    /// From the request's last byte to its answer.
    let nanoseconds: Int64
    /// Nil where traces are off.
    let trace: TraceContext?
    /// Where the request came from.
    let peer: PeerAddress
    /// The trusted proxy that it came through last.
    let proxy: PeerAddress?
    /// In the client's certificate, where one was asked for and shown.
    let clientName: TLSPeerName?
    let problem: LoggedProblem?

    package init(
        method: HTTPMethod?, route: RouteLabel?, status: UInt16, nanoseconds: Int64,
        trace: TraceContext? = nil, peer: PeerAddress = PeerAddress(), proxy: PeerAddress? = nil,
        clientName: TLSPeerName? = nil, problem: LoggedProblem? = nil
    ) {
        self.method = method
        self.route = route
        self.status = status
        self.nanoseconds = nanoseconds
        self.trace = trace
        self.peer = peer
        self.proxy = proxy
        self.clientName = clientName
        self.problem = problem
    }

    /// Appends the members that all lines of a request have: route, status and duration.
    func appendAnswer(to lines: inout [UInt8]) {
        lines.appendLiteral(",\"route\":\"")
        lines.appendLiteral(route?.path ?? "none")
        lines.appendLiteral("\",\"status\":")
        lines.appendDecimal(Int(status))
        lines.appendLiteral(",\"duration_us\":")
        lines.appendDecimal(Int(nanoseconds / 1000))
    }
}
