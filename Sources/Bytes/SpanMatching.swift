extension StaticString {
    /// The literal's UTF-8, which lives as long as the process.
    @inlinable package var bytes: Span<UInt8> {
        @_lifetime(immortal)
        get {
            precondition(hasPointerRepresentation, "a literal of more than one scalar was meant")
            // SAFETY: a literal's bytes are constant and never freed.
            let buffer = unsafe UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
            return unsafe _overrideLifetime(Span(_unsafeElements: buffer), borrowing: ())
        }
    }
}

extension Span<UInt8> {
    /// Whether both hold the same bytes in the same order. Eight at a time: byte by byte, the names
    /// and values of a request of 20 fields cost 0.25 µs more.
    @inlinable package func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard count >= 8 else {
            for i in 0..<count where self[i] != other[i] { return false }
            return true
        }
        // The last eight bytes overlap those before them, so that no rest remains.
        let last = count - 8
        var offset = 0
        while offset < last {
            if word(at: offset) != other.word(at: offset) { return false }
            offset += 8
        }
        return word(at: last) == other.word(at: last)
    }

    @inlinable func word(at offset: Int) -> UInt64 {
        // SAFETY: any eight bytes are a UInt64, and the load checks that they are within the span.
        unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// A hash for telling most unequal spans apart before they are compared: eight bytes at a time
    /// are multiplied and folded. What is taken for a key must not be guessed, or spans could be
    /// made that collide.
    package func quickHash(key: UInt64) -> UInt64 {
        var state = key ^ UInt64(truncatingIfNeeded: count)
        guard count >= 8 else {
            var word: UInt64 = 0
            for index in 0..<count { word = word << 8 | UInt64(self[index]) }
            return (state ^ word).multipliedAndFolded
        }
        let last = count - 8
        for offset in stride(from: 0, to: last, by: 8) {
            state = (state ^ word(at: offset)).multipliedAndFolded
        }
        // The last eight bytes may overlap those before, which does no harm.
        return (state ^ word(at: last)).multipliedAndFolded
    }

    /// Whether these are the bytes of the literal.
    @inlinable package func equals(_ literal: StaticString) -> Bool { equals(literal.bytes) }

    /// Whether these are the bytes of the literal, which holds no upper-case letter, in any case.
    package func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
        let expected = lowercase.bytes
        guard count == expected.count else { return false }
        for i in 0..<count where ASCII.lowercased(self[i]) != expected[i] { return false }
        return true
    }

    /// Whether the bytes of `part` are at `offset`.
    @inlinable package func holds(_ part: Span<UInt8>, at offset: Int) -> Bool {
        offset >= 0 && count - offset >= part.count
            && extracting(offset..<offset + part.count).equals(part)
    }

    @inlinable package func allSatisfy(_ predicate: (UInt8) -> Bool) -> Bool {
        for i in 0..<count where !predicate(self[i]) { return false }
        return true
    }

    /// The range without the spaces and tabs at its ends.
    package func trimmingBlanks(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, ASCII.isBlank(self[lower]) { lower += 1 }
        while upper > lower, ASCII.isBlank(self[upper - 1]) { upper -= 1 }
        return lower..<upper
    }

    /// The bytes as a String; what is not UTF-8 becomes U+FFFD.
    package var text: String {
        // SAFETY: String copies the bytes during the call.
        unsafe withUnsafeBufferPointer { buffer in unsafe String(decoding: buffer, as: UTF8.self) }
    }
}

extension UInt64 {
    fileprivate var multipliedAndFolded: UInt64 {
        let product = multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}
