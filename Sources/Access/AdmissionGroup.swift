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
    /// How many admissions the requests ask for together.
    private(set) var charges = 0
    private var asked: [(ticket: UInt64, terms: AdmissionTerms)] = []
    /// A digit for each request.
    private var kinds: [UInt8] = []
    /// Encoded already, so that the spans of a request need not outlive the call that brings it.
    private var tokenKeys: [UInt8] = []
    private var tokenKeyCount = 0
    /// A space and the `iat`, or a dash, for each request.
    private var issueTimes: [UInt8] = []
    private var quotaKeys: [UInt8] = []
    private var quotaKeyCount = 0
    /// Whether two requests to be charged have different limits, or one asks for several
    /// admissions.
    private var termsDiffer = false
    /// Of the first request to be charged.
    private var firstLimit: Int?

    var count: Int { asked.count }

    func ticket(at index: Int) -> UInt64 { asked[index].ticket }

    func terms(at index: Int) -> AdmissionTerms { asked[index].terms }

    /// - Parameter usualLimit: of a request that has no limit of its own.
    mutating func append(_ request: borrowing AdmissionRequest, usualLimit: Int) {
        let terms = AdmissionTerms(request, usualLimit: usualLimit)
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
        if terms.count > 0 {
            quotaKeys.appendRedisArgument(AdmissionKeys.quota, request.subject)
            if quotaKeyCount == 0 { firstLimit = terms.limit }
            if firstLimit != terms.limit || terms.count > 1 { termsDiffer = true }
            quotaKeyCount += 1
            charges += terms.count
            kind += AdmissionScript.chargesDigit
        }
        kinds.append(kind)
        asked.append((request.ticket, terms))
        deadline = min(deadline, request.deadline)
    }

    /// Forgets the requests, but for the memory that they took.
    mutating func removeAll() {
        deadline = .max
        charges = 0
        asked.removeAll(keepingCapacity: true)
        kinds.removeAll(keepingCapacity: true)
        tokenKeys.removeAll(keepingCapacity: true)
        tokenKeyCount = 0
        issueTimes.removeAll(keepingCapacity: true)
        quotaKeys.removeAll(keepingCapacity: true)
        quotaKeyCount = 0
        termsDiffer = false
        firstLimit = nil
    }

    /// Appends a request that runs every command of the script.
    mutating func appendProbe(_ name: Span<UInt8>, limit: Int) {
        append(
            AdmissionRequest(
                token: name, tokenID: name, subject: name, issuedAt: nil, charges: 1,
                deadline: .max, ticket: 0), usualLimit: limit)
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
        let limit = termsDiffer ? AdmissionScript.ownLimits : firstLimit ?? rules.limit
        bytes.appendRedisArgument(Int(rules.windowMilliseconds) << 20 | limit)
        bytes.appendRedisArgument(
            AdmissionScript.packed(
                trustedMilliseconds: trustedMilliseconds, tokenKeys: tokenKeyCount,
                requests: count))
        let kinds = termsDiffer ? kindsWithTerms : kinds
        bytes.appendRedisArgument(kinds.span, issueTimes.span)
        bytes.appendRedisArgument(nonce)
        if markerCount > 0 { bytes.appendRedisArgument(markerCount) }
    }

    /// The digits of the requests, followed by a slash and the terms for each that is charged.
    private var kindsWithTerms: [UInt8] {
        var text = kinds
        for (_, terms) in asked where terms.count > 0 {
            text.append(UInt8(ascii: "/"))
            text.appendDecimal(
                AdmissionScript.ownTerms(
                    limit: terms.limit, count: terms.count, takesPart: terms.takesPart))
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
