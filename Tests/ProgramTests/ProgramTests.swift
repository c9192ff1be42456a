import JSON
import TestSupport
import Testing

/// Tests of the built programs from outside: over sockets, with a real redis-server. One after the
/// other, since each has processes that compete for the machine.
@Suite(.serialized) struct ProgramTests {}

/// A Redis, a churnd that asks it, and tokens that it takes.
final class Deployment {
    /// For tests of what is decided, not of how soon: a busy machine must not make a 503 of a 429.
    static let patient = ["redis.deadline": "2000"]

    let redis: RedisServer
    let churnd: ChurndProcess
    let tokens = TokenFactory()

    init(_ flags: [String: String] = [:], environment: [String: String] = [:]) throws {
        redis = try RedisServer()
        churnd = try ChurndProcess(
            redisPort: redis.port, Deployment.patient.merging(flags) { _, new in new },
            environment: environment)
        // A connection to Redis is opened without being asked for, but after the start.
        try eventually("Redis is reached") { try isHealthy() }
    }

    /// Whether the health route says so.
    func isHealthy() throws -> Bool {
        try churnd.client().exchange(.get("/health")).status == 200
    }
}

extension HTTPAnswer {
    /// What RateLimit says is left and when the quota resets.
    var quota: (left: Int, seconds: Int)? {
        guard let field = self["RateLimit"] else { return nil }
        let parts = field.split(separator: ";", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "\"hourly\"", parts[1].hasPrefix("r="),
            parts[2].hasPrefix("t="), let left = Int(parts[1].dropFirst(2)),
            let seconds = Int(parts[2].dropFirst(2))
        else { return nil }
        return (left, seconds)
    }

    /// The `detail` of a problem.
    var detail: String? { member("detail")?.asString }
}

extension RedisClient {
    /// The list of a subject's admissions, the newest first, in milliseconds.
    func admissions(of subject: String) throws -> [Int] {
        guard case .array(let times) = try command("LRANGE", "quota:\(subject)", "0", "-1") else {
            return []
        }
        return times.compactMap { $0.text.flatMap { Int($0) } }
    }
}
