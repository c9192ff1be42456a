internal import HTTP

/// Reads the pieces of a line that are always in the same place.
struct LineReader: ~Escapable {
    private var rest: Span<UInt8>

    @_lifetime(copy line)
    init(_ line: Span<UInt8>) { rest = line }

    /// Passes over a literal; false when something else is there.
    mutating func skip(_ literal: StaticString) -> Bool {
        var expected: [UInt8] = []
        expected.appendLiteral(literal)
        guard rest.extracting(first: expected.count).isEqual(to: expected.span) else {
            return false
        }
        rest = rest.extracting(droppingFirst: expected.count)
        return true
    }

    /// A number of about `AuditLimits.sequenceMax` at most, without leading zeros.
    mutating func natural() -> Int? {
        var value = 0
        var count = 0
        while count < rest.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= rest[count] {
            let isLeadingZero = count > 0 && value == 0
            guard !isLeadingZero, value <= AuditLimits.sequenceMax / 10 else { return nil }
            value = value * 10 + Int(rest[count] - UInt8(ascii: "0"))
            count += 1
        }
        guard count > 0 else { return nil }
        rest = rest.extracting(droppingFirst: count)
        return value
    }

    /// The digits of a SHA-256.
    mutating func digest() -> [UInt8]? {
        guard rest.count >= AuditFormat.digestDigits else { return nil }
        var digits: [UInt8] = []
        digits.appendBytes(rest.extracting(first: AuditFormat.digestDigits))
        rest = rest.extracting(droppingFirst: AuditFormat.digestDigits)
        return digits.allSatisfy(LineReader.isHexadecimal) ? digits : nil
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
    }
}

extension Span<UInt8> {
    func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
