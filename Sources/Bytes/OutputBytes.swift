/// What encoders append to a buffer of bytes, none of it by way of a String.
extension Array<UInt8> {
    /// The bytes of `span` in an array of their own.
    @inlinable package init(copying span: Span<UInt8>) {
        // SAFETY: the array copies the bytes during the call.
        self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Appends the bytes of a span.
    @inlinable package mutating func appendBytes(_ bytes: Span<UInt8>) {
        // SAFETY: the buffer is read only during the call, and append copies it.
        unsafe bytes.withUnsafeBufferPointer { buffer in unsafe append(contentsOf: buffer) }
    }

    /// Appends the bytes of a literal.
    @inlinable package mutating func appendLiteral(_ text: StaticString) {
        appendBytes(text.bytes)
    }

    /// Appends a number in decimal, with a minus sign where it is negative.
    package mutating func appendDecimal(_ value: Int) {
        // A 64-bit number has at most 19 digits and a sign.
        var digits = InlineArray<20, UInt8>(repeating: ASCII.digit0)
        var start = 20
        var rest = value.magnitude
        repeat {
            start -= 1
            digits[start] = ASCII.digit0 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if value < 0 {
            start -= 1
            digits[start] = ASCII.dash
        }
        appendBytes(digits.span.extracting(start..<20))
    }

    /// Overwrites two bytes with the last two digits of a number that isn't negative.
    package mutating func setTwoDigits(_ value: Int64, at offset: Int) {
        self[offset] = ASCII.digit0 + UInt8(truncatingIfNeeded: value / 10 % 10)
        self[offset + 1] = ASCII.digit0 + UInt8(truncatingIfNeeded: value % 10)
    }
}
