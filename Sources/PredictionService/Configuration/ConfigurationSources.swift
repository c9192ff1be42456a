internal import POSIX
internal import Redis

/// Flags over the environment over a file over defaults. Whatever is given is checked, also where
/// a stronger source overrules it.
package struct ConfigurationSources: Sendable {
    /// Read when no path is given, if it is there.
    package static let standardFilePath = "Config/churnd.conf"

    private let flags: [ConfigurationFlag]
    private let filePath: String?
    private let environment: [String: String]
    private let files: ConfigurationFiles

    /// `filePath`: a file that must be there; nil: `standardFilePath` if it is there.
    package init(
        flags: [ConfigurationFlag], filePath: String?, environment: [String: String],
        files: ConfigurationFiles = .system
    ) {
        self.flags = flags
        self.filePath = filePath
        self.environment = environment
        self.files = files
    }

    /// Every key that is given or has a default.
    func settings() throws(ConfigurationError) -> ConfigurationSettings {
        var settings = ConfigurationSettings()
        for key in ConfigurationTable.keys {
            guard let text = key.defaultText else { continue }
            try settings.set(key, to: Array(text.utf8), at: .standard)
        }
        try addFile(to: &settings)
        try addEnvironment(to: &settings)
        try addFlags(to: &settings)
        return settings
    }

    /// The keys in the directory of `jwt.keys`, sorted by name.
    func tokenKeys(in directory: String) throws(ConfigurationError) -> [TokenKey] {
        let names: [String]
        do throws(FileError) {
            // Kubernetes mounts a secret with `..data` and the like beside its files.
            names = try files.names(directory).get().filter { $0.utf8.first != UInt8(ascii: ".") }
        } catch {
            throw .unreadable(at: nil, error)
        }
        if names.isEmpty { throw .noKeys(directory: directory) }
        let filesMax = ConfigurationLimits.tokenKeysMax
        guard names.count <= filesMax else {
            throw .tooManyKeys(directory: directory, filesMax: filesMax)
        }
        var keys: [TokenKey] = []
        for name in names {
            let path = "\(directory)/\(name)"
            let bytes = try secretFile(path, at: nil)
            let value: ConfigurationValue
            do throws(UnacceptableValue) {
                value = try ConfigurationKind.secret.value(of: bytes)
            } catch {
                throw .weakKey(path: path, found: error.found, wanted: error.wanted)
            }
            if case .secret(let secret) = value { keys.append(TokenKey(id: name, secret: secret)) }
        }
        return keys
    }

    /// The file's content but for one newline at its end, which editors and `echo` put there.
    private func secretFile(
        _ path: String, at place: ConfigurationPlace?
    ) throws(ConfigurationError) -> [UInt8] {
        do throws(FileError) {
            var bytes = try files.read(path, ConfigurationLimits.fileBytesMax).get()
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            return bytes
        } catch {
            throw .unreadable(at: place, error)
        }
    }
}

extension ConfigurationSources {
    private func addFile(to settings: inout ConfigurationSettings) throws(ConfigurationError) {
        let path = filePath ?? ConfigurationSources.standardFilePath
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try files.read(path, ConfigurationLimits.fileBytesMax).get()
        } catch {
            if filePath == nil, error.isAbsence { return }
            throw .unreadable(at: nil, error)
        }
        var places: [String: ConfigurationPlace] = [:]
        for entry in try ConfigurationFile.entries(in: bytes, path: path) {
            let place = ConfigurationPlace.file(path: path, line: entry.line)
            guard let key = ConfigurationTable.key(named: entry.name) else {
                throw ConfigurationSources.unknownKey(entry.name, at: place)
            }
            if let first = places.updateValue(place, forKey: key.name) {
                throw .givenTwice(at: place, key: key.name, first: first)
            }
            try settings.set(key, to: entry.value, at: place)
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
            if case .secret = key.kind {
                throw .secretAsFlag(key: key.name, variable: key.bareVariable ?? key.variable)
            }
            try settings.set(key, to: Array(flag.value.utf8), at: place)
            if case .redis(let endpoint) = settings.value(key), endpoint.password != nil {
                throw .secretAsFlag(key: key.name, variable: "REDIS_URL")
            }
        }
    }

    static func unknownFlag(_ name: String) -> ConfigurationError {
        let nearest = NearestName.of(name, in: ConfigurationTable.keys.map(\.name))
        return .unknownKey(
            at: .flag(printable(name)), name: shown(name.utf8), nearest: nearest.map { "--\($0)" })
    }

    private static func unknownKey(
        _ name: String, at place: ConfigurationPlace
    ) -> ConfigurationError {
        let nearest = NearestName.of(name, in: ConfigurationTable.keys.map(\.name))
        return .unknownKey(at: place, name: shown(name.utf8), nearest: nearest)
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
        for name in environment.keys.sorted() where name.utf8.starts(with: "CHURND_".utf8) {
            let ignored = ConfigurationTable.ignoredVariablePrefixes
            if ignored.contains(where: { name.utf8.starts(with: $0.utf8) }) {
                settings.warnings.append(.ignoredVariable(printable(name)))
            } else if !known.contains(name) {
                let nearest = NearestName.of(name, in: known.sorted())
                throw .unknownKey(
                    at: .variable(printable(name)), name: shown(name.utf8), nearest: nearest)
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
            if let text = environment[variable] {
                guard path == nil else { throw .variableAndFile(variable: variable) }
                try settings.set(key, to: Array(text.utf8), at: .variable(variable))
            } else if let path {
                let place = ConfigurationPlace.variableFile(
                    variable: fileVariable, path: printable(path))
                let bytes = try secretFile(path, at: .variable(fileVariable))
                try settings.set(key, to: bytes, at: place)
            }
        }
    }
}

/// A name as it is, unless it would break the line that it is shown in.
private func printable(_ name: String) -> String {
    let isLong = name.utf8.count > ConfigurationLimits.shownBytesMax
    return isLong || name.utf8.contains(where: isControlByte) ? shown(name.utf8) : name
}

extension FileError {
    /// Nothing is at that path.
    fileprivate var isAbsence: Bool {
        // ENOENT, 2 on every architecture of Linux.
        if case .system(path: _, let error) = self { error.code == 2 } else { false }
    }
}
