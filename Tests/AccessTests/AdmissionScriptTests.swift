import Access
import TestSupport
import Testing

/// The script under a clock of the test's.
@Suite struct AdmissionScriptTests {
    private final class Script {
        private let server: RedisServer
        private let client: RedisClient
        private let text: [UInt8]

        init() throws {
            server = try RedisServer()
            client = try server.client()
            let clock = "redis.call('TIME')"
            let parts = "\(AdmissionScript.text)".split(separator: clock)
            try #require(parts.count == 2)
            text = Array((parts[0] + "{ARGV[4], ARGV[5]}" + parts[1]).utf8)
        }

        func decide(
            _ subject: String, limit: Int, milliseconds: Int64, now: Int64
        ) throws -> [RedisClient.Reply] {
            let rest = [
                "2", "blacklist:t", "quota:\(subject)", "\(limit)", "\(milliseconds)", "1",
                "\(now / 1000)", "\(now % 1000 * 1000 + 999)",
            ]
            let reply = try client.command(
                [Array("EVAL".utf8), text] + rest.map { Array($0.utf8) })
            guard case .array(let answer) = reply else { return [] }
            return answer
        }
    }

    @Test(arguments: [(999_999, false), (1_000_000, true), (1_000_001, true)] as [(Int64, Bool)])
    func `an admission leaves at the window's end to the millisecond`(
        _ later: Int64, _ isAdmitted: Bool
    ) throws {
        let script = try Script()
        let begin: Int64 = 1_700_000_000_123
        let first = try script.decide("ann", limit: 1, milliseconds: 1_000_000, now: begin)
        #expect(first == [.integer(0), .integer(0), .integer(1_000_000)])
        let second = try script.decide("ann", limit: 1, milliseconds: 1_000_000, now: begin + later)
        let expected: [RedisClient.Reply] =
            isAdmitted
            ? [.integer(0), .integer(0), .integer(1_000_000)]
            : [.integer(3), .integer(0), .integer(1)]
        #expect(second == expected)
    }

    @Test func `random requests are decided as in memory`() throws {
        let script = try Script()
        let limit = 4
        let window: Int64 = 10_000
        let memory = MemoryHarness(
            quota: QuotaRules(limit: limit, windowMilliseconds: window), subjectsMax: 100)
        var random = SplitMix64(seed: 0x5EED)
        var now: Int64 = 1_700_000_000_000
        for _ in 0..<2000 {
            let steps: [Int64] = [0, 1, 400, 2000, 5000, 10_000]
            let step = steps.randomElement(using: &random) ?? 0
            now += step
            memory.advance(milliseconds: step)
            let subject = ["a", "b", "c"].randomElement(using: &random) ?? "a"
            let answer = try script.decide(
                subject, limit: limit, milliseconds: window, now: now)
            let decision = try memory.decide(.by(subject))
            guard case .integer(let code) = answer[0], case .integer(let left) = answer[1],
                case .integer(let reset) = answer[2]
            else {
                Issue.record("not three numbers: \(answer)")
                return
            }
            let seconds = (reset + 999) / 1000
            let byScript: AdmissionDecision =
                code == 0
                ? .admitted(left: left, resetSeconds: seconds) : .refused(retrySeconds: seconds)
            #expect(byScript == decision)
        }
    }
}
