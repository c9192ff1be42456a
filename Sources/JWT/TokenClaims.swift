internal import JSON
package import OpenSSL

/// A token all of whose claims hold. A class, since each request with a remembered token has it.
package final class VerifiedToken: Equatable, Sendable {
    /// `sub`: 1 to 256 bytes of UTF-8 without control characters.
    package let subject: [UInt8]
    /// `jti`, of the same form as `sub`; nil when the token has none.
    package let tokenID: [UInt8]?
    /// `exp`, in seconds since 1970; any finite number.
    package let expiresAt: Double
    /// `iat` in whole seconds since 1970, 0 for what lies before; nil when the token has none.
    package let issuedAt: Int64?
    /// The text without its signature, where it is another name of a token without `tokenID`: a
    /// token that is signed with ES256 has two signatures, (r, s) and (r, n − s), and so two texts.
    package let signedPart: [UInt8]?
    /// What log and audit log know the subject by; nil for a token that is not remembered.
    package let subjectNames: SubjectNames?

    package init(
        subject: [UInt8], tokenID: [UInt8]?, expiresAt: Double, issuedAt: Int64?,
        signedPart: [UInt8]? = nil,
        subjectNames: SubjectNames? = nil
    ) {
        self.subject = subject
        self.tokenID = tokenID
        self.expiresAt = expiresAt
        self.issuedAt = issuedAt
        self.signedPart = signedPart
        self.subjectNames = subjectNames
    }

    package static func == (one: VerifiedToken, other: VerifiedToken) -> Bool {
        one.subject == other.subject && one.tokenID == other.tokenID
            && one.expiresAt == other.expiresAt && one.issuedAt == other.issuedAt
            && one.signedPart == other.signedPart
    }
}

/// The MACs of a remembered token's subject, each computed when it is first asked for. The loop
/// that remembers the token always asks for them under the same keys.
package final class SubjectNames: Sendable {
    package let log = KeptMAC()
    package let audit = KeptMAC()
}

/// The times that a token claims, in seconds since 1970. Doubles, since a claim may be 1e300, which
/// no integer holds.
package struct TokenTimes: Equatable, Sendable {
    package var expiration: Double
    package var notBefore: Double?
    package var issuedAt: Double?
    package var authenticatedAt: Double?

    package init(expiration: Double) { self.expiration = expiration }

    /// `issuedAt` in whole seconds, rounded down, so that it is not after a revocation that was.
    var issuedSecond: Int64? {
        issuedAt.map { Int64(exactly: max(0, $0).rounded(.down)) ?? .max }
    }

    /// Throws unless the token is in force at `now`.
    func check(now: Double, leeway: Double) throws(TokenError) {
        if let notBefore, notBefore > now + leeway { throw .notYetValid }
        if let issuedAt, issuedAt > now + leeway { throw .issuedInFuture }
        if let authenticatedAt, authenticatedAt > now + leeway { throw .issuedInFuture }
        // RFC 7519 §4.1.4: not accepted on or after the time of `exp`.
        guard now < expiration + leeway else { throw .expired }
    }

    /// Throws where the user was authenticated too long ago.
    func checkAge(now: Double, secondsMax: Int?) throws(TokenError) {
        guard let secondsMax else { return }
        // RFC 9470 §4: without a word on when, it was too long ago.
        guard let time = authenticatedAt ?? issuedAt, now - time <= Double(secondsMax) else {
            throw .staleAuthentication(maxAgeSeconds: secondsMax)
        }
    }
}

/// What there is to say of a token that is signed and in force.
package enum TokenVerdict: Equatable, Sendable {
    case accepted(VerifiedToken)
    /// Good in every other way, and without one of the scopes in `required`.
    case lacksScope(VerifiedToken, required: String)

    var accepted: VerifiedToken {
        get throws(TokenError) {
            switch self {
            case .accepted(let token): return token
            case .lacksScope(_, let required): throw .insufficientScope(required: required)
            }
        }
    }
}

