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

    /// For each combination of labels where its histogram is, or `none`.
    private var places = [UInt16](
        repeating: RequestDurations.none, count: RequestLabels.combinationCount)
    private var histograms: [Histogram] = []

    /// Answers that alerts count exist with 0, or `increase` would not see the first of them.
    private static let initialStatuses: [(HTTPMethod, Route, statuses: [UInt16])] = [
        (.get, .health, [200, 503]), (.get, .readiness, [200, 503]),
        (.post, .predict, [200, 400, 401, 403, 411, 413, 415, 422, 429, 503]),
    ]

    init() {
        for (method, route, statuses) in RequestDurations.initialStatuses {
            for status in statuses {
                _ = place(
                    of: RequestLabels.combination(method: method, route: route, status: status))
            }
        }
    }

    mutating func observe(
        method: HTTPMethod?, route: Route?, status: UInt16, nanoseconds: Int64
    ) {
        let combination = RequestLabels.combination(
            method: method, route: route, status: status)
        let place = place(of: combination)
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
                histograms[Int(places[combination])], RequestLabels.values(of: combination))
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

/// The values of the three labels, and a number for each combination.
private enum RequestLabels {
    private static let methods = ["GET", "HEAD", "POST", "other", "none"]
    private static let routes = Route.allCases
    private static let routeValues = routes.map(\.rawValue) + ["none"]
    /// Those that are told apart; the rest are `other`.
    private static let statuses = Set(ProblemType.allCases.map(\.status) + [200]).sorted()
    private static let statusValues = statuses.map(String.init) + ["other"]
    /// For each status its place among `statusValues`.
    private static let statusPlaces = (0..<600).map { status in
        UInt8(statuses.firstIndex(of: status) ?? statuses.count)
    }

    static let combinationCount = methods.count * routeValues.count * statusValues.count

    static func combination(method: HTTPMethod?, route: Route?, status: UInt16) -> Int {
        let methodPlace =
            switch method {
            case .get: 0
            case .head: 1
            case .post: 2
            case .other: 3
            case nil: 4
            }
        var routePlace = routes.count
        if let route {
            for index in routes.indices where routes[index] == route {
                routePlace = index
                break
            }
        }
        let statusPlace =
            Int(status) < statusPlaces.count
            ? Int(statusPlaces[Int(status)]) : statuses.count
        return (methodPlace * (routes.count + 1) + routePlace) * (statuses.count + 1) + statusPlace
    }

    static func values(of combination: Int) -> [String] {
        let (rest, status) = combination.quotientAndRemainder(dividingBy: statusValues.count)
        let (method, route) = rest.quotientAndRemainder(dividingBy: routeValues.count)
        return [methods[method], routeValues[route], statusValues[status]]
    }
}
