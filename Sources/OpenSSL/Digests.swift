internal import Bytes
internal import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that are all in memory.
package enum SHA256 {
    /// How many bytes a digest has.
    package static let digestBytes = 32

    /// The 32 bytes of the digest. Traps when libcrypto has no SHA-256 or no memory: nothing that a
    /// caller could do about it is right.
    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        unsafe MessageDigest.hash(bytes, with: EVP_sha256(), count: digestBytes)
    }

    /// The digest as 64 lower-case hexadecimal digits.
    package static func hexDigest(_ bytes: Span<UInt8>) -> String {
        String(hexadecimal: hash(bytes).span)
    }
}

/// BLAKE2b (RFC 7693) with digests of 64 bytes, which minisign signs in place of a file.
package enum BLAKE2b512 {
    /// How many bytes a digest has.
    private static let digestBytes = 64

    /// The digest of `bytes`; traps as `SHA256.hash` does.
    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        unsafe MessageDigest.hash(bytes, with: EVP_blake2b512(), count: digestBytes)
    }
}

/// Digests of bytes that are all in memory.
private enum MessageDigest {
    /// The digest of `bytes`. Traps when libcrypto has no such function or no memory: nothing that
    /// a caller could do about it is right.
    ///
    /// - Parameters:
    ///   - function: one of libcrypto's.
    ///   - count: how many bytes its digests have.
    static func hash(
        _ bytes: Span<UInt8>, with function: OpaquePointer?, count: Int
    ) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: count)
        var size: CUnsignedInt = 0
        // SAFETY: libcrypto reads `bytes` during the call only and writes `count` bytes, for which
        // there is room.
        let result = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe EVP_Digest(bytes.baseAddress, bytes.count, &digest, &size, function, nil)
        }
        precondition(result == 1 && Int(size) == count, "libcrypto cannot compute a digest")
        return digest
    }
}
