internal import JSON

/// Why bytes are not a model in UBJSON. Offsets count from 0.
package enum UBJSONError: Error, Equatable, Sendable {
    /// The text ends inside a value, or claims more than it holds.
    case truncated(offset: Int)
    /// A byte that begins no value XGBoost writes.
    case unknownType(UInt8, offset: Int)
    /// A length below zero.
    case negativeCount(offset: Int)
    case tooDeep(limit: Int, offset: Int)
    case stringTooLong(bytesMax: Int, offset: Int)
    /// Something after the document.
    case trailingBytes(offset: Int)
    /// The same document as JSON has more bytes than the limit.
    case tooLarge(bytesMax: Int)
}

/// Rewrites a document from Universal Binary JSON (ubjson.org, draft 12), as far as XGBoost writes
/// it, to JSON. What is read takes no more memory than the document has bytes, whatever lengths it
/// states.
package struct UBJSONReader: ~Copyable, ~Escapable {
    package static let depthMax = 32
    /// Bytes of one string: as JSON it may have six times as many.
    package static let stringBytesMax = 1 << 20

    private let bytes: Span<UInt8>
    private let outputBytesMax: Int
    private var offset = 0
    private var writer = JSONWriter()

    /// The document in `bytes` as JSON of at most `bytesMax` bytes. A number that is not finite
    /// becomes one beyond single precision, so that it is refused wherever it means something.
    package static func json(
        _ bytes: Span<UInt8>, bytesMax: Int
    ) throws(UBJSONError) -> [UInt8] {
        var reader = UBJSONReader(bytes, outputBytesMax: bytesMax)
        try reader.value(try reader.byte(), depth: 0)
        guard reader.offset == bytes.count else { throw .trailingBytes(offset: reader.offset) }
        guard reader.writer.bytes.count <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
        return reader.writer.bytes
    }

    /// Whether a text that begins with a brace continues as UBJSON does and JSON cannot: with the
    /// type of a length, or the mark of a typed or counted object.
    package static func begins(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count > 1, bytes[0] == UInt8(ascii: "{") else { return false }
        return Array("iUIlL$#".utf8).contains(bytes[1])
    }

    @_lifetime(copy bytes)
    private init(_ bytes: Span<UInt8>, outputBytesMax: Int) {
        self.bytes = bytes
        self.outputBytesMax = outputBytesMax
    }

    private mutating func value(_ type: UInt8, depth: Int) throws(UBJSONError) {
        guard writer.bytes.count <= outputBytesMax else {
            throw .tooLarge(bytesMax: outputBytesMax)
        }
        switch type {
        case UInt8(ascii: "{"): try object(depth: depth + 1)
        case UInt8(ascii: "["): try array(depth: depth + 1)
        case UInt8(ascii: "S"): writer.string(bytes.extracting(try text()))
        case UInt8(ascii: "T"): writer.bool(true)
        case UInt8(ascii: "F"): writer.bool(false)
        case UInt8(ascii: "Z"): writer.null()
        case UInt8(ascii: "d"): number(Float(bitPattern: UInt32(try bigEndian(4))))
        case UInt8(ascii: "D"): number(Double(bitPattern: try bigEndian(8)))
        default: writer.number(try integer(type))
        }
    }

    private mutating func object(depth: Int) throws(UBJSONError) {
        try check(depth)
        writer.beginObject()
        while true {
            let type = try byte()
            if type == UInt8(ascii: "}") { break }
            writer.name(bytes.extracting(try text(lengthType: type)))
            try value(try byte(), depth: depth)
        }
        writer.endObject()
    }

    private mutating func array(depth: Int) throws(UBJSONError) {
        try check(depth)
        writer.beginArray()
        var type = try byte()
        if type == UInt8(ascii: "$") {
            let elementType = try byte()
            let width = try width(of: elementType)
            let mark = try byte()
            guard mark == UInt8(ascii: "#") else { throw .unknownType(mark, offset: offset - 1) }
            for _ in 0..<(try count(elementBytes: width)) { try value(elementType, depth: depth) }
        } else if type == UInt8(ascii: "#") {
            for _ in 0..<(try count(elementBytes: 1)) { try value(try byte(), depth: depth) }
        } else {
            while type != UInt8(ascii: "]") {
                try value(type, depth: depth)
                type = try byte()
            }
        }
        writer.endArray()
    }

    /// How many elements follow, each of so many bytes at least: never more than the text holds.
    private mutating func count(elementBytes: Int) throws(UBJSONError) -> Int {
        let start = offset
        let count = try integer(try byte())
        guard count >= 0 else { throw .negativeCount(offset: start) }
        guard count <= (bytes.count - offset) / elementBytes else {
            throw .truncated(offset: start)
        }
        return count
    }

    private mutating func text() throws(UBJSONError) -> Range<Int> {
        try text(lengthType: try byte())
    }

    private mutating func text(lengthType: UInt8) throws(UBJSONError) -> Range<Int> {
        let start = offset
        let count = try integer(lengthType)
        guard count >= 0 else { throw .negativeCount(offset: start) }
        guard count <= bytes.count - offset else { throw .truncated(offset: start) }
        guard count <= UBJSONReader.stringBytesMax else {
            throw .stringTooLong(bytesMax: UBJSONReader.stringBytesMax, offset: start)
        }
        defer { offset += count }
        return offset..<offset + count
    }

    private mutating func integer(_ type: UInt8) throws(UBJSONError) -> Int {
        switch type {
        case UInt8(ascii: "i"): Int(Int8(truncatingIfNeeded: try bigEndian(1)))
        case UInt8(ascii: "U"): Int(try bigEndian(1))
        case UInt8(ascii: "I"): Int(Int16(truncatingIfNeeded: try bigEndian(2)))
        case UInt8(ascii: "l"): Int(Int32(truncatingIfNeeded: try bigEndian(4)))
        case UInt8(ascii: "L"): Int(truncatingIfNeeded: try bigEndian(8))
        default: throw .unknownType(type, offset: offset - 1)
        }
    }

    /// Only numbers: an array of values that take no byte could be of any length.
    private func width(of type: UInt8) throws(UBJSONError) -> Int {
        switch type {
        case UInt8(ascii: "i"), UInt8(ascii: "U"): 1
        case UInt8(ascii: "I"): 2
        case UInt8(ascii: "l"), UInt8(ascii: "d"): 4
        case UInt8(ascii: "L"), UInt8(ascii: "D"): 8
        default: throw .unknownType(type, offset: offset - 1)
        }
    }

    /// With a fraction or an exponent always, for XGBoost tells floats from integers by that. The
    /// shortest text that reads back as the same number.
    private mutating func number(_ value: some BinaryFloatingPoint & LosslessStringConvertible) {
        let text = value.isFinite ? String(value) : JSONText.beyondFloat
        writer.raw(text.utf8.span)
    }

    private mutating func bigEndian(_ count: Int) throws(UBJSONError) -> UInt64 {
        guard count <= bytes.count - offset else { throw .truncated(offset: offset) }
        var value: UInt64 = 0
        for i in offset..<offset + count { value = value << 8 | UInt64(bytes[i]) }
        offset += count
        return value
    }

    private mutating func byte() throws(UBJSONError) -> UInt8 {
        guard offset < bytes.count else { throw .truncated(offset: offset) }
        defer { offset += 1 }
        return bytes[offset]
    }

    private func check(_ depth: Int) throws(UBJSONError) {
        guard depth <= UBJSONReader.depthMax else {
            throw .tooDeep(limit: UBJSONReader.depthMax, offset: offset)
        }
    }
}

extension UBJSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let offset): "not UBJSON, it ends inside the value at byte \(offset)"
        case .unknownType(let type, let offset):
            "not UBJSON as XGBoost writes it, byte \(offset) is \(type), expected a type"
        case .negativeCount(let offset): "not UBJSON, a length below 0 at byte \(offset)"
        case .tooDeep(let limit, let offset):
            "nested too deep at byte \(offset), expected at most \(limit) levels"
        case .stringTooLong(let bytesMax, let offset):
            "a string too long at byte \(offset), expected at most \(bytesMax) bytes"
        case .trailingBytes(let offset): "more than one document, the second at byte \(offset)"
        case .tooLarge(let bytesMax): "too large, expected at most \(bytesMax) bytes as JSON"
        }
    }
}
