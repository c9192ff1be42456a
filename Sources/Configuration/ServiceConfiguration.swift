package import AuditLog
internal import Bytes
package import HTTP
package import HTTPClient
package import OperationsAPI
package import POSIX
package import Redis

/// All that can be configured, checked and typed. Defaults stand in `ConfigurationTable` alone.
package struct ServiceConfiguration: Sendable {
    package var http: HTTP
    /// Nil: failures are not counted.
    package let abuse: Abuse?
    package let drain: Drain
    package var tokens: Tokens
    package let store: Store
    package let quota: Quota
    /// What the service's listener serves.
    package let routes: [RouteFamily]
    package let batch: Batch
    package let platform: Platform
    /// `cors.origins`: empty where no page of another origin may call.
    package let crossOrigins: [String]
    /// Nil: no customers are looked up.
    package let features: Features?
    /// Whether changes of revocations in Redis are recorded.
    package let noticesRevocations: Bool
    /// Nil: off.
    package let behaviour: Behaviour?
    package let model: Model
    /// Nil: no audit log.
    package let audit: Audit?
    package let operations: Operations
    package let outgoing: Outgoing
    /// Nil: standard output.
    package let logFile: String?
    package let logsRequests: Bool
    /// Nil: no bound.
    package let logsRefusedPerSecond: Int?
    /// Nil: none is logged.
    package let slowRequest: Duration?
    /// Whether traceparent is read or begun.
    package let tracesRequests: Bool
    /// `--dev`: loopback only, store in memory.
    package let isDevelopment: Bool
    /// `security.core_dumps`.
    package let allowsCoreDumps: Bool
    /// To be logged at the start.
    package let warnings: [ConfigurationWarning]
    /// The same, where they do not stop it.
    package var weakSettings: [WeakSetting] = []
    /// Whether weak settings stop the start.
    package let isStrict: Bool

    package struct HTTP: Sendable {
        /// An address or a name; an IPv6 address without brackets.
        package let host: String
        /// 0: the kernel chooses one.
        package let port: UInt16
        /// Where these were given.
        package var hostPlace: ConfigurationPlace
        package var portPlace: ConfigurationPlace
        /// `http.insecure`: plain HTTP beyond the machine is intended.
        package let isInsecureMeant: Bool
        /// Whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; none by default.
        package let trustedProxies: [Network]
        package let reactors: EventLoops
        package let connectionsMax: Int
        /// 0: an address may have any number of them.
        package let connectionsPerAddressMax: Int
        package let limits: HTTPLimits
        package let headTimeout: Duration
        package let bodyTimeout: Duration
        package let idleTimeout: Duration
        package let writeTimeout: Duration
        /// Nil: plain HTTP.
        package let tls: TLS?
        package let handshakeTimeout: Duration
        package let handshakesMax: Int
    }

    package struct Abuse: Sendable {
        /// At least 1.
        package let failuresPerMinute: Int
        package let failuresBurst: Int
    }

    package struct Drain: Sendable {
        /// From SIGTERM to the closing of the listener; shorter than `timeout`.
        package let delay: Duration
        /// From SIGTERM to the exit.
        package let timeout: Duration
    }

    package enum Store: Sendable {
        case memory(subjectsMax: Int)
        /// With the key that must be there, if one is configured.
        case redis(RedisEndpoint, deadline: Duration, markerKey: String?)
    }

    package struct Quota: Sendable {
        package let limit: Int
        package let windowSeconds: Int
    }

    package struct Model: Sendable {
        /// The directory of a model, or of one bundle.
        package let path: String
        /// The file of those of whom one must have signed a bundle; nil: bundles need no signature.
        package let signersPath: String?
        /// How often `active` is read; nil: never.
        package let watchInterval: Duration?
    }

    package struct Audit: Sendable {
        package let directory: String
        package let key: Secret
        package let sync: AuditSync
        package let segmentBytesMax: Int
        package let recordsFeatures: Bool
        package let deadline: Duration
        /// Nil: checkpoints are kept in the directory alone.
        package let checkpointSink: CheckpointSink?
    }

    /// Requests that churnd itself sends.
    package struct Outgoing: Sendable {
        package let rules: OutgoingRules
        /// Nil: the system's authorities.
        package let authoritiesPath: String?
        package let timeout: Duration
    }

    package struct Operations: Sendable {
        /// Nil: no operations listener.
        package let address: OperationsAddress?
        package let socketMode: UInt32
        /// Nil: without TLS.
        package let tls: TLS?
    }
}

extension ServiceConfiguration {
    /// Where the keys of an issuer are fetched from; nil where none are.
    package var keySetSource: KeySetSource? {
        guard case .named(let keys) = tokens.keys else { return nil }
        return keys.files.source
    }

