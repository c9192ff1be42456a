internal import Bytes
internal import Features
internal import JSON

/// A customer's identifier, as a path's segment spells it.
package enum CustomerID {
    /// Of an identifier, once it is decoded.
    package static let bytesMax = 256

    /// Reads a segment of a path.
    ///
    /// - Returns: UTF-8 of 1 to `bytesMax` bytes without control characters.
    package static func decode(_ segment: Span<UInt8>) throws(CustomerIDError) -> [UInt8] {
        var id: [UInt8] = []
        var index = 0
        while index < segment.count {
            guard id.count < bytesMax else { throw .tooLong(bytesMax: bytesMax) }
            guard segment[index] == UInt8(ascii: "%") else {
                id.append(segment[index])
                index += 1
                continue
            }
            guard index + 2 < segment.count, let high = digit(segment[index + 1]),
                let low = digit(segment[index + 2])
            else { throw .malformedEscape }
            id.append(high << 4 | low)
            index += 3
        }
        try check(id.span)
        return id
    }

    /// Throws for what is not an identifier.
    package static func check(_ id: Span<UInt8>) throws(CustomerIDError) {
        if id.isEmpty { throw .empty }
        if id.count > bytesMax { throw .tooLong(bytesMax: bytesMax) }
        if !id.isUTF8 { throw .notUTF8 }
        if ControlCharacters.occur(in: id) { throw .controlCharacter }
    }

    /// The number that decimal digits, with a minus sign where it is negative, stand for. Each
    /// number has one spelling: with another no rule about identifiers can be walked round.
    static func integer(_ id: Span<UInt8>) throws(CustomerIDError) -> Int64 {
        let text = String(decoding: Array(copying: id), as: UTF8.self)
        guard let number = Int64(text), "\(number)" == text else { throw .notAnInteger }
        return number
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
