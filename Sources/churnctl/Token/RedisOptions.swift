internal import ArgumentParser
internal import Configuration
internal import Redis

/// Which Redis holds the revocations.
struct RedisOptions: ParsableArguments {
    /// For the help of a command that has these options.
    static let discussion = """
        Redis is the one --redis-url names, else REDIS_URL or CHURND_REDIS_URL, or the file that \
        REDIS_URL_FILE or CHURND_REDIS_URL_FILE names. A password is never an argument, where ps \
        would show it.
        """

    /// From the question to the answer, connecting included.
    private static let deadlineNanoseconds: Int64 = 1_000_000_000

    @Option(
        name: .customLong("redis-url"),
        help: ArgumentHelp("The Redis that churnd uses, without a password.", valueName: "url"))
    var redisURL: String?

    /// The revocations in the Redis that is named; nil without one.
    func revocations() throws -> RedisRevocations? {
        try session().map { RedisRevocations(session: $0, place: $1) }
    }

    /// A session with the Redis that is named, and the name; nil without one.
    func session() throws -> (RedisSession, place: String)? {
        let given = redisURL.map { Array($0.utf8) }
        guard let url = try given ?? SecretSource.redisURL.read(filePath: nil) else { return nil }
        let endpoint: RedisEndpoint
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
        let session = try RedisSession(
            endpoint, deadlineNanoseconds: RedisOptions.deadlineNanoseconds)
        return (session, place: endpoint.description)
    }
}
