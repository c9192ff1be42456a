package import HTTP

/// The bounds of one server; times in nanoseconds.
package struct ServerLimits: Sendable {
    package var http: HTTPLimits
    /// Connections open concurrently over all reactors that share the `ConnectionCounter`. Beyond
    /// them the one that has idled longest makes room for another; where none idles accepting
    /// pauses, and the kernel's backlog holds new clients.
    package var connectionsMax: Int
    /// From a request's first byte to the end of its head, absolute.
    package var headTimeout: Int64
    /// From the end of the head to the end of the body, absolute.
    package var bodyTimeout: Int64
    /// From an answer to the first byte of the next request.
    package var idleTimeout: Int64
    /// How long bytes of an answer may wait for a client that does not read.
    package var writeTimeout: Int64
    /// From the accept to the end of the TLS handshake, absolute.
    package var handshakeTimeout: Int64
    /// TLS handshakes under way in one server. Beyond them the one that has been waited for longest
    /// makes room for another; where none has waited for `handshakeMin` accepting pauses.
    package var handshakesMax: Int

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
    /// How long a connection idles at least before it makes room for another: the request of one
    /// that was accepted or answered a moment ago is probably on its way.
    package static let idleMin: Int64 = 100_000_000
    /// How long a client has for its handshake at least, before it makes room for another.
    package static let handshakeMin: Int64 = 1_000_000_000
    /// How many idle connections are looked at for one that can be closed to make room.
    package static let displacementTriesMax = 16
    /// Requests of one connection that are handled in one turn, and for how long; what is left of
    /// a pipeline is taken up in later turns, after the requests of others.
    package static let requestsPerTurnMax = 16
    package static let connectionTurnNanosecondsMax: Int64 = 500_000
    /// How long a turn may have taken before a connection gets one request in it and no more, and
    /// before what is left of pipelines waits for the next turn.
    package static let turnNanosecondsMax: Int64 = 1_000_000
    /// The least time that a client may acknowledge nothing, whatever `writeTimeout` is: the kernel
    /// sends a lost packet again after 0.2, 0.6, 1.4 and 3 seconds.
    package static let userTimeoutMin: Int64 = 5_000_000_000
    /// What one read takes, and so how many bytes of pipelined requests a connection holds.
    package static let readBytes = 1 << 16
    /// Answers that wait for the end of the turn; beyond them they are sent immediately.
    package static let answerBytesMax = 1 << 18

    /// Contents beyond `HTTPLimits.bodyBytesMax` that are held together, from the head to the last
    /// byte of the answer that the kernel took.
    package static let largeContentsMax = 32
    /// What is made of content that a client takes slowly, at least, before it is sent.
    package static let partBytes = 1 << 15

    /// From the accept to the first byte: nothing is lost with a client that sends nothing.
    var firstByteTimeout: Int64 { min(headTimeout, idleTimeout) }

    /// For the kernel, which knows of what is sent and not acknowledged.
    var userTimeoutMilliseconds: Int32 {
        Int32(clamping: max(writeTimeout, ServerLimits.userTimeoutMin) / 1_000_000)
    }

    package init(
        http: HTTPLimits, connectionsMax: Int, headTimeout: Int64, bodyTimeout: Int64,
        idleTimeout: Int64, writeTimeout: Int64, handshakeTimeout: Int64? = nil,
        handshakesMax: Int? = nil
    ) {
        self.http = http
        self.connectionsMax = connectionsMax
        self.headTimeout = headTimeout
        self.bodyTimeout = bodyTimeout
        self.idleTimeout = idleTimeout
        self.writeTimeout = writeTimeout
        self.handshakeTimeout = handshakeTimeout ?? headTimeout
        self.handshakesMax = handshakesMax ?? connectionsMax
    }
}

/// The connections of one server, or of several.
package struct ConnectionFigures: Equatable, Sendable {
    /// Open now.
    package var open = 0
    /// Closed while they idled, to make room for others.
    package var displaced = 0
    /// Closed when they were accepted, because their address had its share.
    package var overShare = 0
    /// TLS handshakes by `HandshakeResult.rawValue`; empty without TLS.
    package private(set) var handshakes: [UInt64] = []

    package init() {}

    /// Counts a handshake that is over.
    package mutating func count(_ result: HandshakeResult) {
        if handshakes.isEmpty {
            handshakes = [UInt64](repeating: 0, count: HandshakeResult.allCases.count)
        }
        handshakes[result.rawValue] += 1
    }

    package mutating func add(_ other: ConnectionFigures) {
        open += other.open
        displaced += other.displaced
        overShare += other.overShare
        if handshakes.isEmpty {
            handshakes = other.handshakes
        } else if !other.handshakes.isEmpty {
            for index in handshakes.indices { handshakes[index] += other.handshakes[index] }
        }
    }
}
