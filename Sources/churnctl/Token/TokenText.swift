internal import Bytes
internal import Identity
internal import JSON
internal import JWT

/// What a token holds and whether it is valid, line by line; made plain when it is printed.
struct TokenText {
    private(set) var lines: [String] = []
    /// Whether the signature was verified and every rule holds.
    private(set) var isValid = false

    private let nowSeconds: Double

    /// `keys`: nil where none are configured, so that the signature cannot be verified.
    init(of token: [UInt8], keys: SigningKeys?, rules: TokenRules, nowUnixMilliseconds: Int64) {
        nowSeconds = Double(nowUnixMilliseconds) / 1000
        let parts: TokenSegments
        do throws(TokenError) {
            parts = try TokenSegments(token.span)
        } catch {
            lines.append("verdict: not valid, \(TokenMistake(token)?.description ?? "\(error)")")
            return
        }
        if let mistake = TokenMistake(token) {
            lines.append("verdict: not valid, \(mistake)")
            return
        }
        describe(.header, token[parts.header])
        describe(.claims, token[parts.claims])
        let verifier = keys.map { TokenVerifier(keys: $0, rules: rules) }
        lines.append("signature: " + TokenText.signature(of: token, verifier))
        do throws(TokenError) {
            let verified =
                if let verifier {
                    try verifier.verify(token.span, nowUnixMilliseconds: nowUnixMilliseconds)
                } else {
                    try TokenText.unverified(
                        token, parts, rules: rules, nowUnixMilliseconds: nowUnixMilliseconds)
                }
            isValid = verifier != nil
            let end = TimeInWords.relative(seconds: verified.expiresAt - nowSeconds)
            if let digest = verified.boundCertificate {
                lines.append(
                    "bound: only over connections with the client certificate whose SHA-256 is "
                        + String(hexadecimal: digest.span))
            }
            if let rights = verified.rights, let roles = rules.roles {
                describe(rights, under: roles)
            }
            lines.append(
                isValid
                    ? "verdict: valid, expires \(end)"
                    : "verdict: not known, nothing is wrong but the signature is not verified; "
                        + "expires \(end)")
        } catch {
            lines.append("verdict: not valid, \(error)")
        }
    }

    /// What its roles allow.
    private mutating func describe(_ rights: TokenRights, under roles: Roles) {
        let scopes = Scope.allCases.filter(rights.scopes.contains)
        let names = scopes.map { "\($0.name)" }
        lines.append("scopes: \(names.isEmpty ? "none" : names.joined(separator: " "))")
        lines.append("quota: \(rights.quotaLimit.map { "\($0)" } ?? "that of quota.limit")")
        for scope in scopes where Scope.administrative.contains(scope) {
            let isEnough = rights.login.satisfies(roles.stepUp(for: scope), now: nowSeconds)
            let verdict = isEnough ? "recent enough" : "not recent enough, or not of the kind"
            lines.append("login: \(verdict) for \(scope.name)")
        }
    }

    /// What the rules say of a token whose signature is not verified.
    private static func unverified(
        _ token: [UInt8], _ parts: TokenSegments, rules: TokenRules, nowUnixMilliseconds: Int64
    ) throws(TokenError) -> VerifiedToken {
        var bytes: [UInt8] = []
        let headerCount = try TokenSegments.decode(
            .header, token.span.extracting(parts.header), into: &bytes)
        _ = try TokenHeader(bytes.span.extracting(0..<headerCount))
        let claimsCount = try TokenSegments.decode(
            .claims, token.span.extracting(parts.claims), into: &bytes)
        return try TokenClaims(bytes.span.extracting(0..<claimsCount), rules: rules)
            .verified(nowUnixMilliseconds: nowUnixMilliseconds)
    }

    private static func signature(of token: [UInt8], _ verifier: TokenVerifier?) -> String {
        guard let verifier else { return "not verified, no key is configured" }
        do throws(TokenError) {
            try verifier.verifySignature(token.span)
            return "good"
        } catch {
            return error == .badSignature
                ? "bad, it does not match header, claims and the configured key"
                : "not verified, \(error)"
        }
    }

    private mutating func describe(_ part: TokenPart, _ text: ArraySlice<UInt8>) {
        lines.append("\(part.rawValue):")
        var bytes: [UInt8] = []
        let text = Array(text)
        guard let count = Base64URL.decode(text.span, into: &bytes) else {
            lines.append("  not base64url")
            return
        }
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(
                parsing: bytes.span.extracting(0..<count), depthMax: TokenRules.depthMax)
        } catch {
            lines.append("  not JSON that can be read: \(error)")
            return
        }
        guard let object = json.asObject else {
            lines.append("  not a JSON object")
            return
        }
        for member in object.members {
            var line = "  \(TokenText.text(.string(member.name))): "
            line += TokenText.text(member.value)
            if let remark = remark(on: member.name, member.value, in: part) {
                line += " (\(remark))"
            }
            lines.append(line)
        }
    }

    /// How far from now a claim's time is.
    private func remark(on name: String, _ value: JSONValue, in part: TokenPart) -> String? {
        guard part == .claims, let claim = TokenClaim(rawValue: name) else { return nil }
        switch claim {
        case .expiration, .notBefore, .issuedAt, .authenticationTime:
            guard let time = value.asNumber else { return nil }
            return TimeInWords.relative(seconds: time - nowSeconds)
        case .subject, .tokenID, .issuer, .audience, .scope, .confirmation,
            .authenticationContext, .authenticationMethods:
            return nil
        }
    }

    private static func text(_ value: JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.finish(), as: UTF8.self)
    }
}
