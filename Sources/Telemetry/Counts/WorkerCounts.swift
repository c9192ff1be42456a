package import Bundle
package import Access
package import Features
package import HTTPServer
package import Models

/// What one worker counts of its requests.
package final class WorkerCounts {
    /// What a scrape gets.
    package struct Snapshot: Sendable {
        package let counts: ServiceMetrics
        package let connections: ConnectionFigures

        package init(counts: ServiceMetrics, connections: ConnectionFigures) {
            self.counts = counts
            self.connections = connections
        }
    }

    private let isOn: Bool
    private let countsRedis: Bool
    private var counts: ServiceMetrics

    /// - Parameters:
    ///   - isOn: false without an operations listener to report them.
    ///   - countsRedis: whether the store's decisions come from Redis.
    package init(isOn: Bool, countsRedis: Bool, labels: RequestLabels) {
        self.isOn = isOn
        counts = ServiceMetrics(labels: labels)
        self.countsRedis = countsRedis
    }

    /// To be called on the loop.
    package func snapshot(_ connections: ConnectionFigures) -> Snapshot {
        Snapshot(counts: counts, connections: connections)
    }

    package func modelActivated(_ bundle: ModelBundle) -> ModelSeries {
        counts.modelActivated(bundle.fullName, schema: bundle.schema)
    }

    package func requestBegan() { if isOn { counts.activeRequests += 1 } }

    package func requestAnswered(_ outcome: RequestOutcome) {
        guard isOn else { return }
        counts.activeRequests -= 1
        counts.requestAnswered(
            method: outcome.method, route: outcome.route, status: outcome.status,
            nanoseconds: outcome.nanoseconds)
    }

    package func predicted(
        _ series: ModelSeries?, risk: RiskLevel, probability: Float, outOfRange: [String]
    ) {
        guard isOn, let series else { return }
        counts.predicted(series, risk: risk, probability: probability)
        if !outOfRange.isEmpty { counts.outOfRange(outOfRange) }
    }

    /// The store's word, and how many nanoseconds it took.
    package func decided(_ decision: AdmissionDecision, after nanoseconds: Int64) {
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
    package func judged(_ decision: AdmissionDecision, after nanoseconds: Int64) {
        guard isOn else { return }
        storeAnswered(decision, after: nanoseconds)
        switch decision {
        case .uncharged, .admitted, .partly, .refused, .beyondLimit:
            counts.tokenJudged(.accepted)
        case .revoked: counts.tokenJudged(.revoked)
        case .unavailable: counts.tokenJudged(.undecided)
        }
    }

    /// Counts the fields of a record that was refused.
    package func recordInvalid(_ violations: [Violation]) {
        if isOn { counts.recordInvalid(violations) }
    }

    /// Counts what came of the budgets of addresses.
    package func abuse(_ result: AbuseResult) { if isOn { counts.abuse(result) } }

    /// Counts a token that was refused before the store was asked.
    package func tokenJudged(_ result: TokenResult) { if isOn { counts.tokenJudged(result) } }
}
