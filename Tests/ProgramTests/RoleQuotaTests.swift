import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// The quotas of the file of roles, in Redis and in memory.
    @Suite struct RoleQuotaTests {
        private static let roles = """
            role.batch = predict
            role.small = predict
            role.plain = predict:band
            quota.role.batch = 4
            quota.role.small = 1
            quota.subject.crm-* = 2
            quota.subject.crm-eu = 3
            """

        /// A churnd whose quota is 6 for those of whom the file says nothing.
        private final class Churnd {
            let directory: TemporaryDirectory
            let redis: RedisServer?
            let process: ChurndProcess

            init(isInRedis: Bool, reactors: Int = 2) throws {
                directory = try TemporaryDirectory()
                redis = isInRedis ? try RedisServer() : nil
                let path = "\(directory.path)/roles.conf"
                try Files.writeAtomically(Array(RoleQuotaTests.roles.utf8).span, to: path)
                process = try ChurndProcess(
                    redisPort: redis?.port,
                    Deployment.patient.merging([
                        "roles.path": path, "quota.limit": "6", "http.reactors": "\(reactors)",
                        "audit.directory": "\(directory.path)/audit",
                    ]) { $1 }, environment: ["AUDIT_KEY": String(repeating: "audit-key", count: 5)])
                try eventually("the store is reached") {
                    try process.client().exchange(.get("/health")).status == 200
                }
            }
        }

        private static func request(_ subject: String, _ scope: String) throws -> HTTPRequest {
            .predict(token: try TokenFactory().token(subject, scope: scope))
        }

        @Test(
            arguments: [
                ("ann", "plain", 6), ("ann", "predict", 6), ("ann", "batch", 4),
                ("ann", "small", 1),
                ("ann", "small batch", 4), ("ann", "plain small", 1), ("crm-us", "batch", 2),
                ("crm-eu", "small", 3), ("crm-eu2", "plain", 2),
            ], [true, false])
        func `a caller gets as many predictions as its name or its roles allow`(
            _ caller: (subject: String, scope: String, limit: Int), isInRedis: Bool
        ) throws {
            let churnd = try Churnd(isInRedis: isInRedis)
            let client = try churnd.process.client()
            let request = try RoleQuotaTests.request(caller.subject, caller.scope)
            let policy = "\"hourly\";q=\(caller.limit);w=3600"
            for left in (0..<caller.limit).reversed() {
                let answer = try client.exchange(request)
                #expect(answer.status == 200)
                #expect(answer.quota?.left == left)
                #expect(answer["RateLimit-Policy"] == policy)
            }
            for _ in 0..<2 {
                let refused = try client.exchange(request)
                #expect(refused.status == 429)
                #expect(refused.quota?.left == 0)
                #expect(refused["RateLimit-Policy"] == policy)
            }
            // Another of its tokens, under which more is allowed.
            if caller.limit < 4, !caller.subject.hasPrefix("crm") {
                let other = try RoleQuotaTests.request(caller.subject, "batch")
                #expect(try client.exchange(other).quota?.left == 3 - caller.limit)
            }
        }

        @Test(arguments: [true, false])
        func `callers of a turn go by their own limits`(isInRedis: Bool) throws {
            let churnd = try Churnd(isInRedis: isInRedis, reactors: 1)
            let client = try churnd.process.client()
            let callers = [
                ("a", "batch", 4), ("b", "small", 1), ("crm-x", "plain", 2), ("c", "plain", 6),
            ]
            let requests = try callers.map { try RoleQuotaTests.request($0.0, $0.1) }
            // Pipelined, so that a turn has many of them.
            let rounds = 8
            try client.send((0..<rounds).flatMap { _ in requests.flatMap(\.bytes) })
            let answers = try (0..<rounds * callers.count).map { _ in try client.readAnswer() }
            for (index, (_, _, limit)) in callers.enumerated() {
                let own = stride(from: index, to: answers.count, by: callers.count).map {
                    answers[$0]
                }
                #expect(
                    own.map(\.status)
                        == Array(repeating: 200, count: limit)
                        + Array(repeating: 429, count: rounds - limit))
                let left = own.prefix(limit).map { $0.quota?.left }
                #expect(left == (0..<limit).reversed())
            }
        }
    }
}
