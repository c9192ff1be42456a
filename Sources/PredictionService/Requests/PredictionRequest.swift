internal import JWT
internal import Telemetry

/// A request for a prediction whose caller is known, on its way to its answer.
final class PredictionRequest {
    var reply: Reply
    let token: VerifiedToken
    /// What is answered if the store admits it, or has not revoked its token.
    private(set) var outcome: Outcome
    /// What it was scored with, which may have been replaced meanwhile.
    let scorer: Scorer
    /// The SHA-256 of the body; nil where nothing is recorded, or the body was not looked at.
    let bodyDigest: InlineArray<32, UInt8>?
    /// What is answered, once that is decided.
    private(set) var answer = Answer.undecided
    /// When it was decided, as answer and record say it.
    private(set) var unixMilliseconds: Int64 = 0

    /// Those that wait for the store's decision on this request, which will apply to them too.
    private(set) var followers: [PredictionRequest] = []

    enum Outcome {
        case scored(Prediction)
        /// Valid; scored only if the store admits it.
        case unscored(ValidBody)
        case failed(ServiceFailure)
    }

    /// The body of a request that is most likely refused.
    struct ValidBody {
        let bytes: [UInt8]
        /// Nil when it had none.
        let customerID: [UInt8]?
        /// The text of the request's token, to ask the store again.
        let token: [UInt8]
    }

    enum Answer {
        case undecided
        case prediction(Prediction, left: Int, resetSeconds: Int)
        case refusal(ServiceFailure)
    }

    init(
        reply: Reply, token: VerifiedToken, outcome: Outcome,
        scorer: Scorer, bodyDigest: InlineArray<32, UInt8>?
    ) {
        self.reply = reply
        self.token = token
        self.outcome = outcome
        self.scorer = scorer
        self.bodyDigest = bodyDigest
    }

    /// One that is refused for what its token lacks, whatever its body is.
    convenience init(
        _ reply: Reply, of token: VerifiedToken, refusedFor failure: ServiceFailure,
        scorer: Scorer
    ) {
        self.init(
            reply: reply, token: token, outcome: .failed(failure), scorer: scorer,
            bodyDigest: nil)
    }

    /// Whether an admission counts: not for one that is answered with what is wrong with it.
    var isCharged: Bool {
        if case .failed = outcome { false } else { true }
    }

    /// Scores what was not, as it would have been when it came.
    func score() {
        guard case .unscored(let body) = outcome else { return }
        do throws(ServiceFailure) {
            outcome = .scored(try scorer.score(body.bytes.span, &reply.stages))
        } catch {
            outcome = .failed(error)
        }
    }

    func addFollower(_ request: PredictionRequest) { followers.append(request) }

    func removeFollowers() -> [PredictionRequest] {
        if followers.isEmpty { return [] }
        defer { followers = [] }
        return followers
    }

    func decide(_ answer: Answer, unixMilliseconds: Int64) {
        self.answer = answer
        self.unixMilliseconds = unixMilliseconds
    }

    /// Nil when the body had none, or could not be read.
    var customerID: [UInt8]? {
        switch outcome {
        case .scored(let prediction): prediction.customerID
        case .unscored(let body): body.customerID
        case .failed: nil
        }
    }
}
