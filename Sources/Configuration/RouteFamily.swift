/// Routes of the service that are switched on and off together, by `routes`.
package enum RouteFamily: String, CaseIterable, Sendable {
    /// `/predict`.
    case predict
    /// Many customers in one request.
    case batch
    /// A customer by its identifier.
    case customers
    /// The Open Inference Protocol.
    case oip
    case mlflow
    case sagemaker
    case vertex
    case azure
    /// The description of the interface, and its page.
    case docs
}

extension ServiceConfiguration {
    /// Requests that bring several records.
    package struct Batch: Sendable {
        /// Most records of a request.
        package let rowsMax: Int
        /// Largest body.
        package let bytesMax: Int

        package init(rowsMax: Int, bytesMax: Int) {
            self.rowsMax = rowsMax
            self.bytesMax = bytesMax
        }
    }
}

/// `routes` and `batch.*`: what the service answers.
extension ConfigurationKey {
    package static let routes = ConfigurationKey(
        "routes", .words(RouteFamily.allCases.map(\.rawValue)), default: "predict oip",
        meaning: "What the service's listener serves beside health and `/logout`. Anything else "
            + "is answered with 404.")
    static let batchRows = ConfigurationKey(
        "batch.rows", .integer(1...ConfigurationLimits.batchRowsMax), default: "1000",
        meaning: "Most records in a request that may bring several; each costs a prediction of the "
            + "quota. More of them are answered with 413.")
    static let batchBytes = ConfigurationKey(
        "batch.bytes", .integer(1024...16_777_216, in: .bytes), default: "1048576",
        meaning: "Largest body of such a request; a larger one is answered with 413.")
}

extension ConfigurationSettings {
    /// The families of routes that are served.
    var routeFamilies: [RouteFamily] {
        let words = text(.routes).split(separator: " ")
        return RouteFamily.allCases.filter { words.contains(Substring($0.rawValue)) }
    }
}
