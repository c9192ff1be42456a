internal import Bytes

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
        appendBytes(bytes)
        appendLineEnd()
    }

    /// Appends two texts as one argument.
    package mutating func appendRedisArgument(_ first: Span<UInt8>, _ second: Span<UInt8>) {
        append(UInt8(ascii: "$"))
        appendDecimalLine(first.count + second.count)
        appendBytes(first)
        appendBytes(second)
        appendLineEnd()
    }

    /// Appends `prefix` and `bytes` as one argument.
    package mutating func appendRedisArgument(_ prefix: StaticString, _ bytes: Span<UInt8>) {
        append(UInt8(ascii: "$"))
        appendDecimalLine(prefix.utf8CodeUnitCount + bytes.count)
        appendLiteral(prefix)
        appendBytes(bytes)
        appendLineEnd()
    }

    package mutating func appendRedisArgument(_ text: StaticString) {
        append(UInt8(ascii: "$"))
        appendDecimalLine(text.utf8CodeUnitCount)
        appendLiteral(text)
        appendLineEnd()
    }

    /// Appends a number in decimal as an argument.
    package mutating func appendRedisArgument(_ number: Int) {
        append(UInt8(ascii: "$"))
        appendDecimalLine(decimalDigitCount(number))
        appendDecimalLine(number)
    }

    private mutating func appendDecimalLine(_ number: Int) {
        appendDecimal(number)
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
