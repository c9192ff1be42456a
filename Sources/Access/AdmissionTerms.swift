/// How many admissions a request can be given at most, by the limit that it goes by.
struct AdmissionTerms: Equatable {
    /// Of the request, or else of the store's rules.
    let limit: Int
    /// At most the limit. 0 where only revocation is asked for, or where all or none are wanted and
    /// they are more than the limit, so that the quota need not be asked.
    let count: Int
    /// Whether fewer than `count` may be admitted, which are one or more.
    let takesPart: Bool
    /// As many as the request asks for.
    private let charges: Int

    init(_ request: borrowing AdmissionRequest, usualLimit: Int) {
        limit = request.limit ?? usualLimit
        charges = request.charges
        count = charges <= limit ? charges : request.takesPart ? limit : 0
        takesPart = request.takesPart && count > 1
    }

    /// The decision where no admission is asked of the quota.
    var ofNone: AdmissionDecision { charges == 0 ? .uncharged : .beyondLimit(limit: limit) }

    /// The decision where `count` were admitted.
    ///
    /// - Parameter resetSeconds: until the oldest admission leaves the window.
    func ofAll(left: Int, resetSeconds: Int) -> AdmissionDecision {
        // More than the limit are asked for, so that all that it allows were admitted.
        if count < charges { return .partly(count: count, retrySeconds: resetSeconds) }
        return .admitted(left: left, resetSeconds: resetSeconds)
    }
}
