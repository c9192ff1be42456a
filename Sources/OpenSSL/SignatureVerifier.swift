internal import COpenSSL

/// Signatures under one public key: RSASSA-PKCS1-v1_5 with SHA-256, ECDSA over P-256 with SHA-256,
/// or Ed25519, as the key says.
///
/// Keeps a context that is ready to verify, and copies it for each signature. Not Sendable,
/// because a context may be used by one thread at a time; each event loop has its own.
@safe
package struct SignatureVerifier: ~Copyable {
    /// Of r and s together (RFC 7518 §3.4).
    private static let p256SignatureBytes = 64

    // SAFETY: allocated by `init`, freed by `deinit` alone, and never handed out. The first has a
    // reference of its own to the key.
    private let template: OpaquePointer
    private let context: OpaquePointer
    private let isP256: Bool

    /// Throws for numbers that are not a key.
    package init(_ key: PublicKey) throws(PublicKeyError) {
        let owner = try LibcryptoKey(key)
        let digest: String?
        switch key {
        case .rsa: (digest, isP256) = ("SHA256", false)
        case .p256: (digest, isP256) = ("SHA256", true)
        // It hashes by itself (RFC 8032 §5.1.7).
        case .ed25519: (digest, isP256) = (nil, false)
        }
        // SAFETY: EVP_DigestVerifyInit_ex takes a reference of its own to the key.
        guard let template = unsafe EVP_MD_CTX_new(), let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestVerifyInit_ex(template, nil, digest, nil, nil, owner.key, nil) == 1
        else { preconditionFailure("libcrypto cannot begin a verification") }
        unsafe self.template = template
        unsafe self.context = context
    }

    deinit {
        // SAFETY: both are this value's own.
        unsafe EVP_MD_CTX_free(template)
        unsafe EVP_MD_CTX_free(context)
    }

    /// Whether `signature` is one of the key over `message`, in the form that JWS has (RFC 7518
    /// §3.3, §3.4, RFC 8037 §3.1). Traps when libcrypto has no memory.
    package mutating func isValid(_ signature: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        guard isP256 else { return verify(signature, message) }
        guard signature.count == SignatureVerifier.p256SignatureBytes else { return false }
        let encoded = ECDSASignature(signature)
        return verify(encoded.bytes, message)
    }

    private mutating func verify(_ signature: Span<UInt8>, _ message: Span<UInt8>) -> Bool {
        // SAFETY: both contexts live as long as self, and libcrypto reads signature and message
        // during the call.
        let result = unsafe signature.withUnsafeBufferPointer { signature in
            unsafe message.withUnsafeBufferPointer { message in
                precondition(
                    unsafe EVP_MD_CTX_copy_ex(context, template) == 1,
                    "libcrypto cannot copy a context")
                return unsafe EVP_DigestVerify(
                    context, signature.baseAddress, signature.count, message.baseAddress,
                    message.count)
            }
        }
        // What failed leaves its reasons on this thread's queue, which nobody else would clear.
        if result != 1 { ERR_clear_error() }
        return result == 1
    }
}

/// r and s of 32 bytes each as the DER that libcrypto takes (RFC 3279 §2.2.3).
private struct ECDSASignature {
    /// A sequence of two integers of at most 33 bytes.
    private var buffer = InlineArray<72, UInt8>(repeating: 0)
    private var count = 2

    init(_ signature: Span<UInt8>) {
        let half = signature.count / 2
        append(signature.extracting(0..<half))
        append(signature.extracting(half..<signature.count))
        buffer[0] = 0x30
        buffer[1] = UInt8(count - 2)
    }

    var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { buffer.span.extracting(0..<count) }
    }

    /// As few bytes as there can be, and the first bit zero, since the number is not negative.
    private mutating func append(_ number: Span<UInt8>) {
        var start = 0
        while start < number.count - 1, number[start] == 0 { start += 1 }
        let isPadded = number[start] & 0x80 != 0
        buffer[count] = 0x02
        buffer[count + 1] = UInt8(number.count - start + (isPadded ? 1 : 0))
        count += isPadded ? 3 : 2
        for index in start..<number.count {
            buffer[count] = number[index]
            count += 1
        }
    }
}
