/// Where revocations and quotas are kept.
package protocol AdmissionStore: AnyObject {
    /// Asks for one decision. `takeDecision` returns it under the request's ticket, exactly once:
    /// from the end of this call on, or in a later turn of the loop.
    func admit(_ request: borrowing AdmissionRequest)

    /// A decision that nobody has taken, the earliest first; nil without one.
    func takeDecision() -> (ticket: UInt64, decision: AdmissionDecision)?
}

/// Decisions in the order in which they were made, until they are taken.
struct DecisionQueue {
    private var decisions: [(ticket: UInt64, decision: AdmissionDecision)] = []
    private var takenCount = 0

    var isEmpty: Bool { decisions.isEmpty }

    mutating func append(_ decision: AdmissionDecision, for ticket: UInt64) {
        decisions.append((ticket, decision))
    }

    mutating func popFirst() -> (ticket: UInt64, decision: AdmissionDecision)? {
        guard !decisions.isEmpty else { return nil }
        let first = decisions[takenCount]
        takenCount += 1
        if takenCount == decisions.count {
            decisions.removeAll(keepingCapacity: true)
            takenCount = 0
        }
        return first
    }
}

/// What the keys in Redis begin with.
package enum AdmissionKeys {
    /// Of a revoked token: its identifier or the whole of it follows.
    package static let revocation: StaticString = "blacklist:"
    /// Of a subject whose tokens are revoked up to a time, which the key holds: seconds since 1970
    /// in decimal digits.
    package static let revokedBefore: StaticString = "revoked-before:"
    /// Of a subject's quota.
    package static let quota: StaticString = "quota:"
}

/// A request to predict, whose token and form are good.
package struct AdmissionRequest: ~Escapable {
    package let token: Span<UInt8>
    /// The token's `jti`, or another name that its text does not stand for; empty when it has none.
    package let tokenID: Span<UInt8>
    /// The token's `sub`, whose quota it is.
    package let subject: Span<UInt8>
    /// Admissions in any window that this request goes by, from 1 to `QuotaRules.limitMax`; nil:
    /// those of the store's rules. What requests with other limits were admitted counts too.
    package let limit: Int?
    /// The token's `iat` in whole seconds since 1970; nil when it has none.
    package let issuedAt: Int64?
    /// How many admissions are asked for, each of which counts. With 0 only revocation is asked
    /// for, as for a request whose body is invalid, and the decision is never `refused`.
    package let charges: Int
    /// Whether as many are admitted as the quota still allows; when false, all or none are.
    package let takesPart: Bool
    /// Until when the decision is of use: nanoseconds of the monotonic clock.
    package let deadline: Int64
    /// The caller's own number for this request.
    package let ticket: UInt64

    @_lifetime(copy token, copy tokenID, copy subject)
    package init(
        token: Span<UInt8>, tokenID: Span<UInt8>, subject: Span<UInt8>, limit: Int? = nil,
        issuedAt: Int64?, charges: Int, takesPart: Bool = false, deadline: Int64, ticket: UInt64
    ) {
        precondition(charges >= 0)
        self.token = token
        self.tokenID = tokenID
        self.subject = subject
        self.limit = limit
        self.issuedAt = issuedAt
        self.charges = charges
        self.takesPart = takesPart
        self.deadline = deadline
        self.ticket = ticket
    }
}

/// How many admissions a subject gets.
package struct QuotaRules: Equatable, Sendable {
    /// The script has limits in 20 bits.
    package static let limitMax = 1 << 20 - 1

    /// Admissions in any window, for requests that have no limit of their own.
    package let limit: Int
    /// An admission at time t counts at all times before t + window.
    package let windowMilliseconds: Int64

    package init(limit: Int, windowMilliseconds: Int64) {
        precondition(limit > 0 && windowMilliseconds > 0)
        // The script has both in one number, which its language keeps exact below 2 to the 53.
        precondition(limit <= QuotaRules.limitMax && windowMilliseconds < 1 << 31)
        self.limit = limit
        self.windowMilliseconds = windowMilliseconds
    }

    /// Whole seconds, rounded up, from 1 to the window.
    func seconds(untilReset milliseconds: Int64) -> Int {
        let clamped = min(max(milliseconds, 1), windowMilliseconds)
        return Int((clamped + 999) / 1000)
    }
}

package enum AdmissionDecision: Equatable, Sendable {
    /// All were admitted and counted. `left` more would be admitted now; in `resetSeconds` the
    /// oldest admission leaves the window.
    case admitted(left: Int, resetSeconds: Int)
    /// Not revoked, and not to be counted.
    case uncharged
    /// The token is revoked; nothing was counted.
    case revoked
    /// The quota does not suffice; nothing was stored. In `retrySeconds` as many are admitted as
    /// the request asks for, or one more of a request that takes a part.
    case refused(retrySeconds: Int)
    /// So many were admitted and counted, at least one and fewer than the request asks for. In
    /// `retrySeconds` one more is admitted.
    case partly(count: Int, retrySeconds: Int)
    /// All or none are asked for, and they are more than the limit, so that none ever will be;
    /// nothing was stored.
    case beyondLimit(limit: Int)
    /// It could not be decided.
    case unavailable(AdmissionFailure)
}
