internal import Redis

/// Requests that one run of the script decides.
struct AdmissionGroup {
    /// How the script is named to Redis.
    enum ScriptForm { case digest, text }

    /// The earliest of the requests' deadlines.
    private(set) var deadline = Int64.max
    private var tickets: [UInt64] = []
    /// A digit for each request.
    private var kinds: [UInt8] = []
    /// Encoded already, so that the spans of a request need not outlive the call that brings it.
    private var keys: [UInt8] = []
    private var keyCount = 0

    var count: Int { tickets.count }

    func ticket(at index: Int) -> UInt64 { tickets[index] }

    func charges(at index: Int) -> Bool {
        (kinds[index] - UInt8(ascii: "0")) & AdmissionScript.chargesDigit != 0
    }

    mutating func append(_ request: borrowing AdmissionRequest) {
        var kind = UInt8(ascii: "0")
        keys.appendRedisArgument("blacklist:", request.token)
        keyCount += 1
        if !request.tokenID.isEmpty {
            keys.appendRedisArgument("blacklist:", request.tokenID)
            keyCount += 1
            kind += AdmissionScript.tokenIDDigit
        }
        if request.charges {
            keys.appendRedisArgument("quota:", request.subject)
            keyCount += 1
            kind += AdmissionScript.chargesDigit
        }
        kinds.append(kind)
        tickets.append(request.ticket)
        deadline = min(deadline, request.deadline)
    }

    func appendCommand(to bytes: inout [UInt8], as form: ScriptForm, quota: QuotaRules) {
        bytes.appendRedisCommand(argumentCount: 3 + keyCount + 3)
        switch form {
        case .digest:
            bytes.appendRedisArgument("EVALSHA")
            bytes.appendRedisArgument(AdmissionScript.digest)
        case .text:
            bytes.appendRedisArgument("EVAL")
            bytes.appendRedisArgument(AdmissionScript.text)
        }
        bytes.appendRedisArgument(keyCount)
        bytes.append(contentsOf: keys)
        bytes.appendRedisArgument(quota.limit)
        bytes.appendRedisArgument(Int(quota.windowMilliseconds))
        bytes.appendRedisArgument(kinds.span)
    }
}
