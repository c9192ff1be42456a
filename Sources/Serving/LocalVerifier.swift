package import Deployment
package import JWT
package import Reactor

/// The keys as one worker verifies tokens with them. Others take their place at the end of a turn,
/// and with them the verifier, which knows the tokens that it has accepted.
package struct LocalVerifier {
    private(set) var verifier: TokenVerifier
    private var reader: PublishedReader<SigningKeys>
    private let rules: TokenRules

    /// - Parameter mailbox: of the worker, which a publication ends a turn of.
    package init(
        of keys: Published<SigningKeys>, rules: TokenRules, mailbox: Mailbox<Worker>
    ) {
        reader = keys.subscribe { mailbox.post { _ in } }
        self.rules = rules
        verifier = TokenVerifier(keys: reader.value, rules: rules)
    }

    /// Takes the latest keys.
    mutating func takePublished() {
        let rules = rules
        var taken: TokenVerifier?
        reader.take { taken = TokenVerifier(keys: $0, rules: rules) }
        if let taken { verifier = taken }
    }
}

extension TokenVerifier {
    /// The token, where it is good and has the scope, or where that does not matter.
    func admitted(
        _ token: Span<UInt8>, known: RecentTokens.Entry?, nowUnixMilliseconds: Int64,
        anyScope: Bool
    ) throws(ServiceFailure) -> VerifiedToken {
        let verdict: TokenVerdict
        do throws(TokenError) {
            verdict = try judge(
                token, known: known, nowUnixMilliseconds: nowUnixMilliseconds)
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
