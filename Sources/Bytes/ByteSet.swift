/// A set of ASCII characters, asked in constant time without a table in memory.
package struct ByteSet: Sendable {
    /// Bit n stands for byte n.
    package let low: UInt64
    /// Bit n stands for byte 64 + n.
    package let high: UInt64

    @inlinable package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    @inlinable package func contains(_ byte: UInt8) -> Bool {
        byte < 128 && ((byte < 64 ? low : high) &>> UInt64(byte & 63)) & 1 == 1
    }

    /// RFC 9110 §5.6.2 `tchar`: letters, digits and ``!#$%&'*+-.^_`|~``.
    @inlinable package static var token: ByteSet {
        ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    }

    /// RFC 3986 §3.2.2 `reg-name` without the percent sign: unreserved and sub-delims.
    @inlinable package static var registeredName: ByteSet {
        ByteSet(low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }

    /// `A-Z a-z 0-9 . _ -`: what may name a model, a version or a request.
    @inlinable package static var name: ByteSet {
        ByteSet(low: 0x03FF_6000_0000_0000, high: 0x07FF_FFFE_87FF_FFFE)
    }

    /// RFC 6750 §2.1 `b64token` without the padding: `A-Z a-z 0-9 - . _ ~ + /`.
    @inlinable package static var bearerToken: ByteSet {
        ByteSet(low: 0x03FF_E800_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }
}
