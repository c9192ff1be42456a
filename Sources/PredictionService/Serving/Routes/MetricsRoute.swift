internal import HTTP
internal import HTTPServer
internal import Metrics

/// `GET /metrics`: what all workers have counted.
enum MetricsRoute: RouteHandler {
    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure) {
        call.format = ExpositionFormat(accept: request.head.accept, in: request.headBytes)
    }

    static func answer(_ call: Call, _ calls: Calls) { calls.operationsOnly.scrape(call) }
}
