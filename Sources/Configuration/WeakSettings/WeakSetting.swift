internal import OperationsAPI
internal import Redis

/// A setting that is valid but insecure.
package struct WeakSetting: Equatable, Sendable, CustomStringConvertible {
    /// The key, or the flag.
    package let name: String
    /// What was found; holds no part of a secret.
    package let found: String
    package let wanted: String

    package var description: String { "\(name): \(found), expected \(wanted)" }

    /// All that one configuration has, in the order of the table.
    static func all(in subject: WeakSettingRule.Subject) -> [WeakSetting] {
        let isDevelopment = subject.configuration.isDevelopment
        return WeakSettingRule.all.filter { $0.isAboutDevelopment == isDevelopment }.flatMap {
            rule in
            rule.find(subject).map {
                WeakSetting(name: rule.name, found: $0, wanted: rule.wanted)
            }
        }
    }
}

/// A row of the table of weak settings: churnd's start, `security = strict` and `churnctl doctor`
/// use it, and `Docs/operating/security.md` is compared with it.
package struct WeakSettingRule: Sendable {
    /// Where it is looked for.
    struct Subject {
        let configuration: ServiceConfiguration
        let settings: ConfigurationSettings
        let files: ConfigurationFiles
    }

    /// The key or keys, or the flag.
    package let name: String
    /// When it is weak, for the document.
    package let meaning: String
    package let wanted: String
    /// `--dev` is development mode and has a rule of its own; the others are not applied then.
    let isAboutDevelopment: Bool
    /// What is weak, once for each.
    let find: @Sendable (Subject) -> [String]

    init(
        _ name: String, weakWhen meaning: String, wanted: String, isAboutDevelopment: Bool = false,
        find: @escaping @Sendable (Subject) -> [String]
    ) {
        self.name = name
        self.meaning = meaning
        self.wanted = wanted
        self.isAboutDevelopment = isAboutDevelopment
        self.find = find
    }

    /// In the order of the document.
    package static let all: [WeakSettingRule] = [
        guessableTokenKey, guessableAuditKey, sharedSecret, secretFile, keySet, rolesFile,
        signersFile, keyFile, host, operations, socketMode, issuer, audience, memory,
        redisPassword, redisPlain, noAudit, auditDirectory, model, coreDumps, platform,
        customers, development,
    ]
}

extension WeakSettingRule {
    static let host = WeakSettingRule(
        "http.host",
        weakWhen: "it is not a loopback address, and `tls.certificate` and `http.trusted_proxies` "
            + "are not set and `http.insecure` is off, and with `auth = platform` `routes` has "
            + "more than platforms' routes: HTTP without TLS, tokens and customers in the clear",
        wanted: "tls.certificate, a loopback address, http.trusted_proxies where a proxy in front "
            + "terminates TLS, or http.insecure = on"
    ) { subject in
        let http = subject.configuration.http
        guard http.tls == nil, !http.isInsecureMeant, http.trustedProxies.isEmpty,
            !subject.configuration.servesPlatformsAlone,
            !ServiceConfiguration.isLoopback(http.host)
        else { return [] }
        return ["\(http.host) (\(http.hostPlace)), beyond this machine and without TLS"]
    }

    static let operations = WeakSettingRule(
        "operations.listen",
        weakWhen: "it is an address beyond the machine and `operations.tls.certificate` is not "
            + "set: administrators' tokens in the clear",
        wanted: "operations.tls.certificate, a loopback address or a Unix socket"
    ) { subject in
        guard subject.configuration.operations.tls == nil,
            case .tcp(let host, _) = subject.configuration.operations.address,
            !ServiceConfiguration.isLoopback(host)
        else { return [] }
        let place = subject.settings.place(.operationsListen)
        return ["\(host) (\(place)), beyond this machine and without TLS"]
    }

    static let socketMode = WeakSettingRule(
        "operations.socket_mode",
        weakWhen: "`operations.listen` is a Unix socket and everyone on the machine may write to "
            + "it, and so administer",
        wanted: "660 at most"
    ) { subject in
        let operations = subject.configuration.operations
        guard case .unix = operations.address, operations.socketMode & 0o002 != 0 else { return [] }
        return ["\(octal(operations.socketMode)), so that everyone may administer"]
    }

