internal import Access
internal import Bytes
internal import HTTP
internal import HTTPServer
internal import JWT
internal import Metrics
internal import Models
internal import OpenSSL
internal import POSIX
internal import RecordFormats
internal import Telemetry

/// What a call goes through. Documentation of HTTP, "The order of judgement": the first that fails
/// decides the answer.
enum CallPhase: UInt8, Comparable {
    /// The route, by path and method.
    case identify
    /// What the body is said to be, and its size.
    case describe
    /// The token.
    case authenticate
    /// The body. What is wrong with it is kept, for a revoked token is reported before it.
    case prepare
    /// The store is asked whether the token is revoked and whether the quota admits the call.
    case admit
    /// What the store has decided.
    case judge
    /// The audit log writes down what is about to be answered.
    case record
    case answer

    static func < (one: CallPhase, other: CallPhase) -> Bool { one.rawValue < other.rawValue }

    /// The phase that follows; `answer` is the last.
    var next: CallPhase { CallPhase(rawValue: rawValue + 1) ?? .answer }
}

/// All that is known of one request, from its arrival to its answer. An answered call is used again
/// for a later request, with its memory.
final class Call {
    /// What the content of a request for a prediction came to.
    enum Outcome { case unread, scored, unscored }

    /// The memory that an answered call keeps for the next body, and for the next token.
    private static let keptBytesMax = 4096

    /// Its place among the calls of its worker, under which the store decides.
    let ticket: UInt64
    /// Where the request came from and its answer is sent.
    unowned let server: HTTPServer

    // What came.
    var exchange = Exchange(rawValue: 0)
    var requestID = RequestID()
    /// Nil when the head could not be read.
    var method: HTTPMethod?
    var route: Route?
    /// How failures are answered while no route is known.
    var errors = ErrorForm.problem
    /// The client's address, as far as it is known.
    var peer = PeerAddress()
    /// Nil where it came through no trusted proxy.
    var origin: ForwardedOrigin?
    /// In the client's certificate, where one was asked for and shown.
    var clientName: TLSPeerName?
    /// Of the monotonic clock, in nanoseconds.
    var receivedAt: Int64 = 0
    /// Of the page that sent it, among the origins that are allowed; nil for any other.
    var originPlace: Int?
    /// Nil where traces are off.
    var trace: TraceContext?

    // Where it is.
    var phase = CallPhase.identify
    var stages = StageTimes(start: 0)

    // What was found out.
    /// Where in the head the token is.
    var tokenRange = 0..<0
    /// Whose question to the store this call shares; nil once it waits for it.
    var leader: Call?
    /// Once it is known to be good, but for its scope.
    var token: VerifiedToken?
    /// False for a caller that may know the level of a risk and not its probability.
    var showsProbability = true
    /// How many reasons the caller wants; nil: none.
    var reasonCount: ReasonCount?
    /// What is wrong with the content; answered when the caller is known to be admitted.
    var contentFailure: ServiceFailure?
    var outcome = Outcome.unread
    var prediction = Prediction()
    /// Whose features are looked up; nil: the body holds them.
    var customer: [UInt8]?
    /// Of a call that brings several.
    var records: ScoredRecords?
    /// What is answered to an inference request.
    var inference: OpenInferenceAnswer?
    /// How those of a batch are answered.
    var batchForm = BatchForm.lines
    /// What the client calls its request, where it is to be said again.
    var clientRequestName: [UInt8]?
    /// What it was scored with, which may have been replaced meanwhile.
    var scorer: Scorer
    /// The SHA-256 of the body; nil where nothing is recorded, or the body was not looked at.
    var bodyDigest: InlineArray<32, UInt8>?
    /// What is answered, where that exists already, and whether the client has it.
    var kept: (content: KeptContent, isKnown: Bool)?
    /// Of the answer to a scrape.
    var format = ExpositionFormat(accept: nil, in: [UInt8]().span)
    /// Bytes of the request that are needed after it has waited: the body, and the token's text.
    /// Empty where they are not.
    var keptBody: [UInt8] = []
    var keptToken: [UInt8] = []
    /// Those that wait for the store's decision on this call, which will apply to them too.
    var followers: [Call] = []

