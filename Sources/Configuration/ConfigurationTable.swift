internal import OpenSSL
internal import OperationsAPI

/// Every key with its default, unit, bounds and meaning. `Config/churnd.conf` and
/// `Docs/reference/configuration.md` are compared with this table by tests.
package enum ConfigurationTable {
    /// What the variables of this program begin with.
    package static let variablePrefix = "CHURND_"

    /// Kubernetes sets such variables in every pod for a service that is named churnd.
    package static let ignoredVariablePrefixes = ["CHURND_SERVICE_", "CHURND_PORT"]

    /// In the order of the documents.
    package static let keys: [ConfigurationKey] = [
        .host, .port, .insecure, .trustedProxies, .reactors, .connections,
        .connectionsPerAddress,
        .requestLineBytes, .headBytes, .headFields, .authorizationBytes, .bodyBytes,
        .chunkExtensionLineBytes, .chunkExtensionBytes, .trailerBytes,
        .headTimeout, .bodyTimeout, .idleTimeout, .writeTimeout,
        .tlsCertificate, .tlsKey, .tlsClientCA, .tlsClientAuth, .tlsHandshakeTimeout,
        .tlsHandshakes,
        .abuseFailuresPerMinute, .abuseFailuresBurst,
        .drainDelay, .drainTimeout,
        .tokenSecret, .tokenKeys, .tokenKeySet, .tokenKeySetAgeMin, .tokenKeySetStale,
        .tokenKeySetCooldown, .tokenLeeway, .tokenIssuer, .tokenAudience,
        .tokenScope, .tokenIDClaim, .tokenSubjectClaim, .tokenScopeClaims, .tokenRequirements,
        .tokenLifetime, .rolesPath,
        .store, .storeSubjects, .redisURL, .redisDeadline, .redisMarkerKey,
        .redisTLSCA, .redisTLSCertificate, .redisTLSKey,
        .redisSentinelUser, .redisSentinelPassword, .redisKeyspaceEvents,
        .quotaLimit, .quotaWindow,
        .routes, .batchRows, .batchBytes,
        .crossOrigins,
        .authentication, .authenticationSubject, .authenticationExposed,
        .authenticationTokenField, .vertexPredictRoute, .vertexHealthRoute,
        .featuresLayout, .featuresRedisURL, .featuresProject, .featuresViews, .featuresEntity,
        .featuresKeyVersion, .featuresPrefix, .featuresAge, .customersReadable,
        .behaviour, .behaviourWindow, .behaviourLearning, .behaviourScore, .behaviourAlarm,
        .behaviourSubjects,
        .modelPath, .modelSigners, .modelWatch,
        .auditDirectory, .auditKey, .auditSync, .auditInterval, .auditSegmentBytes,
        .auditFeatures, .auditDeadline, .auditCheckpointURL, .auditCheckpointToken,
        .operationsListen, .operationsSocketMode,
        .operationsTLSCertificate, .operationsTLSKey, .operationsTLSClientCA,
        .operationsTLSClientAuth,
        .outgoingNetworks, .outgoingPorts, .outgoingCA, .outgoingTimeout,
        .security, .securityCoreDumps,
        .logFile, .logRequests, .logRefusedPerSecond, .logSlowRequests, .traceContext,
    ]

    /// The key of this name.
    package static func key(named name: String) -> ConfigurationKey? {
        keys.first { $0.name == name }
    }
}

