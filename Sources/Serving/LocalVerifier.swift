package import Deployment
package import Identity
package import JWT
package import Reactor

/// Keys and roles as one worker verifies tokens with them. Others take their place at the end of a
/// turn, and with either of them the verifier forgets the tokens that it has accepted.
package struct LocalVerifier {
    private(set) var verifier: TokenVerifier
    private var keys: PublishedReader<SigningKeys>
    /// Nil where roles are not configured.
    private var roles: PublishedReader<Roles>?
    private var rules: TokenRules

    /// - Parameters:
    ///   - rules: with the roles before any of `roles`.
    ///   - mailbox: of the worker, which a publication ends a turn of.
    package init(
        of keys: Published<SigningKeys>, roles: Published<Roles>? = nil, rules: TokenRules,
        mailbox: Mailbox<Worker>
    ) {
        self.keys = keys.subscribe { mailbox.post { _ in } }
        self.roles = roles?.subscribe { mailbox.post { _ in } }
        self.rules = rules
        if let roles = self.roles { self.rules.roles = roles.value }
        verifier = TokenVerifier(keys: self.keys.value, rules: self.rules)
    }

    /// Takes the latest keys and roles.
    mutating func takePublished() {
        var other: Roles?
        roles?.take { other = $0 }
        if let other {
            rules.roles = other
            // The keys' secrets are overwritten, so that no other verifier can be made of them.
            verifier.adopt(other)
        }
        let (rules, current) = (rules, verifier)
        var taken: TokenVerifier?
        // Here, since their secrets are overwritten when every worker has taken them.
        keys.take { keys in
            if keys.areSecretsInUse {
                current.dropPublished()
            } else {
                taken = TokenVerifier(keys: keys, rules: rules)
            }
        }
        if let taken { verifier = taken }
    }
}

extension TokenVerifier {
    /// The token, where it is good and has the scope, or where that does not matter.
    ///
    /// - Parameter certificate: of the client, as `judge` takes it.
    func admitted(
        _ token: Span<UInt8>, known: RecentTokens.Entry?, nowUnixMilliseconds: Int64,
        certificate: [UInt8]?, anyScope: Bool
    ) throws(ServiceFailure) -> VerifiedToken {
        let verdict: TokenVerdict
        do throws(TokenError) {
            verdict = try judge(
                token, known: known, nowUnixMilliseconds: nowUnixMilliseconds,
                certificate: certificate)
        } catch {
            throw .token(error)
        }
        switch verdict {
        case .accepted(let token): return token
        case .lacksScope(let token, _) where anyScope: return token
        case .lacksScope(let token, let required):
            throw .insufficientScope(token, required: required)
        }
    }
}
