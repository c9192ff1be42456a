internal import Configuration
internal import JWT
internal import POSIX

/// A secret, from the same places as churnd's.
struct SecretSource {
    /// A file that is larger holds no secret but was named by mistake.
    static let fileBytesMax = 65_536

    /// The one that tokens are signed with.
    static let token = SecretSource(variables: ["JWT_SECRET"], option: "--secret-file")
    /// The one from which the audit log's keys are derived.
    static let audit = SecretSource(
        variables: ["AUDIT_KEY", "CHURND_AUDIT_KEY"], option: "--key-file")
    /// The URL of Redis, which may have a password.
    static let redisURL = SecretSource(
        variables: ["REDIS_URL", "CHURND_REDIS_URL"], option: "--redis-url", isBytes: false)

    /// That of Sentinels.
    static let sentinelPassword = SecretSource(
        variables: ["CHURND_REDIS_SENTINEL_PASSWORD"], option: "a file for it")

    /// Each may hold it, or with `_FILE` appended to its name the path of a file that does.
    private let variables: [String]
    /// Names such a file too.
    private let option: String
    /// Whether all its bytes count; a URL has a form of its own.
    private let isBytes: Bool

    private init(variables: [String], option: String, isBytes: Bool = true) {
        self.variables = variables
        self.option = option
        self.isBytes = isBytes
    }

    /// The secret in the file at `filePath`, else that of the environment; nil without either. From
    /// then on this process cannot be dumped or debugged.
    func read(filePath: String?) throws -> [UInt8]? {
        guard let (name, bytes) = try find(filePath: filePath) else { return nil }
        try ProcessMemory.seal()
        if isBytes, let stray = StrayBytes(around: bytes.span) {
            complain("\(name): \(stray), taken as part of it; expected it without")
        }
        return bytes
    }

    private func find(filePath: String?) throws -> (name: String, bytes: [UInt8])? {
        if let filePath { return (option, try contents(of: filePath)) }
        let environment = Environment.variables()
        let names = variables.flatMap { [$0, $0 + "_FILE"] }.filter { environment[$0] != nil }
        guard let name = names.first, let value = environment[name] else { return nil }
        guard names.count == 1 else {
            throw SecretSourceError.setTwice(name, names[1], option: option)
        }
        if variables.contains(name) { return (name, Array(value.utf8)) }
        do throws(FileError) {
            return (name, try contents(of: value))
        } catch {
            guard SecretPath.isSecretItself(value) else { throw error }
            throw SecretSourceError.secretAsPath(name)
        }
    }

    private func contents(of path: String) throws(FileError) -> [UInt8] {
        SigningKeys.secret(fromFile: try Files.read(path, bytesMax: SecretSource.fileBytesMax))
    }
}

/// Why it is not clear which secret is meant.
enum SecretSourceError: Error, CustomStringConvertible {
    case setTwice(String, String, option: String)
    case secretAsPath(String)

    var description: String {
        switch self {
        case .setTwice(let first, let second, let option):
            "\(first): set together with \(second), expected one of them or \(option)"
        case .secretAsPath(let name):
            "\(name): no file is there, expected the path of one; what is set looks like the "
                + "secret "
                + "itself"
        }
    }
}
