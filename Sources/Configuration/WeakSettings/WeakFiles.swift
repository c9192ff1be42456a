internal import AuditLog
internal import Bytes
internal import POSIX
internal import Redis

/// Rules about which other users of the machine may read or write churnd's files.
extension WeakSettingRule {
    /// Of a file that holds a secret: its owner's, and its group's to read.
    private static let privateMode: UInt32 = 0o640
    /// Of the audit log's directory.
    private static let auditDirectoryMode: UInt32 = 0o755
    /// More entries of a model's directory are not checked.
    private static let modelEntriesMax = 1000

    static let secretFile = WeakSettingRule(
        "JWT_SECRET_FILE, jwt.keys, AUDIT_KEY_FILE, REDIS_URL_FILE, tls.key, "
            + "operations.tls.key, redis.tls.key, CHURND_REDIS_SENTINEL_PASSWORD_FILE",
        weakWhen: "others than the file's owner may write it, or others than owner and group read "
            + "it, or others than its owner may write to the directory jwt.keys",
        wanted: "a mode of 640 or less, of the directory 755 or less"
    ) { subject in
        var paths: [String] = []
        var found: [String] = []
        for key in ConfigurationTable.keys where key.isSecret {
            if case .variableFile(variable: _, let path) = subject.settings.place(key) {
                paths.append(path)
            }
        }
        if case .named(let keys) = subject.configuration.tokens.keys,
            let directory = subject.settings.optionalText(.tokenKeys)
        {
            paths += keys.secrets.map { "\(directory)/\($0.id)" }
            if let weak = beyond(0o755, directory, subject.files) { found.append(weak) }
        }
        let listeners = [subject.configuration.http.tls, subject.configuration.operations.tls]
        paths += listeners.compactMap { $0?.keyPath }
        if case .redis(let endpoint, _, _) = subject.configuration.store {
            paths += endpoint.tls?.keyPath.map { [$0] } ?? []
        }
        return found + paths.compactMap { beyond(privateMode, $0, subject.files) }
    }

    static let keySet = WeakSettingRule(
        "jwt.jwks",
        weakWhen: "others than its owner may write the file, or to its directory: anyone who adds "
            + "a key can sign tokens",
        wanted: "a mode of 644 or less, of its directory 755 or less"
    ) { subject in
        writable(.tokenKeySet, subject)
    }

    static let rolesFile = WeakSettingRule(
        "roles.path",
        weakWhen: "others than its owner may write the file, or to its directory: anyone who adds "
            + "a role may administer",
        wanted: "a mode of 644 or less, of its directory 755 or less"
    ) { subject in
        writable(.rolesPath, subject)
    }

    static let signersFile = WeakSettingRule(
        "model.signers",
        weakWhen: "others than its owner may write the file, or to its directory: anyone who adds "
            + "a key can sign models",
        wanted: "a mode of 644 or less, of its directory 755 or less"
    ) { subject in
        writable(.modelSigners, subject)
    }

    static let keyFile = WeakSettingRule(
        "--config",
        weakWhen: "the file of keys may be written by everyone on the machine, or it holds a "
            + "secret and is readable or writable as above",
        wanted: "a mode without a write permission for others, with a secret in it 640 or less"
    ) { subject in
        guard let path = subject.settings.filePath else { return [] }
        let holdsSecret = ConfigurationTable.keys.contains { key in
            guard key.isSecret, case .file = subject.settings.place(key) else { return false }
            guard case .redis(let endpoint) = subject.settings.value(key) else { return true }
            return endpoint.password != nil
        }
        let mode = holdsSecret ? privateMode : 0o775
        return beyond(mode, path, subject.files).map { [$0] } ?? []
    }

    static let auditDirectory = WeakSettingRule(
        "audit.directory",
        weakWhen: "others than its owner may write to the directory, or write the files in it, or "
            + "everybody may read these",
        wanted: "755 or less for the directory, 640 or less for its files"
    ) { subject in
        guard let directory = subject.configuration.audit?.directory else { return [] }
        let files = AuditFiles(directory: directory)
        // What does not exist yet is created with the right modes.
        let segments = (try? files.listing().segments.map { files.path(of: $0.name) }) ?? []
        let weak = (segments + [files.checkpointsPath]).compactMap {
            beyond(privateMode, $0, subject.files)
        }
        let more = weak.count > 1 ? ", and \(weak.count - 1) more like it" : ""
        return (beyond(auditDirectoryMode, directory, subject.files).map { [$0] } ?? [])
            + (weak.first.map { [$0 + more] } ?? [])
    }

    static let model = WeakSettingRule(
        "model.path",
        weakWhen: "everyone on the machine may write the directory, its file `active`, a bundle "
            + "or a file of one",
        wanted: "modes without a write permission for others"
    ) { subject in
        let path = subject.configuration.model.path
        var paths = [path]
        for name in (try? subject.files.names(path).get()) ?? [] {
            paths.append("\(path)/\(name)")
            let below = (try? subject.files.names("\(path)/\(name)").get()) ?? []
            paths += below.map { "\(path)/\(name)/\($0)" }
            if paths.count > modelEntriesMax { break }
        }
        let weak = paths.compactMap { beyond(0o775, $0, subject.files) }
        guard let first = weak.first else { return [] }
        return [first + (weak.count > 1 ? ", and \(weak.count - 1) more like it" : "")]
    }

    /// What others may write of the file that a key names, and of its directory.
    private static func writable(
        _ key: ConfigurationKey, _ subject: Subject
    ) -> [String] {
        guard let path = subject.settings.optionalText(key), !KeySetSource.isURL(path) else {
            return []
        }
        return [(path, 0o644), (Files.directory(of: path), 0o755)].compactMap {
            beyond($1, $0, subject.files)
        }
    }

    /// What is at `path` and its mode, if that allows more than `most` does; nil also if nothing is
    /// there.
    private static func beyond(
        _ most: UInt32, _ path: String, _ files: ConfigurationFiles
    ) -> String? {
        guard let mode = files.mode(path), mode & 0o777 & ~most != 0 else { return nil }
        return "\(ShownText.name(path)) has mode \(octal(mode & 0o777))"
    }
}
