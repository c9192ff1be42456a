package import OpenSSL
package import POSIX

extension ServiceConfiguration {
    /// With what a listener speaks TLS. Its files are read when it starts and when they change.
    package struct TLS: Equatable, Sendable {
        /// Where the keys begin: `tls` or `operations.tls`.
        let prefix: String
        let certificatePath: String
        let keyPath: String
        /// Nil: clients are not asked for a certificate.
        let clientCAPath: String?
        package let clientAuthentication: TLSClientAuthentication

        /// The files, in the order in which errors are looked for.
        package var paths: [String] {
            [certificatePath, keyPath] + (clientCAPath.map { [$0] } ?? [])
        }
    }
}

/// Why a listener's certificate, key or authority cannot be used. It holds nothing of a key.
package enum TLSFileError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(key: String, FileError)
    case unusable(key: String, path: String, TLSContextError)

    package var description: String {
        switch self {
        case .unreadable(let key, let error): "\(key): \(error)"
        case .unusable(let key, let path, let error): "\(key): \(path): \(error)"
        }
    }
}

extension ServiceConfiguration.TLS {
    /// Reads the files and makes a context of them.
    package func load() throws(TLSFileError) -> TLSContext {
        let authorities = try clientCAPath.map { (path) throws(TLSFileError) in
            try read(path, "client_ca", TLSIdentity.certificateBytesMax)
        }
        let identity = try identity()
        return try naming { () throws(TLSContextError) in
            try TLSContext(
                serving: identity, clientAuthorities: authorities ?? [], clientAuthentication)
        }
    }

    /// Reads the certificate and its key.
    package func identity() throws(TLSFileError) -> TLSIdentity {
        let certificates = try read(certificatePath, "certificate", TLSIdentity.certificateBytesMax)
        var key = try read(keyPath, "key", TLSIdentity.keyBytesMax)
        defer { SecretBytes.wipe(&key) }
        return try naming { () throws(TLSContextError) in
            try TLSIdentity(certificates: certificates, key: key.span)
        }
    }

    /// Errors with the key and the file that they are about.
    private func naming<Value>(
        _ make: () throws(TLSContextError) -> Value
    ) throws(TLSFileError) -> Value {
        do throws(TLSContextError) { return try make() } catch {
            switch error {
            case .noAuthority:
                throw .unusable(key: "\(prefix).client_ca", path: clientCAPath ?? "", error)
            case .noKey, .encryptedKey, .foreignKey:
                throw .unusable(key: "\(prefix).key", path: keyPath, error)
            case .noCertificate, .malformedCertificate, .unusable:
                throw .unusable(key: "\(prefix).certificate", path: certificatePath, error)
            }
        }
    }

    private func read(
        _ path: String, _ name: String, _ bytesMax: Int
    ) throws(TLSFileError) -> [UInt8] {
        do throws(FileError) { return try Files.read(path, bytesMax: bytesMax) } catch {
            throw .unreadable(key: "\(prefix).\(name)", error)
        }
    }
}

extension ConfigurationSettings {
    /// The TLS of each listener; nil without.
    package func listenersTLS() throws(ConfigurationError) -> (
        http: ServiceConfiguration.TLS?, operations: ServiceConfiguration.TLS?
    ) {
        (try TLSKeys.http.read(self), try TLSKeys.operations.read(self))
    }
}

/// The keys of one listener's TLS.
struct TLSKeys {
    let prefix: String
    let certificate: ConfigurationKey
    let key: ConfigurationKey
    let clientCA: ConfigurationKey
    let clientAuthentication: ConfigurationKey

    static let http = TLSKeys(
        prefix: "tls", certificate: .tlsCertificate, key: .tlsKey, clientCA: .tlsClientCA,
        clientAuthentication: .tlsClientAuth)
    static let operations = TLSKeys(
        prefix: "operations.tls", certificate: .operationsTLSCertificate, key: .operationsTLSKey,
        clientCA: .operationsTLSClientCA, clientAuthentication: .operationsTLSClientAuth)

    /// Nil: without TLS. What is set by halves is refused.
    func read(
        _ settings: ConfigurationSettings
    ) throws(ConfigurationError) -> ServiceConfiguration.TLS? {
        let authentication =
            TLSClientAuthentication(rawValue: settings.text(clientAuthentication)) ?? .required
        let hasCA = settings.optionalText(clientCA) != nil
        func check(
            _ given: ConfigurationKey, needs partner: ConfigurationKey, _ isThere: Bool
        ) throws(ConfigurationError) {
            guard !isThere else { return }
            throw .setAlone(
                at: settings.place(given), key: given.name, partner: partner.name)
        }
        if authentication != .off {
            try check(clientAuthentication, needs: clientCA, hasCA)
        }
        if hasCA {
            try check(clientCA, needs: clientAuthentication, authentication != .off)
            try check(clientCA, needs: certificate, settings.optionalText(certificate) != nil)
        }
        let keyPath = settings.optionalText(key)
        guard let path = settings.optionalText(certificate) else {
            if keyPath != nil { try check(key, needs: certificate, false) }
            return nil
        }
        guard let keyPath else {
            try check(certificate, needs: key, false)
            return nil
        }
        return ServiceConfiguration.TLS(
            prefix: prefix, certificatePath: path, keyPath: keyPath,
            clientCAPath: settings.optionalText(clientCA), clientAuthentication: authentication)
    }
}
