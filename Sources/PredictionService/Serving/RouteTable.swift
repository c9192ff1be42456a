internal import Bytes
package import HTTP

/// The routes of one listener.
package struct RouteTable: Sendable {
    /// What a request asks for.
    package enum Match {
        case route(Route)
        /// There is something at this path, but not for this method.
        case otherMethods(Route, allowed: String)
        case nothing
    }

    private let routes: [Route]

    package init(_ listener: Route.Listener, of routes: [Route] = Route.table) {
        self.routes = routes.filter { $0.isServed(by: listener) }
    }

    /// What a path, without its query, and a method lead to. Nothing is decoded and nothing is cut:
    /// `/health/` is another path, and so is `/%68ealth`.
    package func match(_ path: Span<UInt8>, _ method: HTTPMethod) -> Match {
        var other: Route?
        var allowed = ""
        for index in routes.indices where PathPattern.matches(routes[index].path, path) {
            let route = routes[index]
            if route.accepts(method) { return .route(route) }
            if other == nil { other = route }
            allowed += (allowed.isEmpty ? "" : ", ") + route.allowedMethods
        }
        return other.map { .otherMethods($0, allowed: allowed) } ?? .nothing
    }
}

/// The paths that a route is for.
package enum PathPattern {
    private static let slash = UInt8(ascii: "/")

    /// Whether a path is one of the pattern's.
    package static func matches(_ pattern: StaticString, _ path: Span<UInt8>) -> Bool {
        if path.equals(pattern) { return true }
        return parameters(of: pattern, in: path) != nil
    }

    /// Where in a path the segment stands that a name in braces stands for.
    package static func segment(
        _ name: StaticString, of pattern: StaticString, in path: Span<UInt8>
    ) -> Range<Int>? {
        parameters(of: pattern, in: path)?.first { parameter in
            pattern.bytes.extracting(parameter.name).equals(name)
        }?.segment
    }

    private typealias Parameter = (name: Range<Int>, segment: Range<Int>)

    /// The segments that names in braces stand for; nil where the path is not of the pattern, or
    /// the pattern has none.
    private static func parameters(
        of pattern: StaticString, in path: Span<UInt8>
    ) -> [Parameter]? {
        let pattern = pattern.bytes
        var found: [Parameter] = []
        var place = 0
        var index = 0
        while index < pattern.count {
            if pattern[index] == UInt8(ascii: "{") {
                let name = index + 1..<end(of: UInt8(ascii: "}"), from: index + 1, in: pattern)
                let segment = place..<end(of: slash, from: place, in: path)
                if segment.isEmpty { return nil }
                found.append((name, segment))
                index = name.upperBound + 1
                place = segment.upperBound
            } else {
                guard place < path.count, path[place] == pattern[index] else { return nil }
                index += 1
                place += 1
            }
        }
        return place == path.count && !found.isEmpty ? found : nil
    }

    private static func end(of byte: UInt8, from start: Int, in bytes: Span<UInt8>) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != byte { index += 1 }
        return index
    }
}
