extension StaticString {
    /// The literal's bytes in UTF-8.
    var utf8Span: Span<UInt8> {
        @_lifetime(immortal)
        get {
            precondition(hasPointerRepresentation)
            // SAFETY: the pointer is to that many bytes of a literal, which live as long as the
            // program.
            let bytes = unsafe UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
            return unsafe _overrideLifetime(Span(_unsafeElements: bytes), copying: ())
        }
    }
}
