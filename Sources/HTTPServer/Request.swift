package import HTTP
package import OpenSSL
package import POSIX

/// Names one request until it is answered; never reused while an answer could still come.
package struct Exchange: Hashable, Sendable {
    let slot: UInt32
    let number: UInt32

    init(slot: UInt32, number: UInt32) {
        self.slot = slot
        self.number = number
    }

    /// The same as one number, for stores that know nothing of HTTP.
    package var rawValue: UInt64 { UInt64(number) << 32 | UInt64(slot) }

    package init(rawValue: UInt64) {
        slot = UInt32(truncatingIfNeeded: rawValue)
        number = UInt32(truncatingIfNeeded: rawValue >> 32)
    }
}

/// One whole request. The spans end with the call that they are given to.
package struct Request: ~Escapable {
    package let head: RequestHead
    /// The bytes that the head's ranges refer to.
    package let headBytes: Span<UInt8>
    /// The content without its framing; empty when it is too large.
    package let body: Span<UInt8>
    /// The content is, or says it is, over the limit. Whatever is answered, the connection closes.
    package let isBodyTooLarge: Bool
    /// As many large contents as there may be are held already. It is treated as too large.
    package let hasNoRoom: Bool
    /// The other end of the connection.
    package let peer: PeerAddress
    /// Nil where that is no trusted proxy.
    package let origin: ForwardedOrigin?
    /// In the client's certificate, where one was asked for and shown.
    package let clientName: TLSPeerName?
    /// When the last byte came, in nanoseconds of the monotonic clock.
    package let receivedAt: Int64
    /// When it had been parsed.
    package let parsedAt: Int64

    @_lifetime(copy headBytes, copy body)
    init(
        head: RequestHead, headBytes: Span<UInt8>, body: Span<UInt8>, isBodyTooLarge: Bool,
        hasNoRoom: Bool, peer: PeerAddress, origin: ForwardedOrigin?, clientName: TLSPeerName?,
        receivedAt: Int64, parsedAt: Int64
    ) {
        self.head = head
        self.headBytes = headBytes
        self.body = body
        self.isBodyTooLarge = isBodyTooLarge
        self.hasNoRoom = hasNoRoom
        self.peer = peer
        self.origin = origin
        self.clientName = clientName
        self.receivedAt = receivedAt
        self.parsedAt = parsedAt
    }
}

/// Why the server gave up on a request before it was whole. The connection closes after the answer.
package enum Rejection: Error, Equatable, Sendable {
    case malformed(HTTPError)
    /// The head did not end within its time.
    case headTimeout
    /// The body did not end within its time.
    case bodyTimeout
    /// The client speaks HTTP where TLS is spoken.
    case plainHTTP
}

/// What is known of a request that the server gave up on. The span ends with the call that it is
/// given to.
package struct RejectedRequest: ~Escapable {
    package let rejection: Rejection
    /// Nil when the head never became whole.
    package let head: RequestHead?
    /// The bytes that the head's ranges refer to; empty without one.
    package let headBytes: Span<UInt8>
    /// The other end of the connection.
    package let peer: PeerAddress
    /// Nil where that is no trusted proxy, or the head never became whole.
    package let origin: ForwardedOrigin?
    /// In the client's certificate, where one was asked for and shown.
    package let clientName: TLSPeerName?

    @_lifetime(copy headBytes)
    init(
        rejection: Rejection, head: RequestHead?, headBytes: Span<UInt8>, peer: PeerAddress,
        origin: ForwardedOrigin?, clientName: TLSPeerName?
    ) {
        self.rejection = rejection
        self.head = head
        self.headBytes = headBytes
        self.peer = peer
        self.origin = origin
        self.clientName = clientName
    }
}

/// What an answer depends on beside its content.
package struct AnswerContext: Sendable {
    package let connection: ConnectionOption
    /// The request was a HEAD: the head says what a GET's would, and no content follows.
    package let answersHEAD: Bool
    /// Of content that is made part by part.
    package let isChunked: Bool
    /// When the answer is made, since 1970.
    package let unixMilliseconds: Int64
}

/// What a service does with the requests of a server. `handle` and `reject` lead to exactly one
/// `HTTPServer.answer`, now or later on the same loop.
package struct RequestHandlers {
    package typealias Handle = (borrowing Request, Exchange, HTTPServer) -> Void
    package typealias Reject = (borrowing RejectedRequest, Exchange, HTTPServer) -> Void
    package typealias LargeContent = (RequestHead, Span<UInt8>, TLSPeerName?) -> Int?

    package let handle: Handle
    package let reject: Reject
    /// Called for each handshake that failed, unless the client left, or spoke plain HTTP and gets
    /// an answer.
    package let handshakeFailed: (PeerAddress, HandshakeResult) -> Void
    /// How many bytes of content are taken for a head, where that is more than the limits allow all
    /// requests. Asked where the content may be larger than they allow.
    package let largeContentMax: LargeContent

    package init(
        handle: @escaping Handle, reject: @escaping Reject,
        handshakeFailed: @escaping (PeerAddress, HandshakeResult) -> Void = { _, _ in },
        largeContentMax: @escaping LargeContent = { _, _, _ in nil }
    ) {
        self.handle = handle
        self.reject = reject
        self.handshakeFailed = handshakeFailed
        self.largeContentMax = largeContentMax
    }
}