/// `http.*`: the listener and the limits of RFC 9112 messages.
extension ConfigurationKey {
    package static let host = ConfigurationKey(
        "http.host", .host, default: "127.0.0.1", bareVariable: "HOST",
        meaning: "Address to listen on. 0.0.0.0 is every IPv4 address of the machine.")
    package static let port = ConfigurationKey(
        "http.port", .integer(0...65_535), default: "8080", bareVariable: "PORT",
        meaning: "Port to listen on. 0 lets the kernel choose a free one.")
    static let insecure = ConfigurationKey(
        "http.insecure", .toggle, default: "off",
        meaning: "on: HTTP without TLS beyond this machine is intended; then it is not a weak "
            + "setting, and a token that a trusted proxy got over plain HTTP is accepted.")
    static let trustedProxies = ConfigurationKey(
        "http.trusted_proxies", .networks(countMax: 64), default: nil,
        meaning: "Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, on both "
            + "listeners: addresses and networks, as `10.0.0.0/8 fd00::7`. Nobody's when not "
            + "set.")
    static let reactors = ConfigurationKey(
        "http.reactors", .eventLoops(1...256), default: "auto",
        meaning: "Event loops. auto: one for each core but one, which Redis and the log need. "
            + "More than there are cores gains nothing.")
    static let connections = ConfigurationKey(
        "http.connections", .integer(1...1_000_000), default: "10000",
        meaning: "Connections open concurrently; at this number the one that has been idle "
            + "longest is closed for each new one.")
    static let connectionsPerAddress = ConfigurationKey(
        "http.connections_per_address", .integer(0...1_000_000), default: "0",
        meaning: "Most connections of one IPv4 address, or of one /64 of IPv6; more are closed "
            + "when they are accepted. Not applied to http.trusted_proxies. 0: no limit, as needed "
            + "behind any other proxy, whose clients all have one address.")
    static let requestLineBytes = ConfigurationKey(
        "http.request_line_bytes", .integer(64...65_536, in: .bytes), default: "8192",
        meaning: "Longest request line; a longer one is answered with 414.")
    static let headBytes = ConfigurationKey(
        "http.head_bytes", .integer(256...262_144, in: .bytes), default: "16384",
        meaning: "Largest head, request line and fields together; a larger one gets 431.")
    static let headFields = ConfigurationKey(
        "http.head_fields", .integer(1...1024), default: "64",
        meaning: "Most fields in a head; more of them are answered with 431.")
    static let authorizationBytes = ConfigurationKey(
        "http.authorization_bytes", .integer(256...65_536, in: .bytes), default: "8192",
        meaning: "Longest Authorization field; a longer one is answered with 431.")
    static let bodyBytes = ConfigurationKey(
        "http.body_bytes", .integer(1...1_048_576, in: .bytes), default: "16384",
        meaning: "Largest body; a larger one is answered with 413.")
    static let chunkExtensionLineBytes = ConfigurationKey(
        "http.chunk_extension_line_bytes", .integer(0...4096, in: .bytes), default: "256",
        meaning: "Longest chunk extensions on one line.")
    static let chunkExtensionBytes = ConfigurationKey(
        "http.chunk_extension_bytes", .integer(0...65_536, in: .bytes), default: "4096",
        meaning: "Chunk extensions of one body together.")
    static let trailerBytes = ConfigurationKey(
        "http.trailer_bytes", .integer(0...65_536, in: .bytes), default: "4096",
        meaning: "Largest trailer section after a chunked body; its fields are dropped.")
    static let headTimeout = ConfigurationKey(
        "http.head_timeout", .duration(thousandths: 10...3_600_000, in: .seconds), default: "10",
        meaning: "From a request's first byte to the end of its head, absolute; then 408. Also "
            + "from the accept to the first byte.")
    static let bodyTimeout = ConfigurationKey(
        "http.body_timeout", .duration(thousandths: 10...3_600_000, in: .seconds), default: "10",
        meaning: "From the end of the head to the end of the body; then 408.")
    static let idleTimeout = ConfigurationKey(
        "http.idle_timeout", .duration(thousandths: 10...86_400_000, in: .seconds), default: "130",
        meaning: "How long a connection may stay open between two requests. Must be longer "
            + "than a load balancer's own, or it gets resets and answers 502.")
    static let writeTimeout = ConfigurationKey(
        "http.write_timeout", .duration(thousandths: 10...3_600_000, in: .seconds), default: "10",
        meaning: "How long a client may read nothing of an answer before it is dropped.")
}

/// `tls.*`: HTTPS on the public listener.
extension ConfigurationKey {
    static let tlsCertificate = ConfigurationKey(
        "tls.certificate", .text(bytesMax: 4096), default: nil,
        meaning: "File with the certificate in PEM, then those that signed it. With tls.key the "
            + "listener speaks HTTPS only. A changed file is read again within seconds, and at "
            + "SIGHUP.")
    static let tlsKey = ConfigurationKey(
        "tls.key", .text(bytesMax: 4096), default: nil,
        meaning: "File with the certificate's private key in PEM, without a passphrase.")
    static let tlsClientCA = ConfigurationKey(
        "tls.client_ca", .text(bytesMax: 4096), default: nil,
        meaning: "File with the certificates in PEM of which one must have signed a client's.")
    static let tlsClientAuth = ConfigurationKey(
        "tls.client_auth", .choice(TLSClientAuthentication.allCases.map(\.rawValue)),
        default: "off",
        meaning: "Whether clients are asked for a certificate: required refuses those without one, "
            + "optional those with an invalid one. Tokens are needed in any case.")
    static let tlsHandshakeTimeout = ConfigurationKey(
        "tls.handshake_timeout", .duration(thousandths: 10...3_600_000, in: .seconds),
        default: "10",
        meaning: "From the accept to the end of the TLS handshake, absolute.")
    static let tlsHandshakes = ConfigurationKey(
        "tls.handshakes", .integer(1...1_000_000), default: "512",
        meaning: "TLS handshakes under way concurrently, shared among the event loops; at this "
            + "number the one that has been waited for longest, for a second at least, is closed "
            + "for each new connection.")
}