    /// Whether churnd sends requests of its own.
    package var sendsRequests: Bool { keySetSource != nil || audit?.checkpointSink != nil }

    /// Reads the sources and checks what must fit together. With `security = strict` a weak setting
    /// is refused.
    package static func load(
        _ sources: ConfigurationSources, isDevelopment: Bool
    ) throws(ConfigurationError) -> ServiceConfiguration {
        let configuration = try read(sources, isDevelopment: isDevelopment)
        guard !configuration.isStrict || configuration.weakSettings.isEmpty else {
            throw .weakSettings(configuration.weakSettings)
        }
        return configuration
    }

    /// The same, but weak settings are only reported.
    package static func read(
        _ sources: ConfigurationSources, isDevelopment: Bool
    ) throws(ConfigurationError) -> ServiceConfiguration {
        var settings = try sources.settings()
        let store = try store(&settings, isDevelopment: isDevelopment)
        let tokens = try tokens(
            &settings, sources: sources, store: store, isDevelopment: isDevelopment)
        let host = settings.text(.host)
        if isDevelopment, !isLoopback(host) {
            throw .developmentHost(at: settings.place(.host), host: host)
        }
        let operations = try operations(settings, isDevelopment: isDevelopment)
        let drain = Drain(
            delay: settings.duration(.drainDelay), timeout: settings.duration(.drainTimeout))
        guard drain.delay < drain.timeout else { throw .drainDelayTooLong }
        var configuration = ServiceConfiguration(
            http: try HTTP(settings), abuse: abuse(settings), drain: drain, tokens: tokens,
            store: store,
            quota: Quota(
                limit: settings.integer(.quotaLimit),
                windowSeconds: settings.integer(.quotaWindow)),
            routes: settings.routeFamilies,
            batch: Batch(
                rowsMax: settings.integer(.batchRows), bytesMax: settings.integer(.batchBytes)),
            platform: try Platform(settings),
            crossOrigins: settings.crossOrigins,
            features: try Features(settings, store: store),
            noticesRevocations: settings.toggle(.redisKeyspaceEvents),
            behaviour: try Behaviour(settings, hasRoles: tokens.roles != nil),
            model: Model(
                path: settings.text(.modelPath),
                signersPath: settings.optionalText(.modelSigners),
                watchInterval: settings.durationUnlessZero(.modelWatch)),
            audit: try audit(settings, tokens), operations: operations,
            outgoing: Outgoing(
                rules: settings.outgoingRules, authoritiesPath: settings.optionalText(.outgoingCA),
                timeout: settings.duration(.outgoingTimeout)),
            logFile: settings.text(.logFile) == ConfigurationKey.logFile.defaultText
                ? nil : settings.text(.logFile),
            logsRequests: settings.toggle(.logRequests),
            logsRefusedPerSecond: settings.integer(.logRefusedPerSecond) == 0
                ? nil : settings.integer(.logRefusedPerSecond),
            slowRequest: settings.durationUnlessZero(.logSlowRequests),
            tracesRequests: settings.toggle(.traceContext), isDevelopment: isDevelopment,
            allowsCoreDumps: settings.toggle(.securityCoreDumps), warnings: settings.warnings,
            isStrict: settings.text(.security) == "strict")
        configuration.weakSettings = WeakSetting.all(
            in: WeakSettingRule.Subject(
                configuration: configuration, settings: settings, files: sources.files))
        return configuration
    }

    private static func abuse(_ settings: ConfigurationSettings) -> Abuse? {
        let perMinute = settings.integer(.abuseFailuresPerMinute)
        return perMinute == 0
            ? nil
            : Abuse(
                failuresPerMinute: perMinute,
                failuresBurst: settings.integer(.abuseFailuresBurst))
    }

    private static func store(
        _ settings: inout ConfigurationSettings, isDevelopment: Bool
    ) throws(ConfigurationError) -> Store {
        let place = settings.place(.store)
        let isRedis = settings.text(.store) == "redis"
        if isDevelopment, isRedis, place != .standard { throw .developmentStore(at: place) }
        if isRedis && !isDevelopment {
            return .redis(
                try settings.redisEndpoint(), deadline: settings.duration(.redisDeadline),
                markerKey: settings.optionalText(.redisMarkerKey))
        }
        if settings.value(.redisURL) != nil {
            settings.warnings.append(.unusedRedisURL(at: settings.place(.redisURL)))
        }
        let subjects = settings.integer(.storeSubjects)
        let limit = settings.integer(.quotaLimit)
        // Neither factor exceeds ten million, so the product cannot overflow.
        guard subjects * limit <= ConfigurationLimits.memoryAdmissionsMax else {
            throw .storeTooLarge(quotaLimit: limit, subjects: subjects)
        }
        return .memory(subjectsMax: subjects)
    }

