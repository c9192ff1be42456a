internal import HTTP
internal import Metrics

/// How long requests took, by method, route and status. What has not occurred takes no memory for a
/// histogram, but for a few.
struct RequestDurations: Sendable {
    /// Seconds: from a health request's to the longest that a body may be waited for.
    static let bounds = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
        10,
    ]

    private static let none: UInt16 = .max

    private let labels: RequestLabels
    /// For each combination of labels where its histogram is, or `none`.
    private var places: [UInt16]
    private var histograms: [Histogram] = []

    init(_ labels: RequestLabels) {
        self.labels = labels
        places = [UInt16](repeating: RequestDurations.none, count: labels.combinationCount)
        for combination in labels.initialCombinations { _ = place(of: combination) }
    }

    mutating func observe(
        method: HTTPMethod?, route: RouteLabel?, status: UInt16, nanoseconds: Int64
    ) {
        let place = place(
            of: labels.combination(method: method, route: route, status: status))
        histograms[place].observe(Double(max(nanoseconds, 0)) / 1e9)
    }

    mutating func merge(_ other: RequestDurations) {
        for combination in other.places.indices {
            let theirs = other.places[combination]
            guard theirs != RequestDurations.none else { continue }
            let ours = place(of: combination)
            histograms[ours].add(other.histograms[Int(theirs)])
        }
    }

    /// In the order of the labels, whatever occurred first.
    func write(to writer: inout MetricsWriter) {
        for combination in places.indices where places[combination] != RequestDurations.none {
            writer.histogram(
                histograms[Int(places[combination])], labels.values(of: combination))
        }
    }

    private mutating func place(of combination: Int) -> Int {
        let place = places[combination]
        if place != RequestDurations.none { return Int(place) }
        places[combination] = UInt16(histograms.count)
        histograms.append(Histogram(bounds: RequestDurations.bounds))
        return histograms.count - 1
    }
}