/// `abuse.*`: addresses whose requests fail.
extension ConfigurationKey {
    static let abuseFailuresPerMinute = ConfigurationKey(
        "abuse.failures_per_minute", .integer(0...60_000), default: "0",
        meaning: "Requests with an invalid token or body that an address may send for long, an "
            + "IPv4 address or a /64 of IPv6; beyond that, all its requests that need a token are "
            + "answered with 429. Shared among the event loops. 0: no limit.")
    static let abuseFailuresBurst = ConfigurationKey(
        "abuse.failures_burst", .integer(1...100_000), default: "100",
        meaning: "Such requests that an address may send in a moment, once it has sent none for "
            + "long. Shared among the event loops.")
}

/// `drain.*`: what SIGTERM begins.
extension ConfigurationKey {
    static let drainDelay = ConfigurationKey(
        "drain.delay", .duration(thousandths: 0...600_000, in: .seconds), default: "0",
        meaning: "From SIGTERM, when readiness fails, to the closing of the listener: the time "
            + "that a load balancer takes to notice. Shorter than drain.timeout.")
    static let drainTimeout = ConfigurationKey(
        "drain.timeout", .duration(thousandths: 10...3_600_000, in: .seconds), default: "18",
        meaning: "From SIGTERM until connections that are still open are closed; churnd is gone at "
            + "most 2 s later.")
}

/// `jwt.*`: which tokens are accepted.
extension ConfigurationKey {
    package static let tokenSecret = ConfigurationKey(
        "jwt.secret", .secret, default: nil, bareVariable: "JWT_SECRET",
        meaning: "The key that signs tokens (HS256): the bytes of the text, unchanged and not "
            + "decoded. Not used when jwt.keys or jwt.jwks is set. Not accepted as a flag, which "
            + "every user of the machine could read.")
    package static let tokenKeys = ConfigurationKey(
        "jwt.keys", .text(bytesMax: 4096), default: nil,
        meaning: "Directory of secrets for HS256: each file is one, and its name is the `kid` that "
            + "selects it. Names that begin with a dot are skipped. Read again at SIGHUP and when "
            + "a file changes.")
    package static let tokenKeySet = ConfigurationKey(
        "jwt.jwks", .text(bytesMax: 4096), default: nil,
        meaning: "The public keys of the issuer as a JWKS (RFC 7517), for RS256, ES256 and EdDSA: "
            + "a file, or an https:// URL that they are fetched from. Together with jwt.keys they "
            + "are one set. A file is read again at SIGHUP and when it changes, a URL is fetched "
            + "again at SIGHUP and before the set is too old.")
    static let tokenKeySetAgeMin = ConfigurationKey(
        "jwt.jwks_age_min", .integer(1...86_400, in: .seconds), default: "300",
        meaning: "Shortest time after which a fetched set is fetched again, also if the issuer's "
            + "Cache-Control states less or nothing. The longest is a day.")
    static let tokenKeySetStale = ConfigurationKey(
        "jwt.jwks_stale", .integer(0...604_800, in: .seconds), default: "86400",
        meaning: "How long beyond its age a set stays in use while the issuer cannot be reached; "
            + "then tokens of its keys get 503.")
    static let tokenKeySetCooldown = ConfigurationKey(
        "jwt.jwks_cooldown", .integer(1...86_400, in: .seconds), default: "300",
        meaning: "Shortest time between two fetches because of tokens with an unknown `kid`.")
    static let tokenLeeway = ConfigurationKey(
        "jwt.leeway", .integer(0...60, in: .seconds), default: "30",
        meaning: "How far the issuer's clock may be off when `exp`, `nbf` and `iat` are checked.")
    static let tokenIssuer = ConfigurationKey(
        "jwt.issuer", .text(bytesMax: 256), default: nil,
        meaning: "What `iss` must be. Not checked when not set.")
    static let tokenAudience = ConfigurationKey(
        "jwt.audience", .text(bytesMax: 256), default: nil,
        meaning: "What `aud` must be or contain. Not checked when not set.")
    static let tokenScope = ConfigurationKey(
        "jwt.scope", .scope, default: nil,
        meaning: "Scopes that the token must have, all of them, else 403; not checked when not "
            + "set.")
    package static let tokenIDClaim = ConfigurationKey(
        "jwt.claim.id", .claims(.name), default: "jti",
        meaning: "The claim that identifies a token, by which it can be revoked; `uti` with Entra "
            + "ID.")
    static let tokenSubjectClaim = ConfigurationKey(
        "jwt.claim.subject", .claims(.name), default: "sub",
        meaning: "The claim whose quota it is: `oid` or `azp` where `sub` does not tell callers "
            + "apart.")
    static let tokenScopeClaims = ConfigurationKey(
        "jwt.claim.scopes", .claims(.paths), default: "scope",
        meaning: "The claims that hold scopes, each as a text with spaces or as an array; a dot "
            + "leads into an object, as in `realm_access.roles`.")
    static let tokenRequirements = ConfigurationKey(
        "jwt.require", .claims(.requirements), default: nil,
        meaning: "Claims that a token must have, and their values, such as `tid=…`: a string, or "
            + "one in an array of strings.")
    package static let rolesPath = ConfigurationKey(
        "roles.path", .text(bytesMax: 4096), default: nil,
        meaning: "File of roles: which scopes and quotas they have, and what logins actions need. "
            + "Read again at SIGHUP and when it changes. Without it "
            + "any token predicts, and `\(AdministrationRules.scope)` administers."
    )
    static let tokenLifetime = ConfigurationKey(
        "jwt.lifetime_max", .integer(0...315_360_000, in: .seconds), default: "0",
        meaning: "Longest time from `iat` to `exp`; a token without `iat` is then refused. 0: not "
            + "checked.")
}

