internal import Identity
internal import JSON

/// What a token claims, as far as it is looked at.
package struct TokenClaims {
    private var subject: [UInt8]?
    private var tokenID: [UInt8]?
    /// Its `expiration` means something where `hasExpiration` is true.
    private(set) var times = TokenTimes(expiration: 0)
    private var hasExpiration = false
    private var issuerMatches = false
    private var audienceMatches = false
    private var confirmation = Confirmation.none
    /// Whether `rules.requirements` are met, one bit for each.
    private var metRequirements = 0
    private var granted: [[UInt8]] = []
    private var authenticationContext: [UInt8] = []
    private var authenticationMethods: [[UInt8]] = []
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
        if case .other = confirmation { throw .boundToken }
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
            issuedAt: times.issuedSecond, signedPart: tokenID == nil ? signedPart : nil,
            boundCertificate: confirmation.certificate,
            rights: rules.roles.map { rights(of: subject, under: $0) })
        if let required = rules.scope {
            guard rules.scopeTokens.allSatisfy(granted.contains) else {
                return .lacksScope(token, required: required)
            }
        }
        try times.checkAge(now: now, secondsMax: rules.authenticationAgeSecondsMax)
        return .accepted(token)
    }

    private func rights(of subject: [UInt8], under roles: Roles) -> TokenRights {
        TokenRights(
            scopes: roles.scopes(of: granted),
            login: Login(
                time: times.authenticatedAt ?? times.issuedAt, context: authenticationContext,
                methods: authenticationMethods),
            quotaLimit: roles.quotaLimit(of: granted, subject: subject))
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
            guard rules.authenticationAgeSecondsMax != nil || rules.roles != nil else {
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
            guard rules.scope != nil || rules.roles != nil else {
                return try TokenClaims.skip(&scanner)
            }
            let paths = rules.claims.scopes.filter { TokenClaims.isName($0[0], name, in: scanner) }
            return try readScopes(paths, depth: 1, &scanner)
        case .confirmation:
            confirmation = try Confirmation(&scanner)
            return true
        // Of another form they prove no login, as if they were not there.
        case .authenticationContext:
            guard rules.roles != nil else { return try TokenClaims.skip(&scanner) }
            if let value = try TokenClaims.string(&scanner) {
                authenticationContext = scanner.unescaped(value)
            }
            return true
        case .authenticationMethods:
            guard rules.roles != nil, try scanner.peek() == .array else {
                return try TokenClaims.skip(&scanner)
            }
            try scanner.beginArray()
            while try scanner.nextElement() {
                guard let value = try TokenClaims.string(&scanner) else { continue }
                authenticationMethods.append(scanner.unescaped(value))
            }
            return true
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
        if scanner.equals(name, "acr") { return .authenticationContext }
        if scanner.equals(name, "amr") { return .authenticationMethods }
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
