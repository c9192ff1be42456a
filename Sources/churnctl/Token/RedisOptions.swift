internal import ArgumentParser
internal import Configuration
internal import POSIX
internal import Redis

/// Which Redis holds the revocations.
struct RedisOptions: ParsableArguments {
    /// For the help of a command that has these options.
    static let discussion = """
        Redis is the one --redis-url names, else REDIS_URL or CHURND_REDIS_URL, or the file that \
        REDIS_URL_FILE or CHURND_REDIS_URL_FILE names. A password is never an argument, where ps \
        would show it. Over TLS (rediss) the files are those of --redis-ca, --redis-certificate \
        and --redis-key, else of CHURND_REDIS_TLS_CA, CHURND_REDIS_TLS_CERTIFICATE and \
        CHURND_REDIS_TLS_KEY. User and password for Sentinels are those of \
        CHURND_REDIS_SENTINEL_USER and CHURND_REDIS_SENTINEL_PASSWORD, or its form with _FILE.
        """

    /// From the question to the answer, connecting included.
    private static let deadlineNanoseconds: Int64 = 1_000_000_000

    @Option(
        name: .customLong("redis-url"),
        help: ArgumentHelp("The Redis that churnd uses, without a password.", valueName: "url"))
    var redisURL: String?

    @Option(
        help: ArgumentHelp(
            "With rediss: the certificates in PEM of which one signed that of Redis, instead of "
                + "the system's.", valueName: "path"),
        completion: .file())
    var redisCA: String?

    @Option(
        help: ArgumentHelp(
            "With rediss: the own certificate in PEM, with --redis-key.", valueName: "path"),
        completion: .file())
    var redisCertificate: String?

    @Option(
        help: ArgumentHelp("The private key of --redis-certificate in PEM.", valueName: "path"),
        completion: .file())
    var redisKey: String?

    /// The revocations in the Redis that is named; nil without one.
    func revocations() throws -> RedisRevocations? {
        try session().map { RedisRevocations(session: $0, place: $1) }
    }

    /// A session with the Redis that is named, and the name; nil without one.
    func session() throws -> (RedisSession, place: String)? {
        let given = redisURL.map { Array($0.utf8) }
        guard let url = try given ?? SecretSource.redisURL.read(filePath: nil) else { return nil }
        var endpoint: RedisEndpoint
        do throws(RedisURLError) {
            endpoint = try RedisEndpoint(parsing: url)
        } catch {
            let source = given == nil ? "the URL of Redis in the environment" : "--redis-url"
            throw ValidationError("\(source): \(error)")
        }
        if redisURL != nil, endpoint.password != nil {
            throw ValidationError(
                "--redis-url: a password among the arguments shows in ps, expected REDIS_URL or "
                    + "REDIS_URL_FILE in the environment")
        }
        try addTLS(to: &endpoint)
        if endpoint.primaryName != nil {
            endpoint.sentinelPassword = try SecretSource.sentinelPassword.read(filePath: nil)
            endpoint.sentinelUser = Environment.variables()["CHURND_REDIS_SENTINEL_USER"]
        }
        let session = try RedisSession(
            endpoint, deadlineNanoseconds: RedisOptions.deadlineNanoseconds)
        return (session, place: endpoint.description)
    }

    private func addTLS(to endpoint: inout RedisEndpoint) throws {
        guard endpoint.tls != nil else {
            guard redisCA == nil, redisCertificate == nil, redisKey == nil else {
                throw ValidationError(
                    "--redis-ca, --redis-certificate, --redis-key: expected a URL with rediss")
            }
            return
        }
        let environment = Environment.variables()
        let certificate = redisCertificate ?? environment["CHURND_REDIS_TLS_CERTIFICATE"]
        let key = redisKey ?? environment["CHURND_REDIS_TLS_KEY"]
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError(
                "--redis-certificate, --redis-key: one without the other, expected both")
        }
        endpoint.tls = RedisTLS(
            authoritiesPath: redisCA ?? environment["CHURND_REDIS_TLS_CA"],
            certificatePath: certificate, keyPath: key)
    }
}
