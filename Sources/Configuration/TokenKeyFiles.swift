internal import Bytes
package import JWT
package import POSIX

/// A secret that a token selects by its `kid`.
package struct TokenKey: Sendable {
    package let id: String
    package let secret: Secret
}

/// Keys that a token selects by its `kid`, as they were read once.
package struct NamedKeys: Sendable {
    /// Of `jwt.keys`, sorted by id; with `published` nil at least one.
    package let secrets: [TokenKey]
    /// Of `jwt.jwks`.
    package let published: JSONWebKeySet?
    /// Where they come from.
    package let files: TokenKeyFiles
    package let signingKeys: SigningKeys

    /// Without a fetched set where one is configured, they are incomplete.
    fileprivate init(
        _ secrets: [TokenKey], _ published: JSONWebKeySet?, _ files: TokenKeyFiles
    ) throws(ConfigurationError) {
        self.secrets = secrets
        self.published = published
        self.files = files
        do throws(SigningKeyError) {
            signingKeys = try SigningKeys(
                sharing: secrets.map { ($0.id, $0.secret.shared) }, published: published,
                isIncomplete: files.source != nil && published == nil)
        } catch {
            throw .tokenKeys(error)
        }
    }

    /// Secrets that could be guessed, in words that hold nothing of them.
    package var guessable: [String] {
        secrets.compactMap { key in
            key.secret.withBytes { GuessableSecret($0) }
                .map { "key \(ShownText.name(key.id)): \($0)" }
        }
    }

    /// What is odd about them.
    func warnings(at place: ConfigurationPlace) -> [ConfigurationWarning] {
        let stray = secrets.compactMap { key in
            key.secret.withBytes { StrayBytes(around: $0) }.map {
                ConfigurationWarning.strayBytes(
                    at: place, key: "jwt.keys: \(ShownText.name(key.id))", $0)
            }
        }
        return stray + (published?.skipped ?? []).map { .skippedKey($0) }
    }
}

/// Where keys that a token selects come from, at the start and when they change.
package struct TokenKeyFiles: Sendable {
    /// Of each file, and of the directory, by its path.
    package typealias Identity = [String: FileIdentity?]

    /// `jwt.keys`.
    let directory: String?
    /// `jwt.jwks`, where it is a file.
    let keySet: String?
    /// The same, where it is a URL.
    package let source: KeySetSource?
    private let files: ConfigurationFiles

    /// Nil where neither is configured.
    init?(
        _ settings: ConfigurationSettings, _ files: ConfigurationFiles
    ) throws(ConfigurationError) {
        directory = settings.optionalText(.tokenKeys)
        source = try KeySetSource(settings)
        keySet = source == nil ? settings.optionalText(.tokenKeySet) : nil
        self.files = files
        if directory == nil, keySet == nil, source == nil { return nil }
    }

    /// Reads all keys that are in files.
    ///
    /// - Parameter fetched: what belongs beside them; nil where no URL is configured, or nothing is
    ///   known of it.
    package func read(with fetched: JSONWebKeySet? = nil) throws(ConfigurationError) -> NamedKeys {
        let secrets = try directory.map { (path) throws(ConfigurationError) in
            try readSecrets(in: path)
        }
        let published = try keySet.map { (path) throws(ConfigurationError) in
            try readSet(path)
        }
        return try NamedKeys(secrets ?? [], published ?? fetched, self)
    }

    /// What tells the files from what they are after a change.
    package func identity() -> Identity {
        var identity: Identity = [:]
        if let keySet { identity[keySet] = Files.identity(of: keySet) }
        if let directory {
            identity[directory] = Files.identity(of: directory)
            // What cannot be listed has no names; reading it says why.
            for name in (try? names(in: directory)) ?? [] {
                identity["\(directory)/\(name)"] = Files.identity(of: "\(directory)/\(name)")
            }
        }
        return identity
    }

    /// Kubernetes mounts a secret with `..data` and the like beside its files.
    private func names(in directory: String) throws(FileError) -> [String] {
        try files.names(directory).get().filter { $0.utf8.first != UInt8(ascii: ".") }
    }

    private func readSecrets(in directory: String) throws(ConfigurationError) -> [TokenKey] {
        let names: [String]
        do throws(FileError) { names = try self.names(in: directory) } catch {
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
            let secret: Secret
            do throws(FileError) { secret = try files.secret(path) } catch {
                throw .unreadable(at: nil, error)
            }
            guard !secret.isPublicKey else {
                throw .publicKeyAsSecret(name: "jwt.keys: \(path)")
            }
            do throws(UnacceptableValue) {
                try ConfigurationKind.secret.checkLength(of: secret)
            } catch {
                throw .weakKey(path: path, found: error.found, wanted: error.wanted)
            }
            keys.append(TokenKey(id: name, secret: secret))
        }
        return keys
    }

    private func readSet(_ path: String) throws(ConfigurationError) -> JSONWebKeySet {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try files.read(path, JSONWebKeySet.Limits.bytesMax).get()
        } catch {
            throw .unreadable(at: nil, error)
        }
        do throws(JSONWebKeySetError) { return try JSONWebKeySet(bytes.span) } catch {
            throw .keySet(path: path, error)
        }
    }
}

extension Secret {
    /// Whether it is what issuers give to everyone: with it as a secret, anyone could sign.
    var isPublicKey: Bool {
        withBytes { bytes in
            ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE"].contains { kind in
                let beginning = Array("-----BEGIN \(kind)-----".utf8)
                return bytes.count >= beginning.count
                    && bytes.extracting(0..<beginning.count).equals(beginning.span)
            }
        }
    }
}