/// What a token claims, as far as it is looked at.
package struct TokenClaims {
    private var subject: [UInt8]?
    private var tokenID: [UInt8]?
    /// Its `expiration` means something where `hasExpiration` is true.
    private(set) var times = TokenTimes(expiration: 0)
    private var hasExpiration = false
    private var issuerMatches = false
    private var audienceMatches = false
    private var isBound = false
    /// Whether `rules.requirements` are met, one bit for each.
    private var metRequirements = 0
    private var granted: [[UInt8]] = []
    /// The first claim whose value is not of its form.
    private var invalidClaim: TokenClaim?
    private let rules: TokenRules
    /// Of the token, where two texts have the same; nil elsewhere.
    private let signedPart: [UInt8]?

    /// Reads the claims. Those `rules` does not ask for are skipped, whatever their values.
    package init(
        _ json: Span<UInt8>, rules: TokenRules, signedPart: [UInt8]? = nil
    ) throws(TokenError) {
        self.rules = rules
        self.signedPart = signedPart
        do throws(JSONError) {
            var scanner = JSONScanner(json, depthMax: TokenRules.depthMax)
            try scanner.beginObject()
            while let name = try scanner.nextName() {
                if !rules.requirements.isEmpty { try checkRequirements(name, scanner) }
                guard let claim = TokenClaims.claim(named: name, in: scanner, rules) else {
                    try scanner.skipValue()
                    continue
                }
                if try !read(claim, named: name, &scanner), invalidClaim == nil {
                    invalidClaim = claim
                }
            }
            try scanner.finish()
        } catch {
            throw .malformedClaims(error)
        }
    }

    /// The token, if every claim holds at `nowUnixMilliseconds`.
    package func verified(nowUnixMilliseconds: Int64) throws(TokenError) -> VerifiedToken {
        try judged(nowUnixMilliseconds: nowUnixMilliseconds).accepted
    }

    /// The same, where whose token it is matters also when its scope does not suffice. What is
    /// wrong for good comes before what time brings about, so that `expired` is said of a token
    /// that was good; the scope comes last, because only a valid token can lack one, and only what
    /// has the scope can be too old for it.
    package func judged(nowUnixMilliseconds: Int64) throws(TokenError) -> TokenVerdict {
        if let invalidClaim { throw .invalidClaim(invalidClaim) }
        guard let subject else { throw .missingClaim(.subject) }
        guard hasExpiration else { throw .missingClaim(.expiration) }
        guard rules.issuer == nil || issuerMatches else { throw .wrongIssuer }
        guard rules.audience == nil || audienceMatches else { throw .wrongAudience }
        for (index, requirement) in rules.requirements.enumerated()
        where metRequirements & 1 << index == 0 {
            throw .unmetRequirement(claim: requirement.text)
        }
        guard !isBound else { throw .boundToken }
        if let secondsMax = rules.lifetimeSecondsMax {
            guard let issuedAt = times.issuedAt else { throw .missingClaim(.issuedAt) }
            guard times.expiration - issuedAt <= Double(secondsMax) else {
                throw .lifetimeTooLong(maxSeconds: secondsMax)
            }
        }

        let now = Double(nowUnixMilliseconds) / 1000
        try times.check(now: now, leeway: Double(rules.leewaySeconds))

        let token = VerifiedToken(
            subject: subject, tokenID: tokenID, expiresAt: times.expiration,
            issuedAt: times.issuedSecond, signedPart: tokenID == nil ? signedPart : nil)
        if let required = rules.scope {
            guard rules.scopeTokens.allSatisfy(granted.contains) else {
                return .lacksScope(token, required: required)
            }
        }
        try times.checkAge(now: now, secondsMax: rules.authenticationAgeSecondsMax)
        return .accepted(token)
    }

    /// Reads the value of `claim`; false when it isn't of the claim's form, and then it is skipped.
    private mutating func read(
        _ claim: TokenClaim, named name: JSONString, _ scanner: inout JSONScanner
    ) throws(JSONError) -> Bool {
        switch claim {
        case .subject:
            subject = try TokenClaims.identifier(&scanner)
            return subject != nil
        case .tokenID:
            tokenID = try TokenClaims.identifier(&scanner)
            return tokenID != nil
        case .expiration:
            guard let time = try TokenClaims.number(&scanner) else { return false }
            times.expiration = time
            hasExpiration = true
            return true
        case .notBefore:
            times.notBefore = try TokenClaims.number(&scanner)
            return times.notBefore != nil
        case .issuedAt:
            times.issuedAt = try TokenClaims.number(&scanner)
            return times.issuedAt != nil
        case .authenticationTime:
            guard rules.authenticationAgeSecondsMax != nil else {
                return try TokenClaims.skip(&scanner)
            }
            times.authenticatedAt = try TokenClaims.number(&scanner)
            return times.authenticatedAt != nil
        case .issuer:
            guard let issuer = rules.issuerBytes else { return try TokenClaims.skip(&scanner) }
            guard let value = try TokenClaims.string(&scanner) else { return false }
            issuerMatches = scanner.equals(value, issuer.span)
            return true
        case .audience:
            guard let audience = rules.audienceBytes else { return try TokenClaims.skip(&scanner) }
            return try readAudience(audience, &scanner)
        case .scope:
            guard rules.scope != nil else { return try TokenClaims.skip(&scanner) }
            let paths = rules.claims.scopes.filter { TokenClaims.isName($0[0], name, in: scanner) }
            return try readScopes(paths, depth: 1, &scanner)
        case .confirmation:
            isBound = true
            return try TokenClaims.skip(&scanner)
        }
    }

    /// Reads the value that `paths` lead to with their first `depth` names: a text of scopes with
    /// spaces between, an array with one in each element, or an object that holds such.
    private mutating func readScopes(
        _ paths: [[[UInt8]]], depth: Int, _ scanner: inout JSONScanner
    ) throws(JSONError) -> Bool {
        let kind = try scanner.peek()
        guard kind != .object else {
            let inner = paths.filter { $0.count > depth }
            var isOfForm = !inner.isEmpty
            try scanner.beginObject()
            while let name = try scanner.nextName() {
                let paths = inner.filter { TokenClaims.isName($0[depth], name, in: scanner) }
                if paths.isEmpty {
                    try scanner.skipValue()
                } else if try !readScopes(paths, depth: depth + 1, &scanner) {
                    isOfForm = false
                }
            }
            return isOfForm
        }
        guard paths.contains(where: { $0.count == depth }) else {
            try scanner.skipValue()
            return false
        }
        guard kind == .array else {
            guard let value = try TokenClaims.string(&scanner) else { return false }
            granted += TokenRules.scopeTokens(in: scanner.unescaped(value))
            return true
        }
        var allAreStrings = true
        try scanner.beginArray()
        while try scanner.nextElement() {
            if let value = try TokenClaims.string(&scanner) {
                granted.append(scanner.unescaped(value))
            } else {
                allAreStrings = false
            }
        }
        return allAreStrings
    }

    /// Notes which requirements the claim meets that has this name and begins where the scanner
    /// stands.
    private mutating func checkRequirements(
        _ name: JSONString, _ scanner: JSONScanner
    ) throws(JSONError) {
        for (index, requirement) in rules.requirements.enumerated()
        where scanner.equals(name, requirement.name.span) {
            var scanner = scanner
            if try TokenClaims.holds(requirement.value, &scanner) { metRequirements |= 1 << index }
        }
    }

    /// Whether the value that begins here is `wanted`, or an array that holds it.
    private static func holds(
        _ wanted: [UInt8]?, _ scanner: inout JSONScanner
    ) throws(JSONError) -> Bool {
        let kind = try scanner.peek()
        guard let wanted else { return kind != .null }
        guard kind == .array else {
            guard let value = try string(&scanner) else { return false }
            return scanner.equals(value, wanted.span)
        }
        var isFound = false
        try scanner.beginArray()
        while try scanner.nextElement() {
            if let value = try string(&scanner), scanner.equals(value, wanted.span) {
                isFound = true
            }
        }
        return isFound
    }

    /// RFC 7519 §4.1.3: an array of strings, or one string alone.
    private mutating func readAudience(
        _ audience: [UInt8], _ scanner: inout JSONScanner
    ) throws(JSONError) -> Bool {
        guard try scanner.peek() == .array else {
            guard let value = try TokenClaims.string(&scanner) else { return false }
            audienceMatches = scanner.equals(value, audience.span)
            return true
        }
        var allAreStrings = true
        try scanner.beginArray()
        while try scanner.nextElement() {
            if let value = try TokenClaims.string(&scanner) {
                if scanner.equals(value, audience.span) { audienceMatches = true }
            } else {
                allAreStrings = false
            }
        }
        return allAreStrings
    }

    private static func claim(
        named name: JSONString, in scanner: borrowing JSONScanner, _ rules: TokenRules
    ) -> TokenClaim? {
        let names = rules.claims
        if scanner.equals(name, names.subject.span) { return .subject }
        if scanner.equals(name, "exp") { return .expiration }
        if scanner.equals(name, "iat") { return .issuedAt }
        if scanner.equals(name, names.tokenID.span) { return .tokenID }
        if scanner.equals(name, "nbf") { return .notBefore }
        if scanner.equals(name, "iss") { return .issuer }
        if scanner.equals(name, "aud") { return .audience }
        for path in names.scopes where isName(path[0], name, in: scanner) { return .scope }
        if scanner.equals(name, "auth_time") { return .authenticationTime }
        if scanner.equals(name, "cnf") { return .confirmation }
        return nil
    }

    private static func isName(
        _ wanted: [UInt8], _ name: JSONString, in scanner: borrowing JSONScanner
    ) -> Bool {
        scanner.equals(name, wanted.span)
    }

    /// The string that begins here, or nil for another value, which is skipped.
    private static func string(_ scanner: inout JSONScanner) throws(JSONError) -> JSONString? {
        guard try scanner.peek() == .string else {
            try scanner.skipValue()
            return nil
        }
        return try scanner.string()
    }

    /// The number that begins here, or nil for another value or one no Double holds, which is
    /// skipped.
    private static func number(_ scanner: inout JSONScanner) throws(JSONError) -> Double? {
        do throws(JSONError) {
            return try scanner.number().value
        } catch {
            switch error {
            case .unexpectedKind, .numberOutOfRange:
                try scanner.skipValue()
                return nil
            case .unexpectedEnd, .unexpectedByte, .invalidUTF8, .invalidEscape, .controlCharacter,
                .invalidNumber, .duplicateName, .tooDeep, .trailingBytes:
                throw error
            }
        }
    }

    /// The identifier that begins here, or nil for another value, which is skipped.
    private static func identifier(_ scanner: inout JSONScanner) throws(JSONError) -> [UInt8]? {
        guard let value = try string(&scanner) else { return nil }
        let bytes = scanner.unescaped(value)
        return Identifier.isAcceptable(bytes.span) ? bytes : nil
    }

    private static func skip(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
        try scanner.skipValue()
        return true
    }
}
