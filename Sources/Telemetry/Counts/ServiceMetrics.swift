package import Access
package import Features
package import HTTP
internal import Metrics
package import Models
package import Redis

/// What one reactor counts. A value without locks: the reactor has its own, a copy of it is a
/// snapshot that can be sent anywhere, and snapshots are summed by `merge`. Once each series has
/// occurred, counting takes no memory, but for one copy of the tables after a snapshot.
package struct ServiceMetrics: Sendable {
    /// Seconds; the deadline of a question is 0.1 by default.
    private static let redisBounds = [
        0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
        1,
    ]
    /// Narrow enough to see a model drift, and the lines between the usual risks are among them.
    private static let probabilityBounds = (1...20).map { Double($0) / 20 }

    /// Requests that have been read and not answered; to be set when a snapshot is taken.
    package var activeRequests = 0
    private(set) var requests: RequestDurations
    private(set) var predictions = PredictionCounts()
    private(set) var probabilities = Histogram(bounds: ServiceMetrics.probabilityBounds)
    private(set) var tokens = ClosedCounter<TokenResult>()
    private(set) var quota = ClosedCounter<QuotaDecision>()
    private(set) var abuse = ClosedCounter<AbuseResult>()
    private(set) var fields = FieldCounts()
    private(set) var outOfRange = FieldCounts()
    private(set) var redisDurations = Histogram(bounds: ServiceMetrics.redisBounds)
    private(set) var redisFailures = ClosedCounter<RedisFailureKind>()

    /// - Parameter labels: the same for all that are merged.
    package init(labels: RequestLabels) { requests = RequestDurations(labels) }

    /// Makes room for a model and the fields of its schema. What it predicts is counted under the
    /// series that is returned.
    ///
    /// - Parameter version: as answers carry it.
    package mutating func modelActivated(_ version: String, schema: Schema) -> ModelSeries {
        fields.activate(schema)
        outOfRange.activateOutOfRange(schema)
        return predictions.activate(version)
    }

    /// Counts an answered request, of either listener.
    ///
    /// - Parameters:
    ///   - method: nil when the head could not be read.
    ///   - route: nil when the request had none.
    ///   - nanoseconds: from the request's last byte to its answer.
    package mutating func requestAnswered(
        method: HTTPMethod?, route: RouteLabel?, status: UInt16, nanoseconds: Int64
    ) {
        requests.observe(method: method, route: route, status: status, nanoseconds: nanoseconds)
    }

    /// Counts a prediction that is answered with 200.
    package mutating func predicted(
        _ series: ModelSeries, risk: RiskLevel, probability: Float
    ) {
        predictions.count(series, risk)
        probabilities.observe(Double(probability))
    }

    /// Counts each field of a record that was scored with a number beyond its bounds.
    package mutating func outOfRange(_ fields: [String]) {
        for field in fields { outOfRange.count(field: field) }
    }

    /// Counts what became of a token; `storeDecided` does so for those that the store was asked
    /// about.
    package mutating func tokenJudged(_ result: TokenResult) { tokens.count(result) }

    /// Counts the store's word on a request whose token is good by itself: what it means for the
    /// token, and for the quota.
    package mutating func storeDecided(_ decision: AdmissionDecision) {
        switch decision {
        case .admitted: decided(.accepted, .admitted)
        case .uncharged: decided(.accepted, .uncharged)
        case .partly: decided(.accepted, .partly)
        case .refused, .beyondLimit: decided(.accepted, .refused)
        case .unavailable: decided(.undecided, .unavailable)
        case .revoked: tokens.count(.revoked)
        }
    }

    /// Counts what came of the budgets of addresses.
    package mutating func abuse(_ result: AbuseResult) { abuse.count(result) }

    /// Counts each field of a record that was refused.
    package mutating func recordInvalid(_ violations: [Violation]) {
        for violation in violations { fields.count(violation) }
    }

    /// Counts a decision of Redis, and how long the request waited for it.
    package mutating func redisAnswered(nanoseconds: Int64) {
        redisDurations.observe(Double(max(nanoseconds, 0)) / 1e9)
    }

    /// Counts a request that Redis gave no good answer for.
    package mutating func redisFailed(_ failure: RedisFailure) {
        redisFailures.count(RedisFailureKind(failure))
    }

    /// The same for a failure of the store, which need not be one of Redis.
    package mutating func redisFailed(_ failure: AdmissionFailure) {
        if let kind = RedisFailureKind(failure) { redisFailures.count(kind) }
    }

    /// Adds what another reactor has counted.
    package mutating func merge(_ other: ServiceMetrics) {
        activeRequests += other.activeRequests
        requests.merge(other.requests)
        predictions.merge(other.predictions)
        probabilities.add(other.probabilities)
        tokens.merge(other.tokens)
        quota.merge(other.quota)
        abuse.merge(other.abuse)
        fields.merge(other.fields)
        outOfRange.merge(other.outOfRange)
        redisDurations.add(other.redisDurations)
        redisFailures.merge(other.redisFailures)
    }

    private mutating func decided(_ result: TokenResult, _ decision: QuotaDecision) {
        tokens.count(result)
        quota.count(decision)
    }
}
