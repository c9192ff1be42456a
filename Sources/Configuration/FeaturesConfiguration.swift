package import FeatureStore
package import Redis

extension ServiceConfiguration {
    /// Where customers' features are looked up.
    package struct Features: Sendable {
        package let layout: FeatureLayout
        package let endpoint: RedisEndpoint
        /// How long a request waits for them.
        package let deadline: Duration
        /// How long ago they may have been written; nil: any time.
        package let ageMax: Duration?
        package let readable: ReadableCustomers
    }

    /// Which customers a subject may read, beside what its scopes allow.
    package enum ReadableCustomers: String, CaseIterable, Sendable {
        case all
        /// The one whose identifier is the subject.
        case own
        /// Those whose identifier has the subject before its first colon.
        case tenant
    }
}

/// `features.*`: customers that are asked for by their identifier.
extension ConfigurationKey {
    static let featuresLayout = ConfigurationKey(
        "features.layout", .choice(["feast", "hash"]), default: "hash",
        meaning: "How features are stored in Redis. feast: as Feast writes them. hash: a hash for "
            + "each customer, with plain text under the names of the schema.")
    static let featuresRedisURL = ConfigurationKey(
        "features.redis.url", .redisURL, default: nil,
        meaning: "The Redis that holds features, as redis.url, with redis.tls.* for its TLS and "
            + "redis.deadline. Not set: that of redis.url.")
    static let featuresProject = ConfigurationKey(
        "features.project", .text(bytesMax: 256), default: nil,
        meaning: "Feast's project. Needed where features.layout is feast.")
    static let featuresViews = ConfigurationKey(
        "features.views", .text(bytesMax: 4096), default: nil,
        meaning: "Feast's feature views with a space between each two, as `telco use:tenure`: a "
            + "view gives the features that follow its colon, with commas between; without a "
            + "colon all that no other view gives.")
    static let featuresEntity = ConfigurationKey(
        "features.entity", .text(bytesMax: 256), default: "customer_id:string",
        meaning: "Feast's join key and its type, string or int64.")
    static let featuresKeyVersion = ConfigurationKey(
        "features.key_version", .integer(2...3), default: "3",
        meaning: "Feast's `entity_key_serialization_version`.")
    static let featuresPrefix = ConfigurationKey(
        "features.prefix", .redisKey, default: "customer:",
        meaning: "What the keys of features.layout = hash begin with; the identifier follows.")
    static let customersReadable = ConfigurationKey(
        "customers.readable",
        .choice(ServiceConfiguration.ReadableCustomers.allCases.map(\.rawValue)),
        default: "all",
        meaning: "Which customers a subject may read. own: the one whose identifier is the "
            + "subject. tenant: those whose identifier has the subject before its first colon, as "
            + "`acme:C-1`. all: every customer, if its scopes allow it to read any.")
    static let featuresAge = ConfigurationKey(
        "features.max_age", .duration(thousandths: 0...315_360_000_000, in: .seconds),
        default: "0",
        meaning: "How long ago features may have been written; older ones, and those whose time "
            + "nobody knows, are answered with 409. 0: not checked.")
}

extension ServiceConfiguration.Features {
    /// Nil where customers are not served.
    init?(
        _ settings: ConfigurationSettings, store: ServiceConfiguration.Store
    ) throws(ConfigurationError) {
        guard settings.routeFamilies.contains(.customers) else { return nil }
        if case .redis(var endpoint) = settings.value(.featuresRedisURL) {
            if endpoint.tls != nil { endpoint.tls = try settings.redisTLS() }
            self.endpoint = endpoint
        } else if case .redis(let endpoint, deadline: _, markerKey: _) = store {
            self.endpoint = endpoint
        } else {
            throw .setAlone(
                at: settings.place(.routes), key: "customers in routes",
                partner: ConfigurationKey.featuresRedisURL.name)
        }
        deadline = settings.duration(.redisDeadline)
        ageMax = settings.durationUnlessZero(.featuresAge)
        readable =
            ServiceConfiguration.ReadableCustomers(
                rawValue: settings.text(.customersReadable)) ?? .own
        layout =
            settings.text(.featuresLayout) == "feast"
            ? try Self.feast(settings) : .hash(prefix: settings.text(.featuresPrefix))
    }

    private static func feast(
        _ settings: ConfigurationSettings
    ) throws(ConfigurationError) -> FeatureLayout {
        guard let project = settings.optionalText(.featuresProject),
            let views = settings.optionalText(.featuresViews)
        else {
            throw .setAlone(
                at: settings.place(.featuresLayout), key: "features.layout = feast",
                partner: "features.project and features.views")
        }
        let text = settings.text(.featuresEntity)
        let colon = text.lastIndex(of: ":") ?? text.endIndex
        guard colon > text.startIndex,
            let kind = FeatureEntity.Kind(rawValue: String(text[colon...].dropFirst()))
        else {
            throw .unacceptable(
                at: settings.place(.featuresEntity), key: ConfigurationKey.featuresEntity.name,
                found: text, wanted: "a name, a colon and string or int64")
        }
        let version: EntityKeyVersion =
            settings.integer(.featuresKeyVersion) == 2 ? .two : .three
        return .feast(
            EntityKeyLayout(
                FeatureEntity(name: String(text[..<colon]), kind: kind), project: project,
                version: version),
            views: views.split(separator: " ").map { view in
                let parts = view.split(separator: ":", maxSplits: 1)
                return FeatureView(
                    name: String(parts.first ?? ""),
                    features: parts.count < 2
                        ? nil : parts[1].split(separator: ",").map(String.init))
            })
    }
}
