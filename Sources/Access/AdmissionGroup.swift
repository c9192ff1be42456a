internal import Bytes
internal import Redis

/// What every run of the script is given.
struct ScriptRules {
    /// Of requests that have no limit of their own.
    let limit: Int
    let windowMilliseconds: Int64
    /// The key without which nothing is decided; nil where none is configured.
    let markerKey: [UInt8]?

    /// For how long the script trusts a mark: an eighth of the window, if this process runs for as
    /// long, less the millisecond by which two clocks may round differently.
    func trustedMilliseconds(uptimeNanoseconds: Int64) -> Int64 {
        min(windowMilliseconds / 8, max(0, uptimeNanoseconds / 1_000_000 - 1))
    }
}

/// Requests that one run of the script decides.
struct AdmissionGroup {
    /// The earliest of the requests' deadlines.
    private(set) var deadline = Int64.max
    private var tickets: [UInt64] = []
    /// A digit for each request.
    private var kinds: [UInt8] = []
    /// Encoded already, so that the spans of a request need not outlive the call that brings it.
    private var tokenKeys: [UInt8] = []
    private var tokenKeyCount = 0
    /// A space and the `iat`, or a dash, for each request.
    private var issueTimes: [UInt8] = []
    private var quotaKeys: [UInt8] = []
    private var quotaKeyCount = 0
    /// Of each request; nil: that of the rules.
    private var limits: [Int?] = []
    /// Whether two requests to be charged have different limits.
    private var limitsDiffer = false
    /// Of the first request to be charged.
    private var firstLimit: Int?

    var count: Int { tickets.count }

    func ticket(at index: Int) -> UInt64 { tickets[index] }

    func charges(at index: Int) -> Bool {
        (kinds[index] - UInt8(ascii: "0")) & AdmissionScript.chargesDigit != 0
    }

    /// The request's own limit.
    func limit(at index: Int) -> Int? { limits[index] }

    mutating func append(_ request: borrowing AdmissionRequest) {
        var kind = UInt8(ascii: "0")
        tokenKeys.appendRedisArgument(AdmissionKeys.revocation, request.token)
        tokenKeyCount += 1
        if !request.tokenID.isEmpty {
            tokenKeys.appendRedisArgument(AdmissionKeys.revocation, request.tokenID)
            tokenKeyCount += 1
            kind += AdmissionScript.tokenIDDigit
        }
        tokenKeys.appendRedisArgument(AdmissionKeys.revokedBefore, request.subject)
        tokenKeyCount += 1
        issueTimes.append(UInt8(ascii: " "))
        if let issuedAt = request.issuedAt {
            issueTimes.appendDecimal(Int(issuedAt))
        } else {
            issueTimes.append(UInt8(ascii: "-"))
        }
        if request.charges > 0 {
            quotaKeys.appendRedisArgument(AdmissionKeys.quota, request.subject)
            if quotaKeyCount == 0 { firstLimit = request.limit }
            if firstLimit != request.limit { limitsDiffer = true }
            quotaKeyCount += 1
            kind += AdmissionScript.chargesDigit
        }
        kinds.append(kind)
        limits.append(request.limit)
        tickets.append(request.ticket)
        deadline = min(deadline, request.deadline)
    }

    /// Forgets the requests, but for the memory that they took.
    mutating func removeAll() {
        deadline = .max
        tickets.removeAll(keepingCapacity: true)
        kinds.removeAll(keepingCapacity: true)
        tokenKeys.removeAll(keepingCapacity: true)
        tokenKeyCount = 0
        issueTimes.removeAll(keepingCapacity: true)
        quotaKeys.removeAll(keepingCapacity: true)
        quotaKeyCount = 0
        limits.removeAll(keepingCapacity: true)
        limitsDiffer = false
        firstLimit = nil
    }

    /// Appends a request that runs every command of the script.
    mutating func appendProbe(_ name: Span<UInt8>) {
        append(
            AdmissionRequest(
                token: name, tokenID: name, subject: name, issuedAt: nil, charges: 1,
                deadline: .max, ticket: 0))
        kinds[kinds.count - 1] += AdmissionScript.probeDigit
    }

    func appendCommand(
        to bytes: inout [UInt8], as form: RedisProbe.Form, nonce: Int, rules: ScriptRules,
        trustedMilliseconds: Int64
    ) {
        let markerCount = rules.markerKey == nil ? 0 : 1
        let keyCount = tokenKeyCount + quotaKeyCount + markerCount
        bytes.appendRedisCommand(argumentCount: 3 + keyCount + 4 + markerCount)
        switch form {
        case .short:
            bytes.appendRedisArgument("EVALSHA")
            bytes.appendRedisArgument(AdmissionScript.digest)
        case .full:
            bytes.appendRedisArgument("EVAL")
            bytes.appendRedisArgument(AdmissionScript.text)
        }
        bytes.appendRedisArgument(keyCount)
        bytes.append(contentsOf: tokenKeys)
        bytes.append(contentsOf: quotaKeys)
        if let markerKey = rules.markerKey { bytes.appendRedisArgument(markerKey.span) }
        let limit = limitsDiffer ? AdmissionScript.ownLimits : firstLimit ?? rules.limit
        bytes.appendRedisArgument(Int(rules.windowMilliseconds) << 20 | limit)
        bytes.appendRedisArgument(
            AdmissionScript.packed(
                trustedMilliseconds: trustedMilliseconds, tokenKeys: tokenKeyCount,
                requests: count))
        let kinds = limitsDiffer ? kindsWithLimits(rules) : kinds
        bytes.appendRedisArgument(kinds.span, issueTimes.span)
        bytes.appendRedisArgument(nonce)
        if markerCount > 0 { bytes.appendRedisArgument(markerCount) }
    }

    /// The digits of the requests, followed by a slash and the limit for each that is charged.
    private func kindsWithLimits(_ rules: ScriptRules) -> [UInt8] {
        var text = kinds
        for index in 0..<count where charges(at: index) {
            text.append(UInt8(ascii: "/"))
            text.appendDecimal(limits[index] ?? rules.limit)
        }
        return text
    }
}

/// An answer of the script.
struct AdmissionAnswer {
    /// One for each request.
    let numbers: ArraySlice<RedisReply>

    /// Nil where it is not the answer to the question with this nonce.
    init?(_ reply: [RedisReply], nonce: Int) {
        guard reply.first == .integer(Int64(nonce)) else { return nil }
        numbers = reply.dropFirst()
    }
}
