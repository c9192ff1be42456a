internal import Bytes
package import JWT
package import POSIX

/// Where a value was given.
package enum ConfigurationPlace: Equatable, Sendable, CustomStringConvertible {
    /// A flag, by the name of its key.
    case flag(String)
    /// A variable of the environment.
    case variable(String)
    /// A file that a variable ending in `_FILE` names.
    case variableFile(variable: String, path: String)
    case file(path: String, line: Int)
    /// The table.
    case standard

    package var description: String {
        switch self {
        case .flag(let name): "flag --\(name)"
        case .variable(let name): "environment \(name)"
        case .variableFile(let variable, let path): "environment \(variable) (\(path))"
        case .file(let path, let line): "\(path):\(line)"
        case .standard: "default"
        }
    }
}

/// Why the service does not start. Its description is one line that says where and what; it holds
/// no secret.
package enum ConfigurationError: Error, Equatable, Sendable {
    /// `name` is fit to be shown.
    case unknownKey(at: ConfigurationPlace, name: String, nearest: String?)
    /// `found` is fit to be shown.
    case unacceptable(at: ConfigurationPlace, key: String, found: String, wanted: String)
    case strayArgument(String)
    case flagWithoutValue(key: String, wanted: String)
    /// A secret among the flags, where every user of the machine can read it.
    case secretAsFlag(key: String, variable: String)
    case givenTwice(at: ConfigurationPlace, key: String, first: ConfigurationPlace)
    case notKeyAndValue(at: ConfigurationPlace)
    case notUTF8(at: ConfigurationPlace)
    case utf16(path: String)
    /// One that does not end a line.
    case carriageReturn(at: ConfigurationPlace)
    /// A variable and its `_FILE` form are both set.
    case variableAndFile(variable: String)
    case unreadable(at: ConfigurationPlace?, FileError)
    /// A variable for the path of a secret's file that seems to hold the secret.
    case secretAsPath(at: ConfigurationPlace)
    case noKeys(directory: String)
    case tooManyKeys(directory: String, filesMax: Int)
    case weakKey(path: String, found: String, wanted: String)
    /// A secret that anyone may know. `name` is jwt.secret, or the path of one of jwt.keys.
    case publicKeyAsSecret(name: String)
    /// The file of jwt.jwks.
    case keySet(path: String, JSONWebKeySetError)
    /// One that requests go to. The reason holds nothing of it but its port.
    case outgoingURL(at: ConfigurationPlace, key: String, reason: String)
    /// Keys that do not make a set.
    case tokenKeys(SigningKeyError)
    case tokenClaims(TokenRulesError)
    case noStore
    case noSecret
    /// Requests without a token, from an address that is not of this machine.
    case platformExposed(at: ConfigurationPlace, host: String)
    case developmentHost(at: ConfigurationPlace, host: String)
    case developmentStore(at: ConfigurationPlace)
    /// `--dev` signs a token of a day and shows it, so it uses only its own secret.
    case developmentSecret(at: ConfigurationPlace, key: String)
    case developmentOperations(at: ConfigurationPlace, host: String)
    /// audit.directory without audit.key.
    case noAuditKey
    /// The same bytes for both. `name` is the token key's: jwt.secret, or the path of one of
    /// jwt.keys.
    case auditKeyIsTokenKey(name: String)
    /// quota.limit times store.subjects.
    case storeTooLarge(quotaLimit: Int, subjects: Int)
    /// The quotas of roles.path and store.subjects.
    case quotasTooLarge(path: String, subjects: Int, admissions: Int)
    case drainDelayTooLong
    /// A key that means nothing without another one.
    case setAlone(at: ConfigurationPlace, key: String, partner: String)
    /// With `security = strict`: all of them.
    case weakSettings([WeakSetting])
}

