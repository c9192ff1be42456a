import Access
import Redis
import TestSupport
import Testing

/// The script of the store, or that of 0.2.0, under a clock of the test's.
final class ClockedScript {
    private let server: RedisServer
    let client: RedisClient
    private let text: [UInt8]
    private let old: [UInt8]

    init() throws {
        server = try RedisServer()
        client = try server.client()
        text = try ClockedScript.onTestClock("\(AdmissionScript.text)")
        old = try ClockedScript.onTestClock(oldText)
    }

    private static func onTestClock(_ script: String) throws -> [UInt8] {
        let parts = script.split(separator: "redis.call('TIME')")
        try #require(parts.count == 2)
        return Array("\(parts[0])redis.call('MGET', 'seconds', 'microseconds')\(parts[1])".utf8)
    }

    /// - Parameter terms: in place of the limit, as the number that a request with terms of its own
    ///   has.
    func decide(
        _ subject: String, limit: Int, milliseconds: Int64, now: Int64, isOld: Bool = false,
        trusted: Int64 = 0, terms: Int? = nil
    ) throws -> [RedisClient.Reply] {
        let microseconds = now % 1000 * 1000 + 999
        try client.command(
            "MSET", "seconds", "\(now / 1000)", "microseconds", "\(microseconds)")
        // Of one request, which is charged, and two keys of its token; its question is 77.
        let words =
            isOld
            ? ["2", "blacklist:t", "quota:\(subject)", "\(limit)", "\(milliseconds)", "1"]
            : [
                "3", "blacklist:t", "revoked-before:\(subject)", "quota:\(subject)",
                "\(Int(milliseconds) << 20 | (terms == nil ? limit : 0))",
                "\(Int(trusted) << 18 | 2 << 8 | 1)", terms.map { "1/\($0) -" } ?? "1 -", "77",
            ]
        let reply = try client.command(
            [Array("EVAL".utf8), isOld ? old : text] + words.map { Array($0.utf8) })
        guard case .array(let answer) = reply else { return [] }
        if isOld { return answer }
        guard answer.count == 2, answer[0] == .integer(77),
            case .integer(let number) = answer[1]
        else { return [] }
        return [number & 3, number >> 2 & 0xF_FFFF, number >> 22].map { .integer($0) }
    }

    func decision(of answer: [RedisClient.Reply]) throws -> AdmissionDecision {
        try #require(answer.count == 3)
        guard case .integer(let code) = answer[0], case .integer(let left) = answer[1],
            case .integer(let reset) = answer[2]
        else {
            Issue.record("not three numbers: \(answer)")
            return .uncharged
        }
        let seconds = (reset + 999) / 1000
        if code == 0 { return .admitted(left: left, resetSeconds: seconds) }
        return left > 0
            ? .partly(count: left, retrySeconds: seconds) : .refused(retrySeconds: seconds)
    }
}

/// The script of 0.2.0, word for word: during an upgrade it decides over the same lists.
private let oldText = """
    local limit, window, kinds = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
    local call, time = redis.pcall, redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local answer, key = {}, 0
    for request = 1, #kinds do
        local kind, code, left, reset = kinds:byte(request) - 48, 0, 0, 0
        local revoked
        if kind >= 2 then
            revoked = call('EXISTS', KEYS[key + 1], KEYS[key + 2])
            key = key + 2
        else
            revoked = call('EXISTS', KEYS[key + 1])
            key = key + 1
        end
        if kind % 2 == 1 then key = key + 1 end
        if type(revoked) ~= 'number' then
            code = revoked
        elseif revoked > 0 then
            code = 2
        elseif kind % 2 == 0 then
            code = 1
        else
            local quota = KEYS[key]
            local oldest = call('LINDEX', quota, -1)
            local since = tonumber(oldest)
            while since and since + window <= now do
                oldest = call('RPOP', quota)
                if type(oldest) ~= 'table' then oldest = call('LINDEX', quota, -1) end
                since = tonumber(oldest)
            end
            local count = since and call('LLEN', quota) or 0
            if oldest and not since then
                code = type(oldest) == 'table' and oldest or {err = 'WRONGTYPE not a time'}
            elseif count >= limit then
                if count > limit then
                    since = tonumber(call('LINDEX', quota, limit - 1)) or now
                end
                code, reset = 3, since + window - now
            else
                local length = call('LPUSH', quota, now)
                if type(length) == 'number' then
                    call('PEXPIRE', quota, window)
                    left, reset = limit - length, (since or now) + window - now
                else
                    code = length
                end
            end
        end
        local last = #answer
        answer[last + 1], answer[last + 2], answer[last + 3] = code, left, reset
    end
    return answer
    """
