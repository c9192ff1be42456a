/// The script that decides over a group of requests, one after another, in one step of Redis.
///
/// Its keys: for all requests `blacklist:<token>`, `blacklist:<jti>` after it when there is one,
/// and `revoked-before:<sub>`; then `quota:<sub>` for each request to be charged; last the marker
/// key, if one is configured. Of a client that has not authenticated, Redis takes ten arguments at
/// most, and then answers NOAUTH: so there are four, some of which hold several things. The window
/// in milliseconds times 2 to the 20 and the limit; the numbers of `packed`; a digit for each
/// request, followed by each token's `iat`, or a dash, after a space; the question's nonce; and a
/// fifth if there is a marker key. Where the limits of the requests differ, or one asks for several
/// admissions, the first holds `ownLimits`, and for each request to be charged a number follows the
/// digits after a slash: `ownTerms`, which for a single admission is the limit.
///
/// It answers with the nonce and then a number for each request (see `Verdict`), or in its place an
/// error that concerns the request. Without the marker key it decides nothing and answers NOMARKER.
///
/// It needs Redis 5, which replicates what a script does rather than the script.
package enum AdmissionScript {
    /// What the digit of a request adds up.
    static let chargesDigit: UInt8 = 1
    static let tokenIDDigit: UInt8 = 2
    /// What was admitted is removed again, so that every command of the script runs. After the
    /// LPUSH: a Redis that is full refuses only the first command that writes.
    static let probeDigit: UInt8 = 4

    /// In place of the limit where each request has its own.
    static let ownLimits = 0

    /// The limit of a request, how many admissions it asks for, at most as many, and whether it
    /// takes a part of them.
    static func ownTerms(limit: Int, count: Int, takesPart: Bool) -> Int {
        count == 1 ? limit : (takesPart ? 1 << 40 : 0) | count << 20 | limit
    }

    /// In one number: for how long a mark is trusted (see `text`), how many of the keys are of
    /// tokens, and how many requests there are.
    static func packed(trustedMilliseconds: Int64, tokenKeys: Int, requests: Int) -> Int {
        Int(trustedMilliseconds) << 18 | tokenKeys << 8 | requests
    }

    // A list has the newest admission first. What a request costs does not depend on how many of
    // its admissions have left the window: the first that has not is found by binary search, and
    // one LTRIM removes them. Most requests need two calls: LRANGE from the last element to the
    // one before the limit's gives the oldest admission of a list that is not full, and nothing of
    // one that is; then LPUSH.
    //
    // A key must live as long as its newest admission counts. It is given an eighth of the window
    // more than that, so that PEXPIRE, the dearest call, and what it adds to the append-only file,
    // are rare. An admission that came with a PEXPIRE is marked: it is written with a plus sign,
    // which every version reads as the same number. While the oldest admission has the mark and is
    // at most an eighth of the window old, the key lives long enough. Otherwise PTTL shows whether
    // PEXPIRE is due, also where 0.2.0 or 0.3.0 has written the key. A mark from before the start
    // of the process is not trusted: it may have been made for a shorter window.
    //
    // Nothing is written before it is known that the request is admitted: a flood of refused
    // requests costs the append-only file and the replicas nothing. `pcall`, so that an error ends
    // one request and not the group. `stamp` and `last` are text, or each call would format them
    // again.
    //
    // A request for n admissions looks at the place that is n before the limit in place of one
    // before it, and pushes the same time n times, of which only the first has the mark: it is the
    // oldest of them. Where not all fit and it takes a part, the list is trimmed first, so that its length
    // shows how many do. `push` is made only where requests have their own terms: a closure costs
    // every run of the script. Lua hands over fewer than 8,000 values in one call.
    //
    // One EXISTS over the keys of all tokens; only where any is there, it is looked which. A
    // subject's key holds a time. A token without `iat` is older than any; what is no time is later
    // than any, so that what nobody can read revokes.
    //
    // A group of 28 takes 0.86 of the instructions of 0.3.0's script, in which nobody
    // asked for subjects' keys (callgrind, Redis 7.0).
    package static let text: StaticString = """
        local rules, packed = tonumber(ARGV[1]), tonumber(ARGV[2])
        local limit = rules % 1048576
        local window = (rules - limit) / 1048576
        local tokens = math.floor(packed / 256) % 1024
        local call, kinds, revoked = redis.pcall, {ARGV[3]:byte(1, packed % 256)}, {}
        if ARGV[5] then
            local marker = call('EXISTS', KEYS[#KEYS])
            if marker == 0 then return redis.error_reply('NOMARKER the marker key is missing') end
            if type(marker) ~= 'number' then return marker end
        end
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local past, trusted = now - window, now - math.floor(packed / 262144)
        local stamp, last = string.format('%.0f', now), nil
        local terms = limit == 0 and ARGV[3]:gmatch('/(%d+)')
        local count, takesPart, push, stamps = 1, false, nil, nil

        local function setTerms(number)
            limit, count, takesPart = number % 1048576, 1, number >= 1099511627776
            if number > limit then count = math.floor(number / 1048576) % 1048576 end
            last = limit > count and tostring(limit - count - 1) or '-2'
        end
        if terms then
            function push(list, first, wanted)
                stamps = stamps or {}
                for place = #stamps + 1, math.min(wanted - 1, 5000) do stamps[place] = stamp end
                local pushed = math.min(wanted, 5001)
                local length = call('LPUSH', list, first, unpack(stamps, 1, pushed - 1))
                while pushed < wanted and type(length) == 'number' do
                    local piece = math.min(wanted - pushed, 5000)
                    length, pushed = call('LPUSH', list, unpack(stamps, 1, piece)), pushed + piece
                end
                return length
            end
        else
            last = limit > 1 and tostring(limit - 2) or '-2'
        end

        local function trim(list)
            local gone, kept, place, since = 1, nil, 2, nil
            repeat
                local at = tonumber(call('LINDEX', list, -place))
                if at and at <= past then gone = place else kept, since = place, at end
                if not kept then kept, since = (tonumber(call('LLEN', list)) or gone) + 1, nil end
                place = math.floor((gone + kept) / 2)
            until kept - gone == 1
            local trimmed = call('LTRIM', list, 0, -gone - 1)
            return since, trimmed.err and trimmed
        end

        local function admit(list, isProbe)
            local found = call('LRANGE', list, '-1', last)
            local oldest, isFull, isLasting, wrong, part = found[1], false, false, nil, nil
            if not oldest then
                if found.err then return found end
                oldest, isFull = call('LINDEX', list, limit - count), true
                if takesPart and (tonumber(oldest) or past) > past then
                    oldest, part = call('LINDEX', list, limit - 1), count
                    if not oldest then oldest, isFull = call('LINDEX', list, -1), false end
                end
            end
            local since = tonumber(oldest)
            if since and since > past then
                if isFull then return 3 + (since < now and since - past or window) * 4194304 end
                isLasting = #oldest > #stamp and since > trusted
            elseif since then
                since, wrong = trim(list)
                if wrong then return wrong end
            elseif oldest then
                return type(oldest) == 'table' and oldest or {err = 'WRONGTYPE no time'}
            end
            if since and not isLasting then
                local lives = call('PTTL', list)
                if type(lives) ~= 'number' then return lives end
                isLasting = lives >= window + 1000
            end
            if part then
                local length = call('LLEN', list)
                if type(length) ~= 'number' then return length end
                part = math.min(part, limit - length)
                if part < 1 then return 3 + window * 4194304 end
            end
            local length
            if count == 1 then
                length = call('LPUSH', list, isLasting and stamp or '+' .. stamp)
            else
                length = push(list, isLasting and stamp or '+' .. stamp, part or count)
            end
            if isProbe and type(length) == 'number' then
                local trimmed, lives = call('LTRIM', list, 1, 0), call('PTTL', list)
                if type(lives) ~= 'number' then return lives end
                length = trimmed.err and trimmed or call('LLEN', list)
            end
            if not isLasting and type(length) == 'number' then
                local extended = call('PEXPIRE', list, window + math.floor(window / 8) + 1000)
                if type(extended) ~= 'number' then return extended end
            end
            if type(length) ~= 'number' then return length end
            if not since or since > now then since = now end
            if part and part < count then return 3 + part * 4 + (since - past) * 4194304 end
            return (limit - length) * 4 + (since - past) * 4194304
        end

        local function isBefore(subject, issued)
            local before = call('GET', subject)
            if not before then return 0 end
            local isText = type(before) == 'string'
            if not isText and before.err:sub(1, 9) ~= 'WRONGTYPE' then return before end
            local time = isText and before:match('^%d+$')
            return time and tonumber(issued) and tonumber(issued) > tonumber(time) and 0 or 1
        end

        if call('EXISTS', unpack(KEYS, 1, tokens)) ~= 0 or kinds[1] >= 52 then
            local token, times = 1, ARGV[3]:gmatch(' (%S+)')
            for request = 1, #kinds do
                local subject, issued = token + (kinds[request] >= 50 and 2 or 1), times()
                local found = call('EXISTS', unpack(KEYS, token, subject - 1))
                if found == 0 then found = isBefore(KEYS[subject], issued) end
                if found ~= 0 then revoked[request] = type(found) == 'number' and 2 or found end
                token = subject + 1
            end
        end
        local answer, quota, keys = {tonumber(ARGV[4])}, tokens, KEYS
        for request = 1, #kinds do
            local kind = kinds[request]
            if kind % 2 == 1 then
                quota = quota + 1
                if terms then setTerms(tonumber(terms())) end
                answer[request + 1] = revoked[request] or admit(keys[quota], kind >= 52)
            else
                answer[request + 1] = revoked[request] or 1
            end
        end
        return answer
        """

    /// The SHA-1 of the text in hexadecimal, by which Redis knows a script that it has seen. Were
    /// it wrong, each decision would take two round trips.
    package static let digest: StaticString = "974a58b1541480fcd9f95b2192280d41963e7cc9"
}

extension AdmissionScript {
    /// The script's number for a request: its two lowest bits are a code, the next 20 what is left,
    /// and those above are the milliseconds until the reset, less than 2 to the 31. Of a request that
    /// was refused, "left" is how many admissions it was given all the same, because it takes a
    /// part. The sum stays below 2 to the 53, so that Lua's numbers hold it. One number for each
    /// request rather than three saves a sixteenth of Redis' time.
    struct Verdict {
        enum Code: Int64 { case admitted = 0, uncharged = 1, revoked = 2, refused = 3 }

        let code: Code
        let left: Int
        let resetMilliseconds: Int64

        /// Nil for a number that the script does not give to a request with these terms.
        init?(_ number: Int64, _ terms: AdmissionTerms) {
            guard number >= 0, let code = Code(rawValue: number & 3) else { return nil }
            self.code = code
            left = Int(number >> 2) & QuotaRules.limitMax
            resetMilliseconds = number >> 22
            let leftMax =
                switch code {
                case .admitted: terms.limit - terms.count
                case .refused: terms.takesPart ? terms.count - 1 : 0
                case .uncharged, .revoked: 0
                }
            guard left <= leftMax, code == .revoked || (code == .uncharged) == (terms.count == 0)
            else { return nil }
        }
    }
}
