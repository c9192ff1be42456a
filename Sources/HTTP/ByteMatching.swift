extension StaticString {
    /// The literal's UTF-8, which lives as long as the process.
    var bytes: Span<UInt8> {
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
    /// Whether these are the bytes of the literal.
    func equals(_ expected: StaticString) -> Bool {
        let expected = expected.bytes
        guard count == expected.count else { return false }
        for i in 0..<count where self[i] != expected[i] { return false }
        return true
    }

    /// Whether these are the bytes of the literal, which holds no upper-case letter, in any case.
    func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
        let expected = lowercase.bytes
        guard count == expected.count else { return false }
        for i in 0..<count {
            let byte = self[i]
            let folded = byte &- 0x41 < 26 ? byte | 0x20 : byte
            if folded != expected[i] { return false }
        }
        return true
    }

    /// The range without the spaces and tabs at its ends.
    func trimmingBlanks(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, ASCII.isBlank(self[lower]) { lower += 1 }
        while upper > lower, ASCII.isBlank(self[upper - 1]) { upper -= 1 }
        return lower..<upper
    }
}
