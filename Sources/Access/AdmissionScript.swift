/// The script that decides over a group of requests, one after another, in one step of Redis.
///
/// Its keys, for each request: `blacklist:<token>`; `blacklist:<jti>` when there is one;
/// `quota:<sub>` when the request is to be charged. Its arguments: the limit, the window in
/// milliseconds, and a digit for each request. It answers with three numbers for each request: a
/// code, what is left, milliseconds until the reset; in place of a code, an error that concerns the
/// request.
///
/// It needs Redis 5, which replicates what a script does rather than the script.
package enum AdmissionScript {
    /// What the digit of a request adds up.
    static let chargesDigit: UInt8 = 1
    static let tokenIDDigit: UInt8 = 2

    enum Code: Int64 { case admitted = 0, uncharged = 1, revoked = 2, refused = 3 }

    /// Numbers for each request in the answer.
    static let answerWidth = 3

    // The list has the newest admission first. Nothing is written before it is known that the
    // request is admitted, but for admissions that have left the window: a flood of refused
    // requests costs the append-only file and the replicas nothing. `pcall`, so that an error ends
    // one request and not the group.
    package static let text: StaticString = """
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

    /// The SHA-1 of the text in hexadecimal, by which Redis knows a script that it has seen. Were
    /// it wrong, each decision would take two round trips.
    package static let digest: StaticString = "8101c655dd22e6a3ea99720c327d4d3ec853ef4f"
}
