internal import Bytes
internal import Redis

/// Rules about the secrets themselves.
extension WeakSettingRule {
    private static let randomWanted = "random bytes, as openssl rand -hex 32 makes"

    static let guessableTokenKey = WeakSettingRule(
        "jwt.secret, jwt.keys",
        weakWhen: "fewer than \(GuessableSecret.differentBytesMin) different bytes, the same bytes "
            + "over and over, letters or digits in their order, the path of a file, or a word that "
            + "samples have",
        wanted: randomWanted
    ) { subject in guessable(tokenSecrets(subject)) }

    static let guessableAuditKey = WeakSettingRule(
        "audit.key", weakWhen: "the same", wanted: randomWanted
    ) { subject in guessable(auditSecrets(subject)) }

    static let sharedSecret = WeakSettingRule(
        "audit.key, redis.url, redis.sentinel.password",
        weakWhen: "the password of Redis or of the Sentinels is a key of tokens, or the audit "
            + "log's key: anyone who has one has both",
        wanted: "a secret for each"
    ) { subject in
        // An audit key that is a key of tokens is no weak setting, but refused.
        equals(redisSecrets(subject), tokenSecrets(subject) + auditSecrets(subject))
    }

    /// A secret, and what it is called.
    private typealias Named = (name: String, secret: Secret)

    private static func tokenSecrets(_ subject: Subject) -> [Named] {
        switch subject.configuration.tokens.keys {
        case .secret(let secret): [("\(subject.settings.place(.tokenSecret))", secret)]
        case .named(let keys): keys.secrets.map { ("the key \(ShownText.name($0.id))", $0.secret) }
        case .madeAtStart: []
        }
    }

    private static func auditSecrets(_ subject: Subject) -> [Named] {
        guard let audit = subject.configuration.audit else { return [] }
        return [("\(subject.settings.place(.auditKey))", audit.key)]
    }

    private static func redisSecrets(_ subject: Subject) -> [Named] {
        guard case .redis(let endpoint, _, _) = subject.configuration.store else { return [] }
        let passwords = [
            ("the password of Redis", endpoint.password),
            ("the password of the Sentinels", endpoint.sentinelPassword),
        ]
        return passwords.compactMap { name, password in password.map { (name, Secret($0)) } }
    }

    private static func guessable(_ secrets: [Named]) -> [String] {
        secrets.compactMap { name, secret in
            secret.withBytes { GuessableSecret($0) }.map { "\(name): \($0)" }
        }
    }

    private static func equals(_ some: [Named], _ others: [Named]) -> [String] {
        some.flatMap { one in
            others.filter { one.secret.isEqual(to: $0.secret) }.map { "\(one.name) is \($0.name)" }
        }
    }
}
