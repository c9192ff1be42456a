internal import COpenSSL

/// SHA-256 for one message after the other. `SHA256.hash` looks its algorithm up and allocates for
/// each message, which costs 200 ns more than what 16 bytes take here.
///
/// Not Sendable, because a context may be used by one thread at a time. Every call traps when
/// libcrypto has no SHA-256 or no memory.
@safe
package struct SHA256Context: ~Copyable {
    // SAFETY: allocated by `init`, freed by `deinit` alone, and never handed out.
    private let context: OpaquePointer

    package init() {
        // SAFETY: the context takes a reference of its own to the algorithm, so that it is freed
        // here.
        guard let algorithm = unsafe EVP_MD_fetch(nil, OSSL_DIGEST_NAME_SHA2_256, nil),
            let created = unsafe EVP_MD_CTX_new()
        else { preconditionFailure("libcrypto has no SHA-256") }
        let result = unsafe EVP_DigestInit_ex2(created, algorithm, nil)
        unsafe EVP_MD_free(algorithm)
        precondition(result == 1, "libcrypto cannot begin SHA-256")
        unsafe context = created
    }

    deinit {
        // SAFETY: the context is this value's own.
        unsafe EVP_MD_CTX_free(context)
    }

    /// The digest of a message.
    package mutating func hash(_ message: Span<UInt8>) -> InlineArray<32, UInt8> {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        var size: CUnsignedInt = 0
        var output = digest.mutableSpan
        // SAFETY: the context lives as long as self; libcrypto reads the message during the call
        // and writes the 32 bytes of a SHA-256 digest, for which there is room. Without an
        // algorithm the one of before starts over (EVP_DigestInit(3)).
        let succeeded = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestInit_ex2(context, nil, nil) == 1
                    && EVP_DigestUpdate(context, message.baseAddress, message.count) == 1
                    && EVP_DigestFinal_ex(context, output.baseAddress, &size) == 1
            }
        }
        precondition(succeeded && Int(size) == SHA256.digestBytes, "libcrypto cannot hash")
        return digest
    }
}
