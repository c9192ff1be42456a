/// A view of a feature store, and which features are taken from it.
package struct FeatureView: Equatable, Sendable {
    package let name: String
    /// Nil: all that no other view lists.
    package let features: [String]?

    package init(name: String, features: [String]? = nil) {
        self.name = name
        self.features = features
    }
}

/// How customers' features are stored in Redis.
package enum FeatureLayout: Equatable, Sendable {
    /// As Feast writes them.
    case feast(EntityKeyLayout, views: [FeatureView])
    /// A hash for each customer, whose key is this prefix and the identifier. Its fields have the
    /// names of the schema's and values in plain text; `_ts` is the time in seconds since 1970.
    case hash(prefix: String)

    /// The field of a hash in plain text that says when it was written.
    package static let timeField = "_ts"

    /// The key of a customer.
    package func key(of id: Span<UInt8>) throws(CustomerIDError) -> [UInt8] {
        try CustomerID.check(id)
        switch self {
        case .feast(let layout, views: _): return try layout.key(of: id)
        case .hash(let prefix):
            var key = Array(prefix.utf8)
            for index in 0..<id.count { key.append(id[index]) }
            return key
        }
    }
}