/// `store`, `redis.*`, `quota.*`: revocation and quota.
extension ConfigurationKey {
    static let store = ConfigurationKey(
        "store", .choice(["redis", "memory"]), default: "redis",
        meaning: "Where revocations and quotas are kept. memory: in this process alone, lost when "
            + "it ends, not shared with replicas.")
    static let storeSubjects = ConfigurationKey(
        "store.subjects", .integer(1...10_000_000), default: "100000",
        meaning: "Most subjects that the store in memory follows; beyond that 503. Together with "
            + "quota.limit it bounds memory: their product is at most 100000000.")
    static let redisURL = ConfigurationKey(
        "redis.url", .redisURL, default: nil, bareVariable: "REDIS_URL",
        meaning: "The Redis that keeps revocations and quotas: itself, over a Unix socket, or the "
            + "Sentinels that know its primary; with rediss over TLS. User and password are "
            + "percent-encoded, an IPv6 address stands in brackets. As a flag only without a "
            + "password.")
    static let redisDeadline = ConfigurationKey(
        "redis.deadline", .duration(thousandths: 1000...60_000_000, in: .milliseconds),
        default: "100",
        meaning: "How long a request waits for Redis, connecting included; then 503.")
    static let redisMarkerKey = ConfigurationKey(
        "redis.marker_key", .redisKey, default: nil,
        meaning: "A key that must be in Redis, else 503: a Redis that has lost its data does not "
            + "know which tokens are revoked. `churnctl redis mark` sets it. Not checked when not "
            + "set.")
    static let redisTLSCA = ConfigurationKey(
        "redis.tls.ca", .text(bytesMax: 4096), default: nil,
        meaning: "File with the certificates in PEM of which one must have signed those of Redis "
            + "and the Sentinels; those that the system trusts when not set. Read at each connect.")
    static let redisTLSCertificate = ConfigurationKey(
        "redis.tls.certificate", .text(bytesMax: 4096), default: nil,
        meaning: "File with churnd's own certificate in PEM, then those that signed it, for a "
            + "Redis that asks for one. Read at each connect.")
    static let redisTLSKey = ConfigurationKey(
        "redis.tls.key", .text(bytesMax: 4096), default: nil,
        meaning: "File with the private key of redis.tls.certificate in PEM, without a "
            + "passphrase. Read at each connect.")
    static let redisSentinelUser = ConfigurationKey(
        "redis.sentinel.user", .text(bytesMax: 256), default: nil,
        meaning: "The user for the Sentinels, which do not know those of Redis; their default user "
            + "when not set. Needs redis.sentinel.password.")
    package static let redisSentinelPassword = ConfigurationKey(
        "redis.sentinel.password", .password, default: nil,
        meaning: "The password for Sentinels that ask for one. Not accepted as a flag.")
    static let redisKeyspaceEvents = ConfigurationKey(
        "redis.keyspace_events", .toggle, default: "off",
        meaning: "Whether revocations that others make in Redis are recorded, as its "
            + "notify-keyspace-events reports them (K$g at least).")
    static let quotaLimit = ConfigurationKey(
        "quota.limit", .integer(1...ConfigurationLimits.quotaLimitMax), default: "100",
        meaning: "Predictions that a subject gets in any quota.window, unless roles.path has a "
            + "quota for it.")
    static let quotaWindow = ConfigurationKey(
        "quota.window", .integer(1...86_400, in: .seconds), default: "3600",
        meaning: "The time over which quota.limit counts; it slides.")
}

