internal import COpenSSL

/// Whether a server asks its clients for a certificate.
package enum TLSClientAuthentication: String, CaseIterable, Sendable {
    case off, optional, required
}

/// What the connections of one listener, or of one client, share: TLS 1.2 and 1.3, certificates,
/// and the keys of session tickets. Another certificate is another context; connections keep the
/// one that they began with.
///
/// No error holds anything of a key.
// SAFETY: libssl counts the references and locks what connections change of a context, so that all
// threads may make connections of it (SSL_CTX_new(3)); nothing here changes it after `init`.
@safe package final class TLSContext: @unchecked Sendable {
    // SAFETY: allocated by `init`, freed by `deinit` alone; sessions hold a reference of their own.
    let pointer: OpaquePointer
    /// Its own certificate; nil for a client without one.
    package let certificate: TLSCertificate?
    /// Whether peers without a certificate may be asked for the name in it.
    let asksForCertificate: Bool

    private init(
        isServer: Bool, _ identity: TLSIdentity?, asksForCertificate: Bool
    ) throws(TLSContextError) {
        let method = unsafe isServer ? TLS_server_method() : TLS_client_method()
        guard let created = unsafe SSL_CTX_new(method) else {
            preconditionFailure("libssl cannot make a context")
        }
        unsafe pointer = created
        certificate = identity?.certificate
        self.asksForCertificate = asksForCertificate
        // SAFETY: the context is new, and no other thread knows it.
        precondition(unsafe copenssl_configure(created) == 1, "libssl lacks TLS 1.2")
        if let identity { unsafe try identity.install(in: created) }
    }

    deinit {
        // SAFETY: this value's own reference.
        unsafe SSL_CTX_free(pointer)
    }

    /// For the server's side of connections.
    ///
    /// - Parameters:
    ///   - authorities: certificates in PEM of which one must have signed a client's; used unless
    ///     `authentication` is off.
    package convenience init(
        serving identity: TLSIdentity, clientAuthorities authorities: [UInt8] = [],
        _ authentication: TLSClientAuthentication = .off
    ) throws(TLSContextError) {
        try self.init(
            isServer: true, identity, asksForCertificate: authentication != .off)
        // SAFETY: as above; libssl copies the names and takes references of its own.
        precondition(unsafe copenssl_configure_server(pointer) == 1, "libssl has no memory")
        guard authentication != .off else { return }
        try trust(authorities) { authority in
            unsafe SSL_CTX_add_client_CA(pointer, authority.pointer) == 1
        }
        let mode =
            authentication == .required
            ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_PEER
        unsafe SSL_CTX_set_verify(pointer, mode, nil)
    }

    /// For the client's side: the server must prove the name that it is asked for.
    ///
    /// - Parameters:
    ///   - authorities: certificates in PEM of which one must have signed the server's, or be it.
    ///     Nil: any server is believed; for questions that hold no secret.
    ///   - identity: shown to servers that ask for one.
    package convenience init(
        trusting authorities: [UInt8]?, identity: TLSIdentity? = nil
    ) throws(TLSContextError) {
        try self.init(
            isServer: false, identity, asksForCertificate: authorities != nil)
        guard let authorities else { return }
        try trust(authorities) { _ in true }
        // SAFETY: the store and its parameters are the context's own. With the flag a certificate
        // that is trusted itself needs no authority above it.
        unsafe X509_VERIFY_PARAM_set_flags(
            SSL_CTX_get0_param(pointer), CUnsignedLong(X509_V_FLAG_PARTIAL_CHAIN))
        unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    }

    /// For the client's side: one of the authorities that the system trusts must have signed the
    /// server's certificate.
    package convenience init(trustingSystemWith identity: TLSIdentity?) throws(TLSContextError) {
        try self.init(isServer: false, identity, asksForCertificate: true)
        guard unsafe SSL_CTX_set_default_verify_paths(pointer) == 1 else {
            throw .unusable(OpenSSLErrors.takeReason())
        }
        // A system without authorities leaves its reason here, and every server is refused.
        OpenSSLErrors.clear()
        unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    }

    private func trust(
        _ authorities: [UInt8], _ add: (borrowing X509Certificate) -> Bool
    ) throws(TLSContextError) {
        var count = 0
        try X509Certificate.forEach(in: authorities) { authority throws(TLSContextError) in
            count += 1
            // SAFETY: the store is the context's own and takes a reference of its own.
            guard
                unsafe X509_STORE_add_cert(SSL_CTX_get_cert_store(pointer), authority.pointer) == 1,
                add(authority)
            else { throw .unusable(OpenSSLErrors.takeReason()) }
        }
        guard count > 0 else { throw .noAuthority }
    }
}

/// Why certificates and keys cannot be used.
package enum TLSContextError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No certificate in PEM.
    case noCertificate
    /// No certificate in PEM to verify others with.
    case noAuthority
    /// The certificate at this place of the file, from 1, cannot be read.
    case malformedCertificate(Int)
    case noKey
    /// A key that needs a passphrase.
    case encryptedKey
    /// The key is not that of the first certificate.
    case foreignKey
    /// libssl refuses the certificate or the key, for example because it is too short.
    case unusable(String)

    package var description: String {
        switch self {
        case .noCertificate: "no certificate, expected the server's in PEM, then those above it"
        case .noAuthority: "no certificate, expected one or more in PEM"
        case .malformedCertificate(let place): "certificate \(place) cannot be read"
        case .noKey: "no private key, expected one in PEM"
        case .encryptedKey: "the key needs a passphrase, expected one without"
        case .foreignKey: "the key does not belong to the first certificate"
        case .unusable(let reason): "refused by OpenSSL: \(reason)"
        }
    }
}
