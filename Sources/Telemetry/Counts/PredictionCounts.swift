internal import Metrics
internal import Models

/// Where the predictions of one activated model are counted. Good for the `ServiceMetrics` that
/// gave it, for as long as that lives: one that has been given up counts for `other`.
package struct ModelSeries: Equatable, Sendable {
    fileprivate let place: Int
    /// Which of the models that were at this place.
    fileprivate let tenant: UInt64
}

/// Predictions by model and risk. The models activated last have series of their own; older ones
/// are counted together, so that a year of swaps does not make a year of series.
struct PredictionCounts: Sendable {
    /// Models with series of their own.
    static let modelsMax = 16

    private struct Model {
        var version: String
        var tenant: UInt64
        /// The number of its latest activation.
        var activation: UInt64
        /// By risk.
        var counts: [UInt64]
    }

    private var models: [Model] = []
    private var older = [UInt64](repeating: 0, count: RiskLevel.allCases.count)
    private var hasOlder = false
    private var activations: UInt64 = 0

    mutating func count(_ series: ModelSeries, _ risk: RiskLevel) {
        let place = PredictionCounts.place(of: risk)
        if series.place < models.count, models[series.place].tenant == series.tenant {
            models[series.place].counts[place] &+= 1
        } else {
            hasOlder = true
            older[place] &+= 1
        }
    }

    /// A version that has a series already continues it.
    mutating func activate(_ version: String) -> ModelSeries {
        activations += 1
        if let place = models.firstIndex(where: { $0.version == version }) {
            models[place].activation = activations
            return ModelSeries(place: place, tenant: models[place].tenant)
        }
        let model = Model(
            version: version, tenant: activations, activation: activations,
            counts: [UInt64](repeating: 0, count: RiskLevel.allCases.count))
        let place: Int
        if models.count < PredictionCounts.modelsMax {
            place = models.count
            models.append(model)
        } else {
            place = placeOfOldest
            giveUp(models[place].counts)
            models[place] = model
        }
        return ModelSeries(place: place, tenant: model.tenant)
    }

    /// Reactors activate the same models in the same order, so the numbers of their activations can
    /// be compared; one of them may be a model behind.
    mutating func merge(_ other: PredictionCounts) {
        for model in other.models {
            if let place = models.firstIndex(where: { $0.version == model.version }) {
                models[place].activation = max(models[place].activation, model.activation)
                models[place].counts.add(model.counts)
            } else {
                models.append(model)
            }
        }
        while models.count > PredictionCounts.modelsMax {
            giveUp(models.remove(at: placeOfOldest).counts)
        }
        hasOlder = hasOlder || other.hasOlder
        older.add(other.older)
        activations = max(activations, other.activations)
    }

    /// In the order of activation.
    func write(to writer: inout MetricsWriter) {
        for model in models.sorted(by: { $0.activation < $1.activation }) {
            write(model.counts, of: model.version, to: &writer)
        }
        if hasOlder { write(older, of: "other", to: &writer) }
    }

    private func write(
        _ counts: [UInt64], of version: String, to writer: inout MetricsWriter
    ) {
        for risk in RiskLevel.allCases {
            writer.sample(counts[PredictionCounts.place(of: risk)], [version, risk.rawValue])
        }
    }

    private var placeOfOldest: Int {
        models.indices.min { models[$0].activation < models[$1].activation } ?? 0
    }

    private mutating func giveUp(_ counts: [UInt64]) {
        hasOlder = true
        older.add(counts)
    }

    private static func place(of risk: RiskLevel) -> Int {
        switch risk {
        case .high: 0
        case .medium: 1
        case .low: 2
        }
    }
}

extension [UInt64] {
    fileprivate mutating func add(_ other: [UInt64]) {
        for index in indices { self[index] &+= other[index] }
    }
}