extension ConfigurationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownKey(let place, let name, let nearest):
            "\(place): unknown key \(name)" + (nearest.map { ", did you mean \($0)?" } ?? "")
        case .unacceptable(let place, let key, let found, let wanted):
            "\(place): \(key): \(found), expected \(wanted)"
        case .strayArgument(let text): "argument \(text), expected --key value or --key=value"
        case .flagWithoutValue(let key, let wanted): "flag --\(key): no value, expected \(wanted)"
        case .givenTwice(let place, let key, let first): "\(place): \(key) again, after \(first)"
        case .notKeyAndValue(let place): "\(place): no \"=\", expected key = value"
        case .notUTF8(let place): "\(place): bytes that are not UTF-8"
        case .utf16(let path): "\(path): UTF-16, expected UTF-8"
        case .carriageReturn(let place):
            "\(place): a carriage return within the line, expected a line feed at each line's end"
        case .unreadable(let place, let error):
            (place.map { "\($0): " } ?? "") + "cannot be read: \(error)"
        case .setAlone(let place, let key, let partner):
            "\(place): \(key): set without \(partner), expected both or neither"
        case .drainDelayTooLong: "drain.delay: not shorter than drain.timeout"
        case .weakSettings(let settings):
            "security is strict, and \(settings.count) "
                + (settings.count == 1 ? "setting is" : "settings are") + " weak: "
                + settings.map(\.description).joined(separator: "; ")
        case .secretAsFlag(let key, let variable):
            "flag --\(key): a secret among the flags shows in ps, expected \(variable) or "
                + "\(variable)_FILE in the environment"
        case .variableAndFile(let variable):
            "environment \(variable): set together with \(variable)_FILE, expected one of them"
        case .secretAsPath(let place):
            "\(place): no file is there, expected the path of one; what is set looks like the "
                + "secret "
                + "itself"
        case .noKeys(let directory): "jwt.keys: \(directory): no keys, expected a file for each"
        case .tooManyKeys(let directory, let filesMax):
            "jwt.keys: \(directory): too many keys, expected at most \(filesMax)"
        case .weakKey(let path, let found, let wanted):
            "jwt.keys: \(path): \(found), expected \(wanted)"
        case .publicKeyAsSecret(let name):
            "\(name): a public key or a certificate, expected a secret; public keys belong into "
                + "the set of jwt.jwks"
        case .keySet(let path, let error): "jwt.jwks: \(path): \(error)"
        case .outgoingURL(let place, let key, let reason): "\(place): \(key): \(reason)"
        case .tokenKeys(let error): "jwt.keys and jwt.jwks: \(error)"
        case .tokenClaims(let error): "jwt.claim: \(error)"
        case .noSecret:
            "no secret, expected JWT_SECRET, JWT_SECRET_FILE, jwt.keys or jwt.jwks; --dev "
                + "generates one"
        case .developmentSecret(let place, let key):
            "\(place): \(key): set, but --dev signs a token of a day with a secret of its own; "
                + "expected it without, or no --dev"
        case .noAuditKey:
            "audit.directory: no audit.key, expected AUDIT_KEY or AUDIT_KEY_FILE"
        case .auditKeyIsTokenKey(let name):
            "audit.key: the same as \(name), expected a key of its own: anyone who "
                + "verifies the log could make tokens, and anyone who makes tokens could forge the "
                + "log"
        case .noStore:
            "no store, expected REDIS_URL, or store = memory for a single process; --dev implies "
                + "that"
        case .storeTooLarge(let quotaLimit, let subjects):
            "quota.limit \(quotaLimit) times store.subjects \(subjects): more than "
                + "\(ConfigurationLimits.memoryAdmissionsMax) admissions to hold in memory"
        case .quotasTooLarge(let path, let subjects, let admissions):
            "\(path): with its quotas, store.subjects \(subjects) may have \(admissions) "
                + "admissions to hold in memory, expected at most "
                + "\(ConfigurationLimits.memoryAdmissionsMax)"
        case .platformExposed(let place, let host):
            "\(place): auth = platform at \(ShownText.quoted(host.utf8)), where anyone could ask "
                + "without a token, expected a loopback address, or auth.platform_exposed = on "
                + "where nobody but the platform reaches it"
        case .developmentHost(let place, let host):
            "\(place): http.host: \(host), but with --dev expected a loopback address (127.0.0.1)"
        case .developmentOperations(let place, let host):
            "\(place): operations.listen: \(host), but with --dev expected a loopback address "
                + "(127.0.0.1), a Unix socket or off"
        case .developmentStore(let place):
            "\(place): store: redis, but --dev keeps the store in memory"
        }
    }
}

/// What is odd but does not stop the start.
package enum ConfigurationWarning: Equatable, Sendable, CustomStringConvertible {
    /// Kubernetes puts it in for a service that is named churnd.
    case ignoredVariable(String)
    /// `jwt.keys` or `jwt.jwks` is set.
    case unusedSecret(at: ConfigurationPlace, key: String)
    /// A key in the set of `jwt.jwks`.
    case skippedKey(SkippedKey)
    /// The store is in memory.
    case unusedRedisURL(at: ConfigurationPlace)
    case strayBytes(at: ConfigurationPlace, key: String, StrayBytes)

    package var description: String {
        switch self {
        case .ignoredVariable(let name):
            "environment \(name): ignored, as Kubernetes sets it for a service named churnd"
        case .unusedSecret(let place, let key):
            "\(place): jwt.secret: not used, as \(key) is set"
        case .skippedKey(let key):
            "jwt.jwks: key \(key.id.map(ShownText.name) ?? "without a kid"): skipped: \(key.reason)"
        case .unusedRedisURL(let place):
            "\(place): redis.url: not used, as the store is in memory"
        case .strayBytes(let place, let key, let stray):
            "\(place): \(key): \(stray), taken as part of it; expected it without"
        }
    }
}