    // What was decided.
    /// Whether the store has been asked, or need not be.
    var isDecided = false
    var decision = AdmissionDecision.uncharged
    /// What is answered in place of what was asked for.
    var refusal: ServiceFailure?
    /// When it was decided, as answer and record say it.
    var unixMilliseconds: Int64 = 0

    init(ticket: UInt64, server: HTTPServer, scorer: Scorer) {
        self.ticket = ticket
        self.server = server
        self.scorer = scorer
    }

    /// The trusted proxy that the request came through last; no address without one.
    var proxy: PeerAddress { origin?.proxy ?? PeerAddress() }

    /// Forgets the request before, but for the memory that it took.
    func begin(
        _ exchange: Exchange, receivedAt: Int64, peer: PeerAddress, origin: ForwardedOrigin?,
        clientName: TLSPeerName?, scorer: Scorer
    ) {
        self.exchange = exchange
        self.receivedAt = receivedAt
        self.peer = origin?.client ?? peer
        self.origin = origin
        self.clientName = clientName
        self.scorer = scorer
        phase = .identify
        stages = StageTimes(start: receivedAt)
        route = nil
        errors = .problem
        originPlace = nil
        if kept != nil { kept = nil }
        leader = nil
        token = nil
        // Where the platform has authenticated the caller there is no token in the head, and the
        // place of an earlier call's may lie beyond its end.
        tokenRange = 0..<0
        showsProbability = true
        reasonCount = nil
        contentFailure = nil
        outcome = .unread
        customer = nil
        bodyDigest = nil
        if records != nil { records = nil }
        if clientRequestName != nil { clientRequestName = nil }
        if inference != nil { inference = nil }
        isDecided = false
        refusal = nil
        if !keptBody.isEmpty { keptBody.removeAll(keepingCapacity: true) }
        if !keptToken.isEmpty { keptToken.removeAll(keepingCapacity: true) }
        prediction.removeAll()
    }

    /// Whether an admission counts: not for a call that is answered with what is wrong with it.
    var isCharged: Bool { chargeCount > 0 }

    /// How many admissions it needs.
    var chargeCount: Int {
        guard route?.access == .quota, contentFailure == nil else { return 0 }
        return records?.scoredCount ?? 1
    }

    /// Those that wait for its decision, which it then forgets.
    func takeFollowers() -> [Call] {
        if followers.isEmpty { return [] }
        defer { followers = [] }
        return followers
    }

    /// Gives up the memory of a large body: a flood of them would leave it to every call.
    fileprivate func trim() {
        if keptBody.capacity > Call.keptBytesMax { keptBody = [] }
        if keptToken.capacity > Call.keptBytesMax { keptToken = [] }
    }

    /// Keeps what is needed of the request after it has waited.
    func keep(body: Span<UInt8>, token: Span<UInt8>) {
        keptBody.appendBytes(body)
        keptToken.appendBytes(token)
    }

    /// What the store is asked under: the caller's `sub`, and another name of the token beside its
    /// text.
    var subject: [UInt8] { token?.subject ?? [] }
    var tokenID: [UInt8] { token?.tokenID ?? [] }
    /// By its roles; nil: `quota.limit`.
    var quotaLimit: Int? { token?.rights?.quotaLimit }
    var otherName: [UInt8] { token?.tokenID ?? token?.signedPart ?? [] }
}

/// The calls of one worker: those that are under way, and those that wait to be used again.
struct CallPool {
    private var calls: [Call] = []
    private var free: [Call] = []

    subscript(_ ticket: UInt64) -> Call { calls[Int(ticket)] }

    /// As many as have ever been under way together are kept, the latest used the first.
    mutating func take(for server: HTTPServer, scorer: Scorer) -> Call {
        if let call = free.popLast() { return call }
        let call = Call(ticket: UInt64(calls.count), server: server, scorer: scorer)
        calls.append(call)
        return call
    }

    mutating func giveBack(_ call: Call) {
        call.trim()
        free.append(call)
    }

    /// Has the calls that wait let go of the model before, which would stay in memory with them.
    func adopt(_ scorer: Scorer) {
        for call in free { call.scorer = scorer }
    }
}