/// `model.*`: what is served.
extension ConfigurationKey {
    static let modelPath = ConfigurationKey(
        "model.path", .text(bytesMax: 4096), default: "Models/telco-churn",
        meaning: "Directory of a model: each version is a bundle in it, and its file `active` "
            + "names the active one. Or the directory of one bundle, which cannot be switched.")
    static let modelSigners = ConfigurationKey(
        "model.signers", .text(bytesMax: 4096), default: nil,
        meaning: "File of public keys of minisign, one a line: only bundles whose manifest.json "
            + "one of them has signed are loaded. It is read for each bundle that is loaded.")
    static let modelWatch = ConfigurationKey(
        "model.watch", .duration(thousandths: 0...3_600_000, in: .seconds), default: "1",
        meaning: "How often `active` is checked for a change by another program. 0: never.")
}

/// `audit.*`: the log that proves what was answered.
extension ConfigurationKey {
    static let auditDirectory = ConfigurationKey(
        "audit.directory", .text(bytesMax: 4096), default: nil,
        meaning: "Directory of the audit log; one process may have it. Not set: no audit log.")
    static let auditKey = ConfigurationKey(
        "audit.key", .secret, default: nil, bareVariable: "AUDIT_KEY",
        meaning: "The key under which the audit log hides subjects and customers and signs its "
            + "records and checkpoints. Needed with audit.directory. Not accepted as a flag.")
    static let auditSync = ConfigurationKey(
        "audit.sync", .choice(["none", "interval", "always"]), default: "interval",
        meaning: "When records are safe from a loss of power: whenever the kernel writes them "
            + "(none), every audit.interval, or before each answer (always). All survive a crash "
            + "of the process.")
    static let auditInterval = ConfigurationKey(
        "audit.interval", .duration(thousandths: 10...3_600_000, in: .seconds), default: "1",
        meaning: "The longest time between two syncs with audit.sync = interval.")
    static let auditSegmentBytes = ConfigurationKey(
        "audit.segment_bytes", .integer(65_536...1_099_511_627_776, in: .bytes),
        default: "67108864",
        meaning: "Size at which the audit log starts a new file.")
    static let auditFeatures = ConfigurationKey(
        "audit.features", .toggle, default: "off",
        meaning: "Whether the customer's values are recorded, so that a prediction can be "
            + "computed again from the log alone.")
    static let auditDeadline = ConfigurationKey(
        "audit.deadline", .duration(thousandths: 10_000...60_000_000, in: .milliseconds),
        default: "1000",
        meaning: "How long an answer waits for its record to be written; then 503.")
    static let auditCheckpointURL = ConfigurationKey(
        "audit.checkpoint_url", .text(bytesMax: 4096), default: nil,
        meaning: "An https:// URL that checkpoints of the audit log are sent to with POST, so that "
            + "it can be proved that its end was not cut off. Needs audit.directory; outgoing.* "
            + "apply.")
    static let auditCheckpointToken = ConfigurationKey(
        "audit.checkpoint_token", .password, default: nil,
        meaning: "Bearer token that is sent to audit.checkpoint_url, in visible ASCII. Not "
            + "accepted as a flag.")
}
