internal import HTTP
internal import JSON
internal import OpenSSL

extension Array<UInt8> {
    /// Appends two lower-case hexadecimal digits for each byte of a digest.
    ///
    /// They are made in a place of their own: 32 bytes cost 20 ns, and 90 when each digit is
    /// appended to the array.
    mutating func appendHexadecimal(_ digest: InlineArray<32, UInt8>) {
        appendBytes(Array.hexadecimalDigits(of: digest).span)
    }

    /// Appends a JSON string with its quotation marks.
    mutating func appendQuoted(_ text: Span<UInt8>) {
        var writer = JSONWriter(appendingTo: self)
        // The writer is the bytes' only owner, so that it need not copy them.
        self = []
        writer.string(text)
        self = writer.finish()
    }

    /// Appends a JSON number as answers write probabilities.
    mutating func appendProbability(_ probability: Float) {
        var writer = JSONWriter(appendingTo: self)
        self = []
        writer.number(Double(probability), decimals: AuditFormat.probabilityDecimals)
        self = writer.finish()
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

extension Array<UInt8> {
    /// Appends what every body begins with.
    mutating func appendBodyStart(_ event: AuditEvent, unixMilliseconds: Int64) {
        appendLiteral(",\"time\":\"")
        Timestamp.append(unixMilliseconds: unixMilliseconds, to: &self)
        appendLiteral("\",\"event\":\"")
        append(contentsOf: event.rawValue.utf8)
        appendLiteral("\"")
    }

    private static func hexadecimalDigits(
        of digest: InlineArray<32, UInt8>
    ) -> InlineArray<64, UInt8> {
        var digits = InlineArray<64, UInt8>(repeating: 0)
        for index in digest.indices {
            digits[2 * index] = hexadecimalDigit(digest[index] >> 4)
            digits[2 * index + 1] = hexadecimalDigit(digest[index] & 0xF)
        }
        return digits
    }

    /// Appends the eight digits of a Float's bits.
    mutating func appendHexadecimal(_ bits: UInt32) {
        for shift in stride(from: UInt32(28), through: 0, by: -4) {
            append(Array.hexadecimalDigit(UInt8(truncatingIfNeeded: bits >> shift & 0xF)))
        }
    }

    /// Appends what of an HMAC stands for a name.
    mutating func appendPseudonym(_ mac: InlineArray<32, UInt8>) {
        let digits = Array.hexadecimalDigits(of: mac)
        appendBytes(digits.span.extracting(first: 2 * AuditLimits.pseudonymBytes))
    }

    mutating func appendPseudonym(of name: [UInt8], key: [UInt8]) {
        var mac = HMACSHA256(key: key.span)
        appendPseudonym(mac.digest(of: name.span))
    }
}
