internal import HTTP
internal import OpenSSL
internal import POSIX
internal import Reactor

/// One client's connection: reads requests one after the other, hands each to the service, and
/// sends the answers in order. A request is read only when the one before it has been answered.
final class Connection: Channel {
    enum State {
        /// TLS is being agreed on; there is no request yet.
        case handshaking
        /// Between requests, or inside one that is not whole yet.
        case reading
        /// The service has a request and has not answered it. Answers to the ones before may still
        /// wait for the client to read.
        case awaiting
        /// Answers wait for the client to read, and nothing else is done meanwhile.
        case writing
        /// The last answer has been made and is about to be sent.
        case closing
        /// The last answer has been sent; input is dropped until the client closes.
        case lingering
        case closed
    }

    /// A request of which some bytes are still missing.
    struct PartialRequest {
        var parser: RequestHeadParser
        /// Once it is whole; the bytes that follow then go to `body`.
        var head: RequestHead?
        var headBytes: [UInt8] = []
        var chunks: ChunkedDecoder?
        var body: [UInt8] = []
        /// More of its content than of most requests cannot be held now.
        var hasNoRoom = false
    }

    let descriptor: FileDescriptor
    /// Nil: bytes go over the socket as they are.
    var tls: TLSSession?
    /// In the client's certificate, where one was asked for and shown.
    var clientName: TLSPeerName?
    /// TLS has to send before it can receive more: the client has asked for other keys.
    var readsWhenWritable = false
    let peer: PeerAddress
    /// What its requests say of the way that they came is believed.
    let isFromProxy: Bool
    let slot: Int
    /// Counts the requests of this slot; the current one's number is its exchange's.
    var exchangeNumber: UInt32
    var state = State.reading
    /// Bytes that came and are not read yet: the beginning of a request, or requests after the
    /// current.
    var pending: [UInt8] = []
    /// How many of `pending` are done with; they are dropped when they are the most of it.
    var pendingStart = 0
    /// Its requests in the server's current turn, if `turn` is that, and when the first was begun.
    var turn: UInt64 = 0
    var requestsInTurn = 0
    var turnStartedAt: Int64 = 0
    /// Whole requests may be left in `pending`, and a later turn takes them up; until then nothing
    /// more is read.
    var isTakenUpLater = false
    /// Only inside a request, so that an idle connection costs little memory.
    var partial: Box<PartialRequest>?
    /// What the client was too slow to take. Unless it is empty, the connection is awaiting or
    /// writing, watched for being writable, and under the write deadline.
    var output: [UInt8] = []
    var outputSent = 0
    /// What more of the current answer is made by, once the client has taken what there is.
    var source: ContentSource?
    /// Parts of that content are sent in chunks; else its end is the connection's.
    var isChunked = false
    /// It is among the server's `sources`.
    var wantsPart = false
    /// Counts among the server's `largeContents`.
    var holdsLargeContent = false
    /// Its entries in the queue of this turn's answers.
    var queuedEntries = 0
    var closesAfterAnswer = false
    /// Of the current request, for its answer.
    var isHead = false
    var knowsChunks = true
    /// What its answer says of the connection, unless that closes.
    var connectionOption = ConnectionOption.implied
    /// The client has shut down its side; what it sent before is still answered.
    var peerHasEnded = false
    var isProcessing = false
    var lingerBytesLeft = ServerLimits.lingerBytesMax
    var timer = ConnectionTimer.none
    var interest = Interest.readable
    var registration: Loop.Registration?
    private unowned let server: HTTPServer

    init(
        descriptor: consuming FileDescriptor, peer: PeerAddress, isFromProxy: Bool, slot: Int,
        exchangeNumber: UInt32, server: HTTPServer
    ) {
        self.descriptor = descriptor
        self.peer = peer
        self.isFromProxy = isFromProxy
        self.slot = slot
        self.exchangeNumber = exchangeNumber
        self.server = server
    }

    func ready(_ readiness: Readiness) {
        if state == .handshaking { return server.continueHandshake(of: self) }
        if readiness.contains(.failed) || readiness.contains(.hungUp) {
            // Nobody is left to read another answer; but what has come is read to its end, for a
            // close with input unread resets, and may destroy an answer under way.
            let reads = state == .reading || state == .lingering
            if !reads || !readiness.contains(.readable) { return server.close(self) }
        }
        if readiness.contains(.writable), !output.isEmpty { server.sendRest(of: self) }
        if readsWhenWritable, readiness.contains(.writable) {
            readsWhenWritable = false
            if state == .reading {
                server.watch(self, .readable)
                if !isTakenUpLater { server.read(self) }
                return
            }
        }
        guard readiness.contains(.readable) else { return }
        switch state {
        case .reading: if !isTakenUpLater { server.read(self) }
        case .lingering: server.dropInput(of: self)
        case .awaiting, .writing, .closing:
            // The client sends ahead: let the kernel hold it until the answer is out.
            server.watch(self, interest.subtracting(.readable))
        case .handshaking, .closed: break
        }
    }
}

/// Holds a value on the heap, in place of an optional that would take its size in every owner.
final class Box<Value> {
    var value: Value

    init(_ value: Value) { self.value = value }
}

/// Which of the server's deadlines a connection is under; never more than one.
enum ConnectionTimer: Int, CaseIterable {
    /// `first`: no byte has come yet.
    case none, handshake, first, idle, head, body, write, linger, drain

    /// Under these a connection may be closed to make room for another, in this order: it does not
    /// continue its handshake, has sent nothing, has no request, has its last answer.
    static let givingWay = [ConnectionTimer.handshake, .first, .idle, .linger]
}
