internal import JWT

/// A request for a prediction whose caller is known, on its way to its answer.
final class PredictionRequest {
    var reply: Reply
    let token: VerifiedToken
    /// What is answered if the store admits it, or has not revoked its token.
    let outcome: Result<Prediction, ServiceFailure>
    /// What it was scored with, which may have been replaced meanwhile.
    let scorer: Scorer
    /// The SHA-256 of the body; nil where nothing is recorded, or the body was not looked at.
    let bodyDigest: InlineArray<32, UInt8>?
    /// What is answered, once that is decided.
    private(set) var answer = Answer.undecided
    /// When it was decided, as answer and record say it.
    private(set) var unixMilliseconds: Int64 = 0

    enum Answer {
        case undecided
        case prediction(Prediction, left: Int, resetSeconds: Int)
        case refusal(ServiceFailure)
    }

    init(
        reply: Reply, token: VerifiedToken, outcome: Result<Prediction, ServiceFailure>,
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
            reply: reply, token: token, outcome: .failure(failure), scorer: scorer,
            bodyDigest: nil)
    }

    func decide(_ answer: Answer, unixMilliseconds: Int64) {
        self.answer = answer
        self.unixMilliseconds = unixMilliseconds
    }

    /// Nil when the body had none, or could not be read.
    var customerID: [UInt8]? {
        if case .success(let prediction) = outcome { prediction.customerID } else { nil }
    }
}
