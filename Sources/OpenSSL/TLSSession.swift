internal import COpenSSL

/// What became of one attempt to move bytes through a TLS connection.
package enum TLSTransfer: Equatable, Sendable {
    /// So many bytes went through; never 0.
    case bytes(Int)
    /// The peer will send no more.
    case end
    /// Nothing can go through before the socket is readable.
    case wantsRead
    /// Nothing can go through before the socket is writable.
    case wantsWrite
    case failed(TLSFailure)
}

/// How far a handshake is.
package enum TLSProgress: Equatable, Sendable {
    case done
    case wantsRead
    case wantsWrite
    case failed(TLSFailure)
}

/// One connection's TLS, directly on its non-blocking socket. Not Sendable: it belongs to the
/// thread of its connection.
///
/// libssl writes with write(2): the process must ignore SIGPIPE.
@safe package final class TLSSession {
    /// The name in a client's certificate is cut after so many bytes (RFC 5280 §A.1: at most 64
    /// characters).
    package static let nameBytesMax = 128

    // SAFETY: allocated by `init`, freed by `deinit` alone.
    private let ssl: OpaquePointer
    private let context: TLSContext
    /// Nothing may be sent any more: after a fatal error (SSL_shutdown(3)), or `shutDown`.
    private var isSilent = false

    private init(_ context: TLSContext, on descriptor: CInt) {
        guard let ssl = unsafe SSL_new(context.pointer), unsafe SSL_set_fd(ssl, descriptor) == 1
        else { preconditionFailure("libssl has no memory") }
        unsafe self.ssl = ssl
        self.context = context
    }

    deinit {
        // SAFETY: this value's own; the descriptor stays open.
        unsafe SSL_free(ssl)
    }

    /// The server's side of a connection.
    ///
    /// - Parameter descriptor: open for as long as the session lives.
    package convenience init(accepting context: TLSContext, on descriptor: CInt) {
        self.init(context, on: descriptor)
        unsafe SSL_set_accept_state(ssl)
    }

    /// The client's side. Where the context trusts an authority, the server's certificate must be
    /// for `host`, a name or an IP address.
    package convenience init(
        connecting context: TLSContext, on descriptor: CInt, to host: String
    ) {
        self.init(context, on: descriptor)
        unsafe SSL_set_connect_state(ssl)
        // SAFETY: the session is this value's own; the texts are copied during the calls.
        let isAddress = unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1
        if !isAddress {
            let isSet = unsafe SSL_set1_host(ssl, host) == 1 && copenssl_ask_for(ssl, host) == 1
            precondition(isSet, "libssl has no memory")
        }
        OpenSSLErrors.clear()
    }

    /// Continues the handshake as far as the socket lets it.
    package func handshake() -> TLSProgress {
        OpenSSLErrors.clear()
        // SAFETY: here and below the session is this value's own and used by this thread alone.
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 { return .done }
        switch stopped(result) {
        case .wantsRead: return .wantsRead
        case .wantsWrite: return .wantsWrite
        case .failed(let failure): return .failed(failure)
        case .end, .bytes:
            isSilent = true
            return .failed(.closed)
        }
    }

    /// Whether the handshake continued an earlier session.
    package var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }

    /// Receives what one record has. A buffer of 16 KiB, the most that one holds (RFC 8446 §5.1),
    /// takes all of it, so that nothing is left where epoll does not see it.
    package func receive(into buffer: inout MutableSpan<UInt8>) -> TLSTransfer {
        OpenSSLErrors.clear()
        var count = 0
        // SAFETY: at most the span's count of bytes are written, during the call.
        let result = unsafe buffer.withUnsafeMutableBytes { raw in
            unsafe SSL_read_ex(ssl, raw.baseAddress, raw.count, &count)
        }
        return result == 1 ? .bytes(count) : stopped(result)
    }

    /// Sends as many bytes as the socket takes. After fewer than all, or none, the next call has to
    /// begin with the bytes that were left over.
    package func send(_ bytes: Span<UInt8>) -> TLSTransfer {
        var sent = 0
        while sent < bytes.count {
            OpenSSLErrors.clear()
            var count = 0
            let rest = bytes.extracting(droppingFirst: sent)
            // SAFETY: only the span's bytes are read, during the call.
            let result = unsafe rest.withUnsafeBytes { raw in
                unsafe SSL_write_ex(ssl, raw.baseAddress, raw.count, &count)
            }
            guard result == 1 else {
                let reason = stopped(result)
                return sent > 0 ? .bytes(sent) : reason
            }
            sent += count
        }
        return .bytes(sent)
    }

    /// Tells the peer that no more bytes come, if the socket takes that now; what it sends may
    /// still be received.
    package func shutDown() {
        guard !isSilent, unsafe SSL_is_init_finished(ssl) == 1 else { return }
        isSilent = true
        OpenSSLErrors.clear()
        _ = unsafe SSL_shutdown(ssl)
        OpenSSLErrors.clear()
    }

    /// The verified certificate of the peer; nil where none was asked for or shown.
    package var peerName: TLSPeerName? {
        guard context.asksForCertificate,
            let certificate = unsafe SSL_get0_peer_certificate(ssl)
        else { return nil }
        return unsafe TLSPeerName(certificate)
    }

    private func stopped(_ result: CInt) -> TLSTransfer {
        let code = unsafe SSL_get_error(ssl, result)
        switch code {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_ZERO_RETURN: return .end
        case _:
            isSilent = true
            return .failed(unsafe TLSFailure(of: ssl))
        }
    }
}

/// Who a client's certificate names.
package final class TLSPeerName: Equatable, Sendable {
    /// The subject's common name in UTF-8, at most `TLSSession.nameBytesMax` bytes; empty where it
    /// has none.
    package let commonName: [UInt8]
    /// The SHA-256 of the certificate's DER.
    package let fingerprint: [UInt8]

    package init(commonName: [UInt8], fingerprint: [UInt8]) {
        self.commonName = commonName
        self.fingerprint = fingerprint
    }

    package static func == (one: TLSPeerName, other: TLSPeerName) -> Bool {
        one.commonName == other.commonName && one.fingerprint == other.fingerprint
    }

    /// - Parameter certificate: of libcrypto, alive.
    fileprivate convenience init(_ certificate: OpaquePointer) {
        var digest = [UInt8](repeating: 0, count: SHA256.digestBytes)
        var size: CUnsignedInt = 0
        // SAFETY: libcrypto writes the 32 bytes of a SHA-256, for which there is room.
        let result = unsafe X509_digest(certificate, EVP_sha256(), &digest, &size)
        precondition(result == 1 && Int(size) == digest.count, "libcrypto has no SHA-256")
        self.init(
            commonName: unsafe TLSPeerName.commonName(of: certificate), fingerprint: digest)
    }

    private static func commonName(of certificate: OpaquePointer) -> [UInt8] {
        // SAFETY: the entry lives as long as the certificate; the text is copied and then freed.
        let subject = unsafe X509_get_subject_name(certificate)
        let index = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        guard index >= 0, let entry = unsafe X509_NAME_get_entry(subject, index) else { return [] }
        var text: UnsafeMutablePointer<UInt8>?
        let count = unsafe ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry))
        defer {
            OpenSSLErrors.clear()
            unsafe CRYPTO_free(text, #file, #line)
        }
        guard count > 0, let text = unsafe text else { return [] }
        let bytes = unsafe UnsafeBufferPointer(
            start: text, count: min(Int(count), TLSSession.nameBytesMax))
        // A character that is cut becomes U+FFFD, and the text stays valid.
        return unsafe Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
}
