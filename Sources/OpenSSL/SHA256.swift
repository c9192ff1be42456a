internal import Bytes
internal import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that are all in memory.
package enum SHA256 {
    /// How many bytes a digest has.
    package static let digestBytes = 32

    /// The 32 bytes of the digest. Traps when libcrypto has no SHA-256 or no memory: nothing that a
    /// caller could do about it is right.
    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: digestBytes)
        var size: CUnsignedInt = 0
        // SAFETY: libcrypto reads `bytes` during the call only and writes the 32 bytes of a SHA-256
        // digest, for which there is room.
        let result = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe EVP_Digest(bytes.baseAddress, bytes.count, &digest, &size, EVP_sha256(), nil)
        }
        precondition(result == 1 && Int(size) == digestBytes, "libcrypto cannot compute SHA-256")
        return digest
    }

    /// The digest as 64 lower-case hexadecimal digits.
    package static func hexDigest(_ bytes: Span<UInt8>) -> String {
        String(hexadecimal: hash(bytes).span)
    }
}
