internal import COpenSSL
internal import Synchronization

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1) under one key, kept keyed from message to message: starting
/// over with a NULL key costs a fifth of what `HMAC()` does, which derives both pads each time.
///
/// Not Sendable, because a context may be used by one thread at a time; each event loop has its
/// own. Every call traps when libcrypto has no HMAC or no memory, so that no failure looks like a
/// MAC.
@safe
package struct HMACSHA256: ~Copyable {
    /// How many bytes a MAC has.
    package static let digestBytes = 32

    // SAFETY: allocated by `init`, freed by `deinit` alone, and never handed out.
    private let context: OpaquePointer

    /// Keeps what the key becomes, not the key. It must not be empty; how long is long enough is
    /// for the caller to say.
    package init(key: Span<UInt8>) {
        precondition(!key.isEmpty, "HMAC needs a key")
        // SAFETY: EVP_MAC_CTX_new takes a reference of its own to the algorithm, so that it is
        // freed here; libcrypto copies the digest's name and the key during EVP_MAC_init.
        guard let algorithm = unsafe EVP_MAC_fetch(nil, OSSL_MAC_NAME_HMAC, nil) else {
            preconditionFailure("libcrypto has no HMAC")
        }
        let created = unsafe EVP_MAC_CTX_new(algorithm)
        unsafe EVP_MAC_free(algorithm)
        guard let created = unsafe created else {
            preconditionFailure("libcrypto cannot make an HMAC context")
        }
        unsafe context = created
        var digestName = Array(OSSL_DIGEST_NAME_SHA2_256.utf8CString)
        let result = unsafe digestName.withUnsafeMutableBufferPointer { name in
            unsafe key.withUnsafeBufferPointer { key in
                let parameters = unsafe [
                    OSSL_PARAM_construct_utf8_string(
                        COpenSSLDigestKey, name.baseAddress, 0),
                    OSSL_PARAM_construct_end(),
                ]
                return unsafe EVP_MAC_init(created, key.baseAddress, key.count, parameters)
            }
        }
        precondition(result == 1, "libcrypto cannot key HMAC-SHA-256")
    }

    deinit {
        // SAFETY: the context is this value's own; EVP_MAC_CTX_free cleanses what it holds.
        unsafe EVP_MAC_CTX_free(context)
    }

    /// The 32 bytes of the MAC over `message`, in memory of their own.
    package mutating func authenticate(_ message: Span<UInt8>) -> [UInt8] {
        let digest = digest(of: message)
        return digest.indices.map { digest[$0] }
    }

    /// Whether `mac` is the MAC over `message`. How long it takes tells nothing of the right MAC.
    package mutating func isValid(_ mac: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        guard mac.count == HMACSHA256.digestBytes else { return false }
        let expected = digest(of: message)
        let span = expected.span
        // SAFETY: both buffers hold 32 bytes, and CRYPTO_memcmp reads no more.
        return unsafe mac.withUnsafeBufferPointer { mac in
            unsafe span.withUnsafeBufferPointer { expected in
                unsafe CRYPTO_memcmp(mac.baseAddress, expected.baseAddress, mac.count) == 0
            }
        }
    }

    /// The MAC over `message`, computed once where it is kept.
    package mutating func digest(
        of message: Span<UInt8>, kept: KeptMAC?
    ) -> InlineArray<32, UInt8> {
        if let digest = kept?.digest.withLock({ $0 }) { return digest }
        let digest = digest(of: message)
        kept?.digest.withLock { $0 = digest }
        return digest
    }

    /// The MAC over `message`.
    package mutating func digest(of message: Span<UInt8>) -> InlineArray<32, UInt8> {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        var size = 0
        var output = digest.mutableSpan
        // SAFETY: the context lives as long as self; libcrypto reads the message during the call
        // and writes at most the 32 bytes of room that it is given. EVP_MAC_init with a NULL
        // key starts a new message under the key of before (EVP_MAC(3)).
        let succeeded = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_MAC_init(context, nil, 0, nil) == 1
                    && EVP_MAC_update(context, message.baseAddress, message.count) == 1
                    && EVP_MAC_final(context, output.baseAddress, &size, output.count) == 1
            }
        }
        precondition(succeeded && size == HMACSHA256.digestBytes, "libcrypto cannot compute HMAC")
        return digest
    }
}

/// The MAC over one message under one key, for a message that comes again and again: computing it
/// takes libcrypto 0.35 µs and three allocations.
package final class KeptMAC: Sendable {
    fileprivate let digest = Mutex<InlineArray<32, UInt8>?>(nil)

    package init() {}
}
