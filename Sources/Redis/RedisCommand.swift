/// Commands as Redis reads them: an array of bulk strings (RESP2).
extension [UInt8] {
    /// Begins a command; exactly `argumentCount` arguments, its name among them, are to follow.
    package mutating func appendRedisCommand(argumentCount: Int) {
        append(UInt8(ascii: "*"))
        appendDecimalLine(argumentCount)
    }

    /// Appends one argument: any bytes, also none.
    package mutating func appendRedisArgument(_ bytes: Span<UInt8>) {
        append(UInt8(ascii: "$"))
        appendDecimalLine(bytes.count)
        appendSpan(bytes)
        appendLineEnd()
    }

    /// Appends `prefix` and `bytes` as one argument.
    package mutating func appendRedisArgument(_ prefix: StaticString, _ bytes: Span<UInt8>) {
        append(UInt8(ascii: "$"))
        appendDecimalLine(prefix.utf8CodeUnitCount + bytes.count)
        appendStatic(prefix)
        appendSpan(bytes)
        appendLineEnd()
    }

    package mutating func appendRedisArgument(_ text: StaticString) {
        append(UInt8(ascii: "$"))
        appendDecimalLine(text.utf8CodeUnitCount)
        appendStatic(text)
        appendLineEnd()
    }

    /// Appends a number in decimal as an argument.
    package mutating func appendRedisArgument(_ number: Int) {
        append(UInt8(ascii: "$"))
        appendDecimalLine(decimalDigitCount(number))
        appendDecimalLine(number)
    }

    private mutating func appendStatic(_ text: StaticString) {
        // SAFETY: the pointer of a static string is valid for ever; literals here are no scalars.
        unsafe append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func appendSpan(_ bytes: Span<UInt8>) {
        // SAFETY: the buffer is copied during the call.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    private mutating func appendDecimalLine(_ number: Int) {
        let digitCount = decimalDigitCount(number)
        if number < 0 { append(UInt8(ascii: "-")) }
        var digits = number.magnitude
        let end = count + digitCount - (number < 0 ? 1 : 0)
        append(contentsOf: repeatElement(UInt8(ascii: "0"), count: end - count))
        var index = end - 1
        while digits > 0 {
            self[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digits % 10)
            digits /= 10
            index -= 1
        }
        appendLineEnd()
    }

    private mutating func appendLineEnd() {
        append(UInt8(ascii: "\r"))
        append(UInt8(ascii: "\n"))
    }
}

/// How many characters a number has in decimal, its minus sign among them.
private func decimalDigitCount(_ number: Int) -> Int {
    var count = number < 0 ? 2 : 1
    var rest = number.magnitude / 10
    while rest > 0 {
        count += 1
        rest /= 10
    }
    return count
}
