internal import COpenSSL
internal import Glibc

/// What is known of a certificate that proves a server's or a client's name.
package struct TLSCertificate: Equatable, Sendable {
    /// When it begins and ends to be valid, in seconds since 1970.
    package let notBefore: Int64
    package let notAfter: Int64
    /// Certificates in the chain, its own included.
    package let chainCount: Int
    /// The first certificate, from 1, that the one after it has not signed; nil where each is in
    /// its place.
    package let misplaced: Int?

    /// Why it is not valid at a time, in seconds since 1970; nil where it is.
    package func fault(unixSeconds now: Int64) -> TLSCertificateFault? {
        if now < notBefore { return .notValidYet(seconds: notBefore - now) }
        return now > notAfter ? .expired(seconds: now - notAfter) : nil
    }
}

/// Why a certificate is not valid at some time.
package enum TLSCertificateFault: Equatable, Sendable, CustomStringConvertible {
    case notValidYet(seconds: Int64)
    case expired(seconds: Int64)

    package var description: String {
        switch self {
        case .notValidYet(let seconds): "it will be valid in \(seconds) s"
        case .expired(let seconds): "it expired \(seconds) s ago"
        }
    }
}

/// A chain of certificates with the private key of the first.
// SAFETY: both are this value's own, and their pointers do not leave the module.
@safe package final class TLSIdentity {
    /// What a file of certificates may hold.
    package static let certificateBytesMax = 1 << 17
    /// What a file with a private key may hold.
    package static let keyBytesMax = 1 << 15

    package let certificate: TLSCertificate
    // SAFETY: allocated by `init`, freed by `deinit` alone; contexts take references of their own.
    private let key: OpaquePointer
    // SAFETY: the same.
    private let chain: [OpaquePointer]

    /// - Parameters:
    ///   - certificates: in PEM, the own one first, then the one that signed it, and so on.
    ///   - key: in PEM, without a passphrase.
    package init(certificates: [UInt8], key keyBytes: Span<UInt8>) throws(TLSContextError) {
        guard let key = unsafe try TLSIdentity.readKey(keyBytes) else { throw .noKey }
        unsafe self.key = key
        var chain = unsafe [OpaquePointer]()
        var failure: TLSContextError?
        do throws(TLSContextError) {
            try X509Certificate.forEach(in: certificates) { certificate throws(TLSContextError) in
                // SAFETY: the reference that is taken here is given back by `deinit`.
                unsafe X509_up_ref(certificate.pointer)
                unsafe chain.append(certificate.pointer)
            }
            guard let own = unsafe chain.first else { throw .noCertificate }
            guard unsafe X509_check_private_key(own, key) == 1 else { throw .foreignKey }
        } catch { failure = error }
        unsafe self.chain = chain
        certificate = unsafe TLSIdentity.facts(of: chain)
        OpenSSLErrors.clear()
        if let failure { throw failure }
    }

    deinit {
        unsafe EVP_PKEY_free(key)
        for index in unsafe chain.indices { unsafe X509_free(chain[index]) }
    }

    private static func readKey(
        _ bytes: Span<UInt8>
    ) throws(TLSContextError) -> OpaquePointer? {
        guard !bytes.isEmpty else { return nil }
        var isEncrypted: CInt = 0
        // SAFETY: the BIO reads the bytes, during the call only.
        let key = unsafe bytes.withUnsafeBytes { raw -> OpaquePointer? in
            let bio = unsafe BIO_new_mem_buf(raw.baseAddress, CInt(clamping: raw.count))
            defer { unsafe BIO_free(bio) }
            return unsafe copenssl_read_key(bio, &isEncrypted)
        }
        OpenSSLErrors.clear()
        if isEncrypted != 0 { throw .encryptedKey }
        return unsafe key
    }

    private static func facts(of chain: [OpaquePointer]) -> TLSCertificate {
        guard let own = unsafe chain.first else {
            return TLSCertificate(notBefore: 0, notAfter: 0, chainCount: 0, misplaced: nil)
        }
        // SAFETY: the certificates are alive during the calls, and so is what X509_get0 returns.
        let misplaced = unsafe chain.indices.dropFirst().first { index in
            unsafe X509_check_issued(chain[index], chain[index - 1]) != X509_V_OK
        }
        return unsafe TLSCertificate(
            notBefore: seconds(X509_get0_notBefore(own)),
            notAfter: seconds(X509_get0_notAfter(own)),
            chainCount: chain.count, misplaced: misplaced)
    }

    /// In seconds since 1970; 0 for a time that cannot be read.
    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var parts = unsafe tm()
        guard unsafe ASN1_TIME_to_tm(time, &parts) == 1 else { return 0 }
        return unsafe Int64(timegm(&parts))
    }

    func install(in context: OpaquePointer) throws(TLSContextError) {
        // SAFETY: the context takes references of its own to key and certificates.
        guard unsafe SSL_CTX_use_certificate(context, chain[0]) == 1 else {
            throw .unusable(OpenSSLErrors.takeReason())
        }
        for index in unsafe chain.indices.dropFirst() {
            let certificate = unsafe chain[index]
            unsafe X509_up_ref(certificate)
            guard unsafe copenssl_add_chain(context, certificate) == 1 else {
                unsafe X509_free(certificate)
                throw .unusable(OpenSSLErrors.takeReason())
            }
        }
        guard unsafe SSL_CTX_use_PrivateKey(context, key) == 1 else {
            throw .unusable(OpenSSLErrors.takeReason())
        }
    }
}

/// One certificate, for as long as `forEach` lends it.
@safe struct X509Certificate: ~Copyable {
    // SAFETY: freed by `deinit` alone.
    let pointer: OpaquePointer

    deinit { unsafe X509_free(pointer) }

    /// Calls `body` with each certificate of a text in PEM; other parts of it are skipped.
    static func forEach(
        in pem: [UInt8], _ body: (borrowing X509Certificate) throws(TLSContextError) -> Void
    ) throws(TLSContextError) {
        // SAFETY: the BIO has a copy of the bytes.
        guard let bio = unsafe BIO_new(BIO_s_mem()) else {
            preconditionFailure("libcrypto has no memory")
        }
        defer { unsafe BIO_free(bio) }
        let count = CInt(clamping: pem.count)
        if count > 0 {
            let written = unsafe BIO_write(bio, pem, count)
            precondition(written == count, "libcrypto has no memory")
        }
        var place = 1
        while let pointer = unsafe PEM_read_bio_X509(bio, nil, nil, nil) {
            try body(unsafe X509Certificate(pointer: pointer))
            place += 1
        }
        // The text ends where no further beginning is found; anything else is damage.
        let isEnd = OpenSSLErrors.isEndOfPEM
        OpenSSLErrors.clear()
        guard isEnd else { throw .malformedCertificate(place) }
    }
}

/// The thread's queue of errors, which libcrypto and libssl fill.
enum OpenSSLErrors {
    static func clear() { ERR_clear_error() }

    static var isEndOfPEM: Bool {
        let code = ERR_peek_last_error()
        return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE
    }

    /// What the oldest error says, as OpenSSL words it; the queue is empty then.
    static func takeReason() -> String {
        let code = ERR_get_error()
        clear()
        // SAFETY: a constant text of libcrypto's.
        guard let text = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
