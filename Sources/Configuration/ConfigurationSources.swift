internal import Bytes
internal import OpenSSL
internal import POSIX
internal import Redis

/// Flags over the environment over a file over defaults. Whatever is given is checked, also where
/// a stronger source overrules it.
package struct ConfigurationSources: Sendable {
    /// Read when no path is given, if it exists.
    package static let standardFilePath = "Config/churnd.conf"

    private let flags: [ConfigurationFlag]
    private let filePath: String?
    private let environment: [String: String]
    /// Variables as well; their values are secrets.
    private let secrets: [String: Secret]
    /// Whether churnd was started as SageMaker starts containers.
    private let isServe: Bool
    let files: ConfigurationFiles

    /// `filePath`: a file that must exist; nil: `standardFilePath` if it exists.
    package init(
        flags: [ConfigurationFlag], filePath: String?, environment: [String: String],
        secrets: [String: Secret] = [:], files: ConfigurationFiles = .system,
        isServe: Bool = false
    ) {
        self.isServe = isServe
        self.flags = flags
        self.filePath = filePath
        self.environment = environment
        self.secrets = secrets
        self.files = files
    }

    /// This process' environment. The secrets in it are read and wiped in place, so call it once,
    /// while there is only one thread.
    package static func ofProcess(
        flags: [ConfigurationFlag], filePath: String?, isServe: Bool = false
    ) -> ConfigurationSources {
        let keys = ConfigurationTable.keys.filter(\.isSecret)
        let names = Set(keys.flatMap { [$0.bareVariable, $0.variable].compactMap { $0 } })
        var secrets: [String: Secret] = [:]
        for name in names {
            secrets[name] = Environment.withValue(of: name) { Secret(copying: $0) }
        }
        Environment.wipe(names)
        return ConfigurationSources(
            flags: flags, filePath: filePath, environment: Environment.variables(),
            secrets: secrets, isServe: isServe)
    }

    /// Every key that is given or has a default.
    package func settings() throws(ConfigurationError) -> ConfigurationSettings {
        var settings = ConfigurationSettings()
        for key in ConfigurationTable.keys {
            guard let text = key.defaultText else { continue }
            try settings.set(key, to: Array(text.utf8), at: .standard)
        }
        try addFile(to: &settings)
        try addEnvironment(to: &settings)
        try addFlags(to: &settings)
        try settings.addPlatformVariables(environment, isServe: isServe)
        return settings
    }

    private func secretFile(
        _ path: String, at place: ConfigurationPlace?
    ) throws(ConfigurationError) -> Secret {
        do throws(FileError) { return try files.secret(path) } catch {
            if let place, SecretPath.isSecretItself(path) { throw .secretAsPath(at: place) }
            throw .unreadable(at: place, error)
        }
    }
}

extension ConfigurationSources {
    private func addFile(to settings: inout ConfigurationSettings) throws(ConfigurationError) {
        let path = filePath ?? ConfigurationSources.standardFilePath
        var bytes: [UInt8]
        do throws(FileError) {
            bytes = try files.read(path, ConfigurationLimits.fileBytesMax).get()
        } catch {
            if filePath == nil, case .system(path: _, let cause) = error, cause.isAbsence { return }
            throw .unreadable(at: nil, error)
        }
        defer { SecretBytes.wipe(&bytes) }
        settings.filePath = path
        var places: [String: ConfigurationPlace] = [:]
        var entries = try ConfigurationFile.entries(in: bytes, path: path)
        for index in entries.indices {
            defer { SecretBytes.wipe(&entries[index].value) }
            let entry = (name: entries[index].name, line: entries[index].line)
            let place = ConfigurationPlace.file(path: path, line: entry.line)
            guard let key = ConfigurationTable.key(named: entry.name) else {
                throw ConfigurationSources.unknownKey(entry.name, at: place)
            }
            if let first = places.updateValue(place, forKey: key.name) {
                throw .givenTwice(at: place, key: key.name, first: first)
            }
            try settings.set(key, to: entries[index].value, at: place)
        }
    }