    static let issuer = WeakSettingRule(
        "jwt.issuer", weakWhen: "not set: tokens of another issuer with the same key are accepted",
        wanted: "the iss of the tokens"
    ) { $0.configuration.tokens.issuer == nil ? ["not set, so that iss is not checked"] : [] }

    static let audience = WeakSettingRule(
        "jwt.audience",
        weakWhen: "not set: tokens for another service with the same key are accepted",
        wanted: "the aud of the tokens"
    ) { $0.configuration.tokens.audience == nil ? ["not set, so that aud is not checked"] : [] }

    static let memory = WeakSettingRule(
        "store",
        weakWhen: "`memory`: a restart forgets revocations, and replicas do not share them",
        wanted: "redis"
    ) { subject in
        guard case .memory = subject.configuration.store else { return [] }
        return ["memory, so that a restart lets revoked tokens in again"]
    }

    static let redisPassword = WeakSettingRule(
        "redis.url", weakWhen: "no password, and Redis is not on this machine",
        wanted: "a user with a password"
    ) { subject in
        guard case .redis(let endpoint, _, _) = subject.configuration.store,
            endpoint.password == nil,
            !endpoint.places.allSatisfy({ ServiceConfiguration.isHere($0) })
        else { return [] }
        return ["no password for \(endpoint)"]
    }

    static let redisPlain = WeakSettingRule(
        "redis.url",
        weakWhen: "neither `rediss` nor `rediss+sentinel`, and Redis or a Sentinel is not on this "
            + "machine: the password, tokens and subjects in the clear, and answers that anyone "
            + "on the way can change",
        wanted: "rediss://, or rediss+sentinel://"
    ) { subject in
        guard case .redis(let endpoint, _, _) = subject.configuration.store, endpoint.tls == nil,
            !endpoint.places.allSatisfy({ ServiceConfiguration.isHere($0) })
        else { return [] }
        return ["\(endpoint), beyond this machine and without TLS"]
    }

    static let noAudit = WeakSettingRule(
        "audit.directory", weakWhen: "not set: there is no proof of what was answered",
        wanted: "a directory"
    ) { $0.configuration.audit == nil ? ["not set: what is answered is not recorded"] : [] }

    static let coreDumps = WeakSettingRule(
        "security.core_dumps", weakWhen: "`on`: a dump holds keys and customers' values",
        wanted: "off, except while investigating a fault"
    ) { $0.configuration.allowsCoreDumps ? ["on"] : [] }

    static let platform = WeakSettingRule(
        "auth",
        weakWhen: "`platform`: anyone who reaches the address gets predictions without a token "
            + "from the routes of mlflow, sagemaker, vertex and azure in `routes`",
        wanted: "token, or auth.token_field where the platform keeps Authorization"
    ) { subject in
        let families = subject.configuration.routes.filter(RouteFamily.platforms.contains)
        guard subject.configuration.platform.subject != nil, !families.isEmpty else { return [] }
        let names = families.map(\.rawValue).joined(separator: ", ")
        let origins =
            subject.configuration.crossOrigins.isEmpty
            ? "" : ", also from the pages of cors.origins"
        let host = subject.configuration.http.host
        return ["platform: no token is needed for \(names) at \(host)\(origins)"]
    }

    static let customers = WeakSettingRule(
        "customers.readable",
        weakWhen: "`all`, without `roles.path`: anyone with a token for predictions reads every "
            + "customer whose identifier is known",
        wanted: "own, tenant, or roles.path with customers:read for some roles"
    ) { subject in
        guard let features = subject.configuration.features, features.readable == .all,
            subject.configuration.tokens.roles == nil
        else { return [] }
        return ["all, without roles"]
    }

    static let development = WeakSettingRule(
        "--dev", weakWhen: "given: standard error shows a token valid for a day",
        wanted: "no --dev",
        isAboutDevelopment: true
    ) { _ in ["given: development mode"] }

    /// Permission bits as chmod(1) takes them.
    static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
    }
}
