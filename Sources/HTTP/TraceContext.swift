internal import Bytes

/// Which trace a request belongs to and which part of it is ours, as `traceparent` says it (W3C
/// Trace Context §3.2). Kept as the text of version 00, for that is all that is done with it.
package struct TraceContext: Equatable, Sendable {
    /// The bytes of version 00; later versions may continue after a dash.
    package static let byteCount = 55
    private static let traceRange = 3..<35
    private static let spanRange = 36..<52

    private var text: InlineArray<55, UInt8>

    /// Reads a field's value; nil when it is not of the form, and then a new trace is begun.
    package init?(parsing value: Span<UInt8>) {
        guard value.count >= TraceContext.byteCount,
            TraceContext.hasVersion(value),
            value[2] == ASCII.dash, value[35] == ASCII.dash, value[52] == ASCII.dash,
            TraceContext.isIdentifier(value, TraceContext.traceRange),
            TraceContext.isIdentifier(value, TraceContext.spanRange),
            TraceContext.digit(value[53]) != nil, let flags = TraceContext.digit(value[54])
        else { return nil }
        text = InlineArray(repeating: ASCII.digit0)
        for index in 0..<TraceContext.byteCount { text[index] = value[index] }
        // What follows is said in the terms of version 00; of flags that are not known, none is
        // passed on (§4.3).
        text[0] = ASCII.digit0
        text[1] = ASCII.digit0
        text[53] = ASCII.digit0
        text[54] = ASCII.digit0 + flags & 1
    }

    /// A trace that begins here, not sampled. Neither id may be zero.
    package init(traceHigh: UInt64, traceLow: UInt64, spanID: UInt64) {
        text = InlineArray(repeating: ASCII.digit0)
        for index in [2, 35, 52] { text[index] = ASCII.dash }
        set(traceHigh, at: 3)
        set(traceLow, at: 19)
        set(spanID, at: 36)
    }

    package static func == (one: TraceContext, other: TraceContext) -> Bool {
        one.text.indices.allSatisfy { one.text[$0] == other.text[$0] }
    }

    /// The same trace, passed on by another program, whose id must not be zero.
    package func continued(spanID: UInt64) -> TraceContext {
        var context = self
        context.set(spanID, at: TraceContext.spanRange.lowerBound)
        return context
    }

    /// The value of the field.
    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { text.span }
    }

    /// The 32 digits of the trace's id.
    package var traceID: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { text.span.extracting(TraceContext.traceRange) }
    }

    /// The 16 digits of the sender's id.
    package var spanID: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { text.span.extracting(TraceContext.spanRange) }
    }

    /// Sixteen lower-case digits.
    private mutating func set(_ number: UInt64, at start: Int) {
        var rest = number
        for index in stride(from: start + 15, through: start, by: -1) {
            text[index] = ASCII.hexadecimalDigit(UInt8(truncatingIfNeeded: rest & 0xF))
            rest >>= 4
        }
    }

    /// Version ff is invalid, and version 00 has just these bytes.
    private static func hasVersion(_ value: Span<UInt8>) -> Bool {
        guard let high = digit(value[0]), let low = digit(value[1]) else { return false }
        let version = high << 4 | low
        if version == 0xFF { return false }
        if value.count == byteCount { return true }
        return version != 0 && value[byteCount] == ASCII.dash
    }

    /// Digits that are not all zero.
    private static func isIdentifier(_ value: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var bits: UInt8 = 0
        for index in range {
            guard let digit = digit(value[index]) else { return false }
            bits |= digit
        }
        return bits != 0
    }

    /// Only lower-case digits are accepted (§3.2.2).
    private static func digit(_ byte: UInt8) -> UInt8? {
        ASCII.isLowercaseHexadecimal(byte) ? ASCII.hexadecimalValue(byte) : nil
    }
}

/// Makes ids of traces and spans. They tell apart and are no secret: SplitMix64 (Steele, Lea and
/// Flood, 2014) from a seed that nobody else has.
package struct TraceIDSource {
    private var state: UInt64

    /// - Parameter seed: random, for each event loop another.
    package init(seed: UInt64) { state = seed }

    /// A number that is not zero.
    package mutating func next() -> UInt64 {
        while true {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            mixed ^= mixed >> 31
            if mixed != 0 { return mixed }
        }
    }

    /// The context of a request: a part of the trace that the caller names, or of a new one.
    package mutating func context(continuing caller: TraceContext?) -> TraceContext {
        if let caller { return caller.continued(spanID: next()) }
        return TraceContext(traceHigh: next(), traceLow: next(), spanID: next())
    }
}