    private static func audit(
        _ settings: ConfigurationSettings, _ tokens: Tokens
    ) throws(ConfigurationError) -> Audit? {
        guard let directory = settings.optionalText(.auditDirectory) else {
            try CheckpointSink.checkIsNotSet(settings)
            return nil
        }
        guard case .secret(let key) = settings.value(.auditKey) else { throw .noAuditKey }
        try checkIsNoTokenKey(key, settings, tokens)
        let sync: AuditSync =
            switch settings.text(.auditSync) {
            case "none": .none
            case "always": .always
            case _: .interval(nanoseconds: settings.duration(.auditInterval).nanoseconds)
            }
        return Audit(
            directory: directory, key: key, sync: sync,
            segmentBytesMax: settings.integer(.auditSegmentBytes),
            recordsFeatures: settings.toggle(.auditFeatures),
            deadline: settings.duration(.auditDeadline),
            checkpointSink: try CheckpointSink(settings, auditKey: key))
    }

    /// Also where a secret is set and not used: it may be used again.
    private static func checkIsNoTokenKey(
        _ key: Secret, _ settings: ConfigurationSettings, _ tokens: Tokens
    ) throws(ConfigurationError) {
        if case .secret(let secret) = settings.value(.tokenSecret), secret.isEqual(to: key) {
            throw .auditKeyIsTokenKey(name: "jwt.secret")
        }
        guard case .named(let keys) = tokens.keys else { return }
        if let same = keys.secrets.first(where: { $0.secret.isEqual(to: key) }) {
            throw .auditKeyIsTokenKey(name: "key \(same.id) of jwt.keys")
        }
    }

    private static func operations(
        _ settings: ConfigurationSettings, isDevelopment: Bool
    ) throws(ConfigurationError) -> Operations {
        let address = settings.operations(.operationsListen)
        if isDevelopment, case .tcp(let host, _) = address, !isLoopback(host) {
            throw .developmentOperations(at: settings.place(.operationsListen), host: host)
        }
        let tls = try TLSKeys.operations.read(settings)
        if tls != nil {
            guard case .tcp = address else {
                throw .setAlone(
                    at: settings.place(.operationsTLSCertificate),
                    key: ConfigurationKey.operationsTLSCertificate.name,
                    partner: "\(ConfigurationKey.operationsListen.name) = host:port")
            }
        }
        return Operations(
            address: address, socketMode: UInt32(settings.integer(.operationsSocketMode)), tls: tls)
    }

    /// Whether a server is on this machine.
    static func isHere(_ place: RedisPlace) -> Bool {
        switch place {
        case .host(let host, port: _): isLoopback(host)
        case .unix: true
        }
    }

    /// RFC 1122 §3.2.1.3: 127.0.0.0/8; RFC 4291 §2.5.3: ::1; RFC 6761 §6.3: localhost. A name is
    /// not looked up: its address may change.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let octets = parts.compactMap { part in
            part.count <= 3 ? Int(decimal: part).flatMap { UInt8(exactly: $0) } : nil
        }
        return parts.count == 4 && octets.count == 4 && octets[0] == 127
    }
}

extension ServiceConfiguration.HTTP {
    fileprivate init(_ settings: ConfigurationSettings) throws(ConfigurationError) {
        host = settings.text(.host)
        port = UInt16(settings.integer(.port))
        hostPlace = settings.place(.host)
        portPlace = settings.place(.port)
        isInsecureMeant = settings.toggle(.insecure)
        trustedProxies = settings.networks(.trustedProxies)
        reactors = settings.eventLoops(.reactors)
        connectionsMax = settings.integer(.connections)
        connectionsPerAddressMax = settings.integer(.connectionsPerAddress)
        limits = HTTPLimits(
            requestLineBytesMax: settings.integer(.requestLineBytes),
            headBytesMax: settings.integer(.headBytes),
            headFieldsMax: settings.integer(.headFields),
            authorizationBytesMax: settings.integer(.authorizationBytes),
            bodyBytesMax: settings.integer(.bodyBytes),
            chunkExtensionLineBytesMax: settings.integer(.chunkExtensionLineBytes),
            chunkExtensionBytesMax: settings.integer(.chunkExtensionBytes),
            trailerBytesMax: settings.integer(.trailerBytes))
        headTimeout = settings.duration(.headTimeout)
        bodyTimeout = settings.duration(.bodyTimeout)
        idleTimeout = settings.duration(.idleTimeout)
        writeTimeout = settings.duration(.writeTimeout)
        tls = try TLSKeys.http.read(settings)
        handshakeTimeout = settings.duration(.tlsHandshakeTimeout)
        handshakesMax = settings.integer(.tlsHandshakes)
    }
}
