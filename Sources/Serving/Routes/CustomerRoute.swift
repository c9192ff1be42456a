internal import Bytes
internal import Configuration
internal import FeatureStore
internal import HTTP
internal import HTTPServer

/// `GET /v1/customers/{id}/risk`: how likely a customer leaves whose features are looked up.
enum CustomerRoute: RouteHandler {
    static let path: StaticString = "/v1/customers/{id}/risk"

    static func describe(_ call: Call, query: Span<UInt8>) throws(ServiceFailure) {
        try PredictRoute.describe(call, query: query)
    }

    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure) {
        guard call.reasonCount == nil || call.scorer.givesReasons else { throw .noReasons }
        let target = request.headBytes.extracting(request.head.path)
        guard let segment = PathPattern.segment("id", of: path, in: target) else {
            throw .unknownPath
        }
        let customer: [UInt8]
        do throws(CustomerIDError) {
            customer = try CustomerID.decode(target.extracting(segment))
        } catch {
            throw .invalidCustomerID(error)
        }
        guard calls.rules.readableCustomers.includes(customer, for: call.subject) else {
            throw .customerNotReadable
        }
        call.keep(
            body: request.body.extracting(first: 0),
            token: request.headBytes.extracting(call.tokenRange))
        // From here on it is looked up.
        call.customer = customer
    }

    static func answer(_ call: Call, _ calls: Calls) { PredictRoute.answer(call, calls) }
}

extension ServiceConfiguration.ReadableCustomers {
    /// Whether a subject may read a customer.
    func includes(_ customer: [UInt8], for subject: [UInt8]) -> Bool {
        switch self {
        case .all: return true
        case .own: return customer == subject
        case .tenant:
            guard let colon = customer.firstIndex(of: ASCII.colon) else { return false }
            return customer[..<colon].elementsEqual(subject)
        }
    }
}
