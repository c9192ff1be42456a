package import HTTP

/// The bounds of one server; times in nanoseconds.
package struct ServerLimits: Sendable {
    package var http: HTTPLimits
    /// Connections open at once over all reactors that share the `ConnectionCounter`; beyond them
    /// accepting pauses, and the kernel's backlog holds who comes.
    package var connectionsMax: Int
    /// From a request's first byte to the end of its head, absolute.
    package var headTimeout: Int64
    /// From the end of the head to the end of the body, absolute.
    package var bodyTimeout: Int64
    /// From an answer, or from the accept, to the first byte of a request.
    package var idleTimeout: Int64
    /// How long bytes of an answer may wait for a client that does not read.
    package var writeTimeout: Int64

    /// How long, and for how many bytes, input is read and dropped after an answer that closes, so
    /// that the answer is not lost to a reset (RFC 9112 §9.6).
    package static let lingerTimeout: Int64 = 2_000_000_000
    package static let lingerBytesMax = 1 << 23
    /// How long a connection that idles when draining begins is kept for a request that is already
    /// on its way.
    package static let drainGrace: Int64 = 500_000_000
    /// How long accepting pauses when the process is out of connections or descriptors and none of
    /// this reactor's own ends.
    package static let acceptPause: Int64 = 50_000_000
    /// What one read takes, and so how many bytes of pipelined requests a connection holds.
    package static let readBytes = 1 << 16
    /// Answers that wait for the end of the turn; beyond them they leave at once.
    package static let answerBytesMax = 1 << 18

    package init(
        http: HTTPLimits, connectionsMax: Int, headTimeout: Int64, bodyTimeout: Int64,
        idleTimeout: Int64, writeTimeout: Int64
    ) {
        self.http = http
        self.connectionsMax = connectionsMax
        self.headTimeout = headTimeout
        self.bodyTimeout = bodyTimeout
        self.idleTimeout = idleTimeout
        self.writeTimeout = writeTimeout
    }
}
