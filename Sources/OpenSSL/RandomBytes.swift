internal import Bytes
internal import COpenSSL

/// Bytes nobody can guess, from libcrypto's generator, which the kernel seeds.
package enum RandomBytes {
    /// `count` bytes. Traps when the generator fails: RAND_bytes(3) then promises nothing about the
    /// bytes, and a key or a token identifier made of them would look like any other.
    package static func make(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard let size = CInt(exactly: count) else {
            preconditionFailure("RAND_bytes takes a CInt")
        }
        // SAFETY: RAND_bytes writes `size` bytes, which is what the array holds.
        let result = unsafe RAND_bytes(&bytes, size)
        precondition(result == 1, "libcrypto has no random bytes")
        return bytes
    }

    /// `count` bytes, written as twice as many lower-case hexadecimal digits.
    package static func hexadecimalText(_ count: Int) -> String {
        String(hexadecimal: make(count).span)
    }
}
