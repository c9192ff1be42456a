internal import COpenSSL

/// Why a handshake or a connection failed.
package enum TLSFailure: Error, CaseIterable, Equatable, Sendable {
    /// The peer's certificate cannot be used: revoked, for another purpose, badly signed.
    case badCertificate
    /// The peer's certificate is not valid yet, or not any more.
    case expiredCertificate
    /// No authority that is trusted has signed the peer's certificate.
    case unknownAuthority
    /// The server's certificate is for another name.
    case wrongName
    /// A certificate is required, and none was shown: by the peer, or by this side.
    case noCertificate
    /// The peer refused this side's certificate.
    case refusedByPeer
    /// No version of TLS that both sides allow.
    case protocolVersion
    /// The client speaks none of the protocols that ALPN could choose.
    case applicationProtocol
    /// An HTTP request without TLS.
    case plainHTTP
    /// What came is not TLS.
    case notTLS
    /// The peer left.
    case closed
    case other

    /// From the thread's queue of errors, which is empty then.
    ///
    /// - Parameter session: of libssl, alive.
    init(of session: OpaquePointer) {
        let code = ERR_peek_error()
        let reason = ERR_GET_REASON(code)
        let library = ERR_GET_LIB(code)
        OpenSSLErrors.clear()
        guard code != 0, library != ERR_LIB_SYS else {
            self = .closed
            return
        }
        guard library == ERR_LIB_SSL else {
            self = .other
            return
        }
        switch reason {
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST: self = .plainHTTP
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_UNSUPPORTED_SSL_VERSION,
            SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            self = .protocolVersion
        case SSL_R_WRONG_VERSION_NUMBER: self = .notTLS
        case SSL_R_NO_APPLICATION_PROTOCOL, SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
            self = .applicationProtocol
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            self = .noCertificate
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
            SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
            SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            self = .refusedByPeer
        case SSL_R_UNEXPECTED_EOF_WHILE_READING: self = .closed
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            // SAFETY: the session is alive, as the caller promises.
            self = TLSFailure(verification: unsafe SSL_get_verify_result(session))
        case _: self = .other
        }
    }

    private init(verification result: CLong) {
        switch CInt(truncatingIfNeeded: result) {
        case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID: self = .expiredCertificate
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            self = .unknownAuthority
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: self = .wrongName
        case _: self = .badCertificate
        }
    }
}

extension TLSFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badCertificate: "the certificate cannot be used"
        case .expiredCertificate: "the certificate has expired, or is not valid yet"
        case .unknownAuthority: "the certificate is signed by an unknown authority"
        case .wrongName: "the certificate is for another name"
        case .noCertificate: "a client certificate is required"
        case .refusedByPeer: "the other side refused the certificate"
        case .protocolVersion: "no common version of TLS, expected 1.2 or 1.3"
        case .applicationProtocol: "no common protocol, expected http/1.1"
        case .plainHTTP: "an HTTP request without TLS"
        case .notTLS: "the other side does not speak TLS"
        case .closed: "the other side closed the connection"
        case .other: "TLS failed"
        }
    }
}
