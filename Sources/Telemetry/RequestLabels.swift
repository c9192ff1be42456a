package import HTTP

/// A route as the log and the metrics name it.
package struct RouteLabel: Hashable, Sendable {
    /// Its place among the routes of `RequestLabels`.
    package let index: Int
    package let path: StaticString
    /// Whether it reports the service's health: such requests have a share of the log of their own.
    package let isHealth: Bool

    package init(_ index: Int, _ path: StaticString, isHealth: Bool = false) {
        self.index = index
        self.path = path
        self.isHealth = isHealth
    }

    package static func == (one: RouteLabel, other: RouteLabel) -> Bool {
        one.index == other.index
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(index) }
}

/// The values of a request's three labels, and a number for each combination of them.
package struct RequestLabels: Sendable {
    /// Answers of one method and route that exist with 0 from the start, or `increase` would not
    /// see the first of them.
    package struct Initial: Sendable {
        let method: HTTPMethod
        let route: RouteLabel
        let statuses: [UInt16]

        package init(_ method: HTTPMethod, _ route: RouteLabel, statuses: [UInt16]) {
            self.method = method
            self.route = route
            self.statuses = statuses
        }
    }

    private static let methods = ["GET", "HEAD", "POST", "other", "none"]

    private let routes: [String]
    private let statuses: [String]
    /// For each status its place among `statuses`.
    private let statusPlaces: [UInt8]
    private let initial: [Initial]

    /// - Parameters:
    ///   - routes: each at its index.
    ///   - statuses: those with a series of their own; the rest are `other`.
    package init(routes: [RouteLabel], statuses: [UInt16], initial: [Initial]) {
        precondition(routes.indices.allSatisfy { routes[$0].index == $0 }, "a route is misplaced")
        self.routes = routes.map { "\($0.path)" } + ["none"]
        let known = statuses.sorted()
        self.statuses = known.map(String.init) + ["other"]
        statusPlaces = (0..<600).map { UInt8(known.firstIndex(of: $0) ?? known.count) }
        self.initial = initial
    }

    var combinationCount: Int { RequestLabels.methods.count * routes.count * statuses.count }

    var initialCombinations: [Int] {
        initial.flatMap { answers in
            answers.statuses.map {
                combination(method: answers.method, route: answers.route, status: $0)
            }
        }
    }

    func combination(method: HTTPMethod?, route: RouteLabel?, status: UInt16) -> Int {
        let methodPlace =
            switch method {
            case .get: 0
            case .head: 1
            case .post: 2
            case .other: 3
            case nil: 4
            }
        let routePlace = route?.index ?? routes.count - 1
        let statusPlace =
            Int(status) < statusPlaces.count
            ? Int(statusPlaces[Int(status)]) : statuses.count - 1
        return (methodPlace * routes.count + routePlace) * statuses.count + statusPlace
    }

    func values(of combination: Int) -> [String] {
        let (rest, status) = combination.quotientAndRemainder(dividingBy: statuses.count)
        let (method, route) = rest.quotientAndRemainder(dividingBy: routes.count)
        return [RequestLabels.methods[method], routes[route], statuses[status]]
    }
}
