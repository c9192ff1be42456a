internal import Access
internal import HTTPServer
internal import Models

/// What one worker counts of its requests.
final class ReactorMetrics {
    /// What a scrape gets.
    struct Snapshot: Sendable {
        let counts: ServiceMetrics
        let connections: ConnectionFigures
    }

    private let isOn: Bool
    private let countsRedis: Bool
    private var counts = ServiceMetrics()

    /// - Parameters:
    ///   - isOn: false where nobody could ask for it.
    ///   - countsRedis: whether the store's decisions come from Redis.
    init(isOn: Bool, countsRedis: Bool) {
        self.isOn = isOn
        self.countsRedis = countsRedis
    }

    /// To be called on the loop.
    func snapshot(of server: HTTPServer) -> Snapshot {
        Snapshot(counts: counts, connections: server.figures)
    }

    func modelActivated(_ bundle: ModelBundle) -> ModelSeries {
        counts.modelActivated(bundle.fullName, schema: bundle.schema)
    }

    func requestBegan() { if isOn { counts.activeRequests += 1 } }

    func requestAnswered(_ outcome: RequestOutcome) {
        guard isOn else { return }
        counts.activeRequests -= 1
        counts.requestAnswered(
            method: outcome.method, route: outcome.route, status: outcome.status,
            nanoseconds: outcome.nanoseconds)
    }

    func predicted(_ prediction: Prediction, by scorer: Scorer) {
        guard isOn, let series = scorer.series else { return }
        counts.predicted(
            series, risk: prediction.risk, probability: prediction.probability)
        if !prediction.outOfRange.isEmpty { counts.outOfRange(prediction.outOfRange) }
    }

    /// The store's word, and how many nanoseconds it took.
    func decided(_ decision: AdmissionDecision, after nanoseconds: Int64) {
        guard isOn else { return }
        counts.storeDecided(decision)
        storeAnswered(decision, after: nanoseconds)
    }

    private func storeAnswered(_ decision: AdmissionDecision, after nanoseconds: Int64) {
        guard countsRedis else { return }
        if case .unavailable(let failure) = decision {
            counts.redisFailed(failure)
        } else {
            counts.redisAnswered(nanoseconds: nanoseconds)
        }
    }

    /// The same for a token alone: no quota is asked for.
    func judged(_ decision: AdmissionDecision, after nanoseconds: Int64) {
        guard isOn else { return }
        storeAnswered(decision, after: nanoseconds)
        switch decision {
        case .uncharged, .admitted, .refused: counts.tokenJudged(.accepted)
        case .revoked: counts.tokenJudged(.revoked)
        case .unavailable: counts.tokenJudged(.undecided)
        }
    }

    /// Counts the fields of a record that was refused; other failures have none.
    func invalid(_ failure: ServiceFailure) {
        if isOn, case .invalidRecord(let violations) = failure { counts.recordInvalid(violations) }
    }

    /// Counts a token that was refused before the store was asked; other failures are not counted.
    func refused(_ failure: ServiceFailure) {
        if isOn, let result = failure.tokenResult { counts.tokenJudged(result) }
    }

}

extension ServiceFailure {
    /// What it says of the request's token; nil where the token was not looked at, or is good.
    var tokenResult: TokenResult? {
        switch self {
        case .missingToken: .missing
        case .malformedCredentials, .repeatedAuthorization: .malformed
        case .token(let error): TokenResult(error)
        case .insufficientScope: .insufficientScope
        case .revoked: .revoked
        // Nobody was asked whether it is revoked.
        case .unrecorded, .commandUnrecorded: .undecided
        case .rejected, .unknownPath, .methodNotAllowed, .unsupportedContentType,
            .unsupportedContentEncoding, .bodyTooLarge, .lengthRequired, .body, .invalidRecord,
            .rateLimited, .undecided, .invalidCommand, .model,
            .revocationsElsewhere, .tooManyRevocations:
            nil
        }
    }
}
