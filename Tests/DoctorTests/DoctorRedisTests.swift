import Doctor
import Testing

/// What Redis tells, as far as these tests give it.
private func information(_ fields: [String: String]) -> RedisInformation {
    let lines = fields.map { "\($0.key):\($0.value)\r\n" }.joined()
    return RedisInformation(Array("# Server\r\n\(lines)\r\n".utf8))
}

@Suite struct DoctorRedisTests {
    /// `used` of a `maxmemory`, the policy, and what is to be said of them.
    static let memories: [(UInt64, UInt64, String, DoctorFinding.Verdict)] = [
        (50, 0, "noeviction", .good), (50, 0, "allkeys-lru", .good), (50, 0, "volatile-ttl", .good),
        (50, 100, "noeviction", .good), (90, 100, "noeviction", .good),
        (91, 100, "noeviction", .warning), (101, 100, "noeviction", .warning),
        (50, 100, "allkeys-lru", .failure), (50, 100, "allkeys-lfu", .failure),
        (50, 100, "allkeys-random", .failure), (50, 100, "volatile-lru", .failure),
        (50, 100, "volatile-lfu", .failure), (50, 100, "volatile-random", .failure),
        (50, 100, "volatile-ttl", .failure), (50, 1, "something-new", .failure),
    ]

    @Test(arguments: memories)
    func `a policy that could evict a revocation fails`(
        used: UInt64, limit: UInt64, policy: String, verdict: DoctorFinding.Verdict
    ) {
        let finding = information([
            "maxmemory": "\(limit)", "maxmemory_policy": policy, "used_memory": "\(used)",
        ]).memory
        #expect(finding.verdict == verdict)
        #expect(finding.text.contains(policy))
        if limit > 0 { #expect(finding.text.contains("\(limit) bytes")) }
        #expect(finding.text.contains("expected noeviction") == (verdict == .failure))
    }

    @Test(arguments: [
        ("4.0.14", DoctorFinding.Verdict.failure), ("5.0.0", .good), ("7.0.15", .good),
        ("12.1", .good), ("x", .warning), ("", .warning),
    ]) func `versions below 5 fail`(version: String, verdict: DoctorFinding.Verdict) {
        let finding = information(["redis_version": version]).version
        #expect(finding.verdict == verdict)
        #expect(finding.text.contains(verdict == .warning ? "not reported" : version))
    }

    @Test(arguments: [
        ("master", DoctorFinding.Verdict.good), ("slave", .failure), ("sentinel", .failure),
    ]) func `only a primary will do`(role: String, verdict: DoctorFinding.Verdict) {
        let information = information(["role": role])
        #expect(information.role.verdict == verdict)
        #expect(information.isPrimary == (verdict == .good))
    }

    @Test func `a cluster fails and one server has no finding of its own`() {
        #expect(information(["redis_mode": "cluster"]).mode?.verdict == .failure)
        #expect(information(["redis_mode": "standalone"]).mode == nil)
    }

    @Test func `evictions that happened are a warning with their number`() {
        #expect(information(["evicted_keys": "0"]).evictions == nil)
        let finding = information(["evicted_keys": "17"]).evictions
        #expect(finding?.verdict == .warning)
        #expect(finding?.text.hasPrefix("17 keys") == true)
    }

    struct Persistence: Sendable {
        let fields: [String: String]
        let savePoints: String?
        let verdict: DoctorFinding.Verdict
        let says: String
    }

    @Test(arguments: [
        Persistence(
            fields: ["aof_enabled": "1", "aof_last_write_status": "ok"], savePoints: "",
            verdict: .good, says: "append-only"),
        Persistence(
            fields: ["aof_enabled": "1", "aof_last_write_status": "err"], savePoints: "",
            verdict: .failure, says: "cannot be written"),
        Persistence(
            fields: ["aof_enabled": "0"], savePoints: "3600 1 300 100", verdict: .good,
            says: "3600 1 300 100"),
        Persistence(
            fields: ["aof_enabled": "0", "rdb_last_bgsave_status": "err"], savePoints: "3600 1",
            verdict: .failure, says: "could not be saved"),
        Persistence(
            fields: ["aof_enabled": "0"], savePoints: "", verdict: .warning, says: "none: "),
        Persistence(
            fields: ["aof_enabled": "0"], savePoints: nil, verdict: .warning, says: "not reported"),
    ]) func `what a restart of Redis would lose is told`(persistence: Persistence) {
        let finding = information(persistence.fields).persistence(
            savePoints: persistence.savePoints)
        #expect(finding.verdict == persistence.verdict)
        #expect(finding.text.contains(persistence.says))
    }

    @Test func `what is no answer of INFO tells nothing, and is no reason to be content`() {
        for text in ["", "\r\n\n", "maxmemory", ":", "maxmemory:x\nmaxmemory_policy:noeviction"] {
            let information = RedisInformation(Array(text.utf8))
            #expect(information.memory.verdict == .warning)
            #expect(information.version.verdict == .warning)
            #expect(information.role.verdict == .failure)
            #expect(!information.isPrimary)
        }
    }
}

@Suite struct DoctorClockTests {
    /// What Redis is ahead by, `jwt.leeway`, and the verdict: warning beyond a second, failure
    /// beyond the leeway.
    static let clocks: [(Int64, Int, DoctorFinding.Verdict)] = [
        (0, 30, .good), (1000, 30, .good), (-1000, 30, .good), (1001, 30, .warning),
        (-1001, 30, .warning), (30_000, 30, .warning), (-30_000, 30, .warning),
        (30_001, 30, .failure), (-30_001, 30, .failure), (60_000, 60, .warning),
        (60_001, 60, .failure), (1000, 0, .good), (1001, 0, .failure), (1001, 1, .failure),
        (1001, 2, .warning),
    ]

    @Test(arguments: clocks)
    func `clocks may differ by a second, and never by more than the leeway`(
        offset: Int64, leeway: Int, verdict: DoctorFinding.Verdict
    ) {
        let clock = RedisClock(
            unixMilliseconds: 1_000_000 + offset, before: 1_000_000, after: 1_000_000)
        #expect(clock.offsetMilliseconds == offset)
        let finding = clock.finding(leewaySeconds: leeway)
        #expect(finding.verdict == verdict)
        #expect(finding.text.contains(offset < 0 ? "behind" : "ahead"))
    }

    @Test func `half the round trip is allowed for`() {
        let clock = RedisClock(unixMilliseconds: 10_050, before: 10_000, after: 10_100)
        #expect(clock.offsetMilliseconds == 0)
    }

    @Test(arguments: [(5, "0.005 s"), (1050, "1.050 s"), (-61_234, "61.234 s behind")])
    func `the difference is told in seconds`(offset: Int64, text: String) {
        let clock = RedisClock(unixMilliseconds: offset, before: 0, after: 0)
        #expect(clock.finding(leewaySeconds: 30).text.hasPrefix(text))
    }
}
