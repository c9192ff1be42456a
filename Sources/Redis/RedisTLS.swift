package import OpenSSL
internal import POSIX

/// How Redis, and Sentinels, are verified over TLS, and how this side proves its own name. The
/// files are read at each connect, so that replaced ones need no restart.
package struct RedisTLS: Equatable, Sendable {
    /// What a file of authorities may hold: Debian's has 0.2 MB.
    package static let authorityBytesMax = 1 << 20

    /// The path of certificates in PEM, of which one must have signed the server's, or be it. Nil:
    /// those that the system trusts.
    package let authoritiesPath: String?
    /// The paths of the own certificate and its key in PEM; both are set, or neither is.
    package let certificatePath: String?
    package let keyPath: String?

    package init(
        authoritiesPath: String? = nil, certificatePath: String? = nil, keyPath: String? = nil
    ) {
        precondition((certificatePath == nil) == (keyPath == nil))
        self.authoritiesPath = authoritiesPath
        self.certificatePath = certificatePath
        self.keyPath = keyPath
    }

    /// Reads the files and makes a context of them; fails with `tlsFile`. It may block, so it is
    /// not for loops.
    package func load() throws(RedisFailure) -> TLSContext {
        let identity = try identity()
        let authorities = try authoritiesPath.map { (path) throws(RedisFailure) in
            try RedisTLS.read("redis.tls.ca", path, RedisTLS.authorityBytesMax)
        }
        do throws(TLSContextError) {
            guard let authorities else { return try TLSContext(trustingSystemWith: identity) }
            return try TLSContext(trusting: authorities, identity: identity)
        } catch {
            switch error {
            case .noAuthority, .malformedCertificate:
                throw .tlsFile(reason: "redis.tls.ca: \(authoritiesPath ?? ""): \(error)")
            case .noCertificate, .noKey, .encryptedKey, .foreignKey, .unusable:
                throw .tlsFile(reason: "redis.tls: \(error)")
            }
        }
    }

    private func identity() throws(RedisFailure) -> TLSIdentity? {
        guard let certificatePath, let keyPath else { return nil }
        let certificates = try RedisTLS.read(
            "redis.tls.certificate", certificatePath, TLSIdentity.certificateBytesMax)
        var key = try RedisTLS.read("redis.tls.key", keyPath, TLSIdentity.keyBytesMax)
        defer { SecretBytes.wipe(&key) }
        do throws(TLSContextError) {
            return try TLSIdentity(certificates: certificates, key: key.span)
        } catch {
            switch error {
            case .noKey, .encryptedKey, .foreignKey:
                throw .tlsFile(reason: "redis.tls.key: \(keyPath): \(error)")
            case .noCertificate, .malformedCertificate, .noAuthority, .unusable:
                throw .tlsFile(reason: "redis.tls.certificate: \(certificatePath): \(error)")
            }
        }
    }

    private static func read(
        _ name: String, _ path: String, _ bytesMax: Int
    ) throws(RedisFailure) -> [UInt8] {
        do throws(FileError) { return try Files.read(path, bytesMax: bytesMax) } catch {
            throw .tlsFile(reason: "\(name): \(error)")
        }
    }
}
