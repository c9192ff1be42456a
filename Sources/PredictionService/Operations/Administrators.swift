internal import Access
internal import HTTPServer
internal import JWT
internal import POSIX
internal import Reactor
internal import Telemetry

/// Decides who may administer: on a Unix socket whoever may write to it; over TCP who has a token
/// with the scope that was issued a short time ago and is not revoked.
final class Administrators {
    private static let decisionNanoseconds: Int64 = 1_000_000_000

    /// Gets the caller's token, nil where there is none or it is not good, and why the caller is
    /// not admitted; nil where he is.
    typealias Judged = (VerifiedToken?, ServiceFailure?) -> Void

    private let loop: Loop
    /// Nil on a Unix socket.
    private let verifier: TokenVerifier?
    private let metrics: ReactorMetrics
    private let admissions: Admissions
    private var pending: [UInt64: (token: VerifiedToken, askedAt: Int64, judged: Judged)] = [:]

    init(
        loop: Loop, verifier: TokenVerifier?, metrics: ReactorMetrics, admissions: Admissions
    ) {
        self.loop = loop
        self.admissions = admissions
        self.verifier = verifier
        self.metrics = metrics
    }

    /// Calls `judged` once, now or when the store has been asked.
    func admit(_ request: borrowing Request, _ exchange: Exchange, _ judged: @escaping Judged) {
        guard let verifier else { return judged(nil, nil) }
        let range: Range<Int>
        let token: VerifiedToken
        do throws(ServiceFailure) {
            range = try request.bearerToken()
            token = try verifier.admitted(
                request.headBytes.extracting(range), nowUnixMilliseconds: loop.unixMilliseconds)
        } catch {
            metrics.refused(error)
            if case .insufficientScope(let token, _) = error { return judged(token, error) }
            return judged(nil, error)
        }
        let subject = token.subject
        let tokenID = token.tokenID ?? []
        pending[exchange.rawValue] = (token, Clock.monotonicNanoseconds(), judged)
        admissions.admit(
            AdmissionRequest(
                token: request.headBytes.extracting(range), tokenID: tokenID.span,
                subject: subject.span, charges: false,
                deadline: loop.now + Administrators.decisionNanoseconds,
                ticket: exchange.rawValue))
    }

    /// The store's word on a token.
    func decide(_ ticket: UInt64, _ decision: AdmissionDecision) {
        guard let (token, askedAt, judged) = pending.removeValue(forKey: ticket) else { return }
        metrics.judged(decision, after: Clock.monotonicNanoseconds() - askedAt)
        switch decision {
        case .uncharged: judged(token, nil)
        case .revoked: judged(token, .revoked)
        case .unavailable(let failure): judged(token, .undecided(failure))
        case .admitted, .refused: judged(token, .undecided(.unexpectedReply))
        }
    }
}