    private func addFlags(to settings: inout ConfigurationSettings) throws(ConfigurationError) {
        var names: Set<String> = []
        for flag in flags {
            let place = ConfigurationPlace.flag(flag.name)
            guard let key = ConfigurationTable.key(named: flag.name) else {
                throw ConfigurationSources.unknownFlag(flag.name)
            }
            guard names.insert(key.name).inserted else {
                throw .givenTwice(at: place, key: key.name, first: place)
            }
            if key.kind == .secret || key.kind == .password {
                throw .secretAsFlag(key: key.name, variable: key.bareVariable ?? key.variable)
            }
            try settings.set(key, to: Array(flag.value.utf8), at: place)
            if case .redis(let endpoint) = settings.value(key), endpoint.password != nil {
                throw .secretAsFlag(key: key.name, variable: "REDIS_URL")
            }
        }
    }

    static func unknownFlag(_ name: String) -> ConfigurationError {
        let nearest = variableForFile(of: name) ?? nearestKey(name).map { "--\($0)" }
        return .unknownKey(
            at: .flag(ShownText.name(name)), name: ShownText.quoted(name.utf8), nearest: nearest)
    }

    private static func unknownKey(
        _ name: String, at place: ConfigurationPlace
    ) -> ConfigurationError {
        let nearest = variableForFile(of: name) ?? nearestKey(name)
        return .unknownKey(at: place, name: ShownText.quoted(name.utf8), nearest: nearest)
    }

    /// The key that this variable sets, or a similar one.
    private static func nearestKey(_ name: String) -> String? {
        let keys = ConfigurationTable.keys
        return keys.first { $0.variable == name || $0.bareVariable == name }?.name
            ?? NearestName.of(name, in: keys.map(\.name))
    }

    /// Where the path of a secret's file belongs, for a name such as `jwt.secret_file`.
    private static func variableForFile(of name: String) -> String? {
        let key = ConfigurationTable.keys.first { key in
            key.isSecret && (name == key.name + "_file" || name == key.name + ".file")
        }
        return key.map { "\($0.bareVariable ?? $0.variable)_FILE in the environment" }
    }
}

extension ConfigurationSources {
    private func addEnvironment(
        to settings: inout ConfigurationSettings
    ) throws(ConfigurationError) {
        var known: Set<String> = []
        for key in ConfigurationTable.keys {
            for variable in [key.bareVariable, key.variable].compactMap({ $0 }) {
                known.insert(variable)
                if key.isSecret { known.insert(variable + "_FILE") }
            }
        }
        for name in (Array(environment.keys) + secrets.keys).sorted()
        where name.utf8.starts(with: "CHURND_".utf8) {
            let ignored = ConfigurationTable.ignoredVariablePrefixes
            if ignored.contains(where: { name.utf8.starts(with: $0.utf8) }) {
                settings.warnings.append(.ignoredVariable(ShownText.name(name)))
            } else if !known.contains(name) {
                let nearest = NearestName.of(name, in: known.sorted())
                throw .unknownKey(
                    at: .variable(ShownText.name(name)), name: ShownText.quoted(name.utf8),
                    nearest: nearest)
            }
        }
        for key in ConfigurationTable.keys { try addVariables(of: key, to: &settings) }
    }

    /// The bare name first, so that `CHURND_…` overrules it.
    private func addVariables(
        of key: ConfigurationKey, to settings: inout ConfigurationSettings
    ) throws(ConfigurationError) {
        for variable in [key.bareVariable, key.variable].compactMap({ $0 }) {
            let fileVariable = variable + "_FILE"
            let path = key.isSecret ? environment[fileVariable] : nil
            let isGiven = secrets[variable] != nil || environment[variable] != nil
            guard path == nil || !isGiven else { throw .variableAndFile(variable: variable) }
            if let secret = secrets[variable] {
                try settings.set(key, to: secret, at: .variable(variable))
            } else if let text = environment[variable] {
                try settings.set(key, to: Array(text.utf8), at: .variable(variable))
            } else if let path {
                let place = ConfigurationPlace.variableFile(
                    variable: fileVariable, path: ShownText.name(path))
                let secret = try secretFile(path, at: .variable(fileVariable))
                try settings.set(key, to: secret, at: place)
            }
        }
    }
}
