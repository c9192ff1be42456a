internal import Bytes
internal import JSON

/// What is wrong with a stored value. Nothing of the value is repeated.
package enum FeatureFault: Error, Equatable, Sendable {
    /// It ends within a number, a string or a fixed field.
    case truncated
    /// A variable-length number of more than 64 bits.
    case overlongNumber
    /// A number that its type does not hold.
    case overflow
    /// A field of this number, with this wire type, is not read.
    case unsupportedType(field: Int, wireType: Int)
    case textTooLong(bytesMax: Int)
    case notUTF8
    /// NaN or an infinity.
    case notFinite
    /// There is more than one value.
    case trailingBytes
    /// No time between the years 1 and 9999.
    case notATime
}

/// A value as Feast stores it: protobuf's `feast.types.Value`.
package enum FeatureValue: Equatable, Sendable {
    /// A longer text is no feature.
    package static let textBytesMax = 1024

    case missing
    /// UTF-8, a range of the bytes that were read.
    case text(Range<Int>)
    case integer(Int64)
    case number(Double)
    case shortNumber(Float)
    case bool(Bool)

    package init(_ bytes: Span<UInt8>) throws(FeatureFault) {
        if bytes.isEmpty {
            self = .missing
            return
        }
        var reader = ValueReader()
        let tag = try reader.tag(in: bytes)
        switch (tag.field, tag.wireType) {
        case (2, 2):
            let range = try reader.range(in: bytes, bytesMax: FeatureValue.textBytesMax)
            guard bytes.extracting(range).isUTF8 else { throw .notUTF8 }
            self = .text(range)
        case (3, 0):
            let number = Int64(bitPattern: try reader.number(in: bytes))
            guard Int32(exactly: number) != nil else { throw .overflow }
            self = .integer(number)
        case (4, 0), (8, 0): self = .integer(Int64(bitPattern: try reader.number(in: bytes)))
        case (5, 1):
            let value = Double(bitPattern: try reader.fixed(8, in: bytes))
            guard value.isFinite else { throw .notFinite }
            self = .number(value)
        case (6, 5):
            let bits = try reader.fixed(4, in: bytes)
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
            guard value.isFinite else { throw .notFinite }
            self = .shortNumber(value)
        case (7, 0):
            let number = try reader.number(in: bytes)
            guard number <= 1 else { throw .overflow }
            self = .bool(number == 1)
        default: throw .unsupportedType(field: tag.field, wireType: tag.wireType)
        }
        guard reader.place == bytes.count else { throw .trailingBytes }
    }
}

/// A time as Feast stores it: protobuf's `Timestamp`.
package enum FeatureTime {
    private static let secondsMin: Int64 = -62_135_596_800
    private static let secondsMax: Int64 = 253_402_300_799
    private static let nanosecondsMax: UInt64 = 999_999_999

    /// Milliseconds since 1970, rounded down.
    package static func unixMilliseconds(
        ofTimestamp bytes: Span<UInt8>
    ) throws(FeatureFault) -> Int64 {
        var reader = ValueReader()
        var seconds: Int64 = 0
        var nanoseconds: UInt64 = 0
        var latest = 0
        while reader.place < bytes.count {
            let tag = try reader.tag(in: bytes)
            guard 1...2 ~= tag.field, tag.wireType == 0 else {
                throw .unsupportedType(field: tag.field, wireType: tag.wireType)
            }
            guard tag.field > latest else { throw .trailingBytes }
            latest = tag.field
            let number = try reader.number(in: bytes)
            if tag.field == 1 { seconds = Int64(bitPattern: number) } else { nanoseconds = number }
        }
        guard secondsMin...secondsMax ~= seconds, nanoseconds <= nanosecondsMax else {
            throw .notATime
        }
        return seconds * 1000 + Int64(nanoseconds / 1_000_000)
    }

    /// Milliseconds since 1970, from whole seconds in decimal.
    package static func unixMilliseconds(ofText bytes: Span<UInt8>) throws(FeatureFault) -> Int64 {
        let digitsMax = 12
        let text = String(decoding: Array(copying: bytes), as: UTF8.self)
        guard bytes.count <= digitsMax, let seconds = Int64(text), "\(seconds)" == text,
            0...secondsMax ~= seconds
        else { throw .notATime }
        return seconds * 1000
    }
}

/// Reads protobuf's encoding from front to back.
struct ValueReader {
    private(set) var place = 0

    mutating func tag(
        in bytes: Span<UInt8>
    ) throws(FeatureFault) -> (field: Int, wireType: Int) {
        let tag = try number(in: bytes)
        guard tag <= UInt64(UInt32.max) else { throw .overflow }
        return (Int(tag >> 3), Int(tag & 7))
    }

    /// A number of variable length, at most ten bytes.
    mutating func number(in bytes: Span<UInt8>) throws(FeatureFault) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard place < bytes.count else { throw .truncated }
            let byte = bytes[place]
            place += 1
            // Of the tenth byte one bit is left.
            if shift == 63, byte > 1 { throw .overlongNumber }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw .overlongNumber
    }

    mutating func fixed(_ count: Int, in bytes: Span<UInt8>) throws(FeatureFault) -> UInt64 {
        guard count <= bytes.count - place else { throw .truncated }
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[place + index]) << (8 * index) }
        place += count
        return value
    }

    /// Where the bytes are that a length is written before.
    mutating func range(
        in bytes: Span<UInt8>, bytesMax: Int
    ) throws(FeatureFault) -> Range<Int> {
        let count = try number(in: bytes)
        guard count <= UInt64(bytesMax) else { throw .textTooLong(bytesMax: bytesMax) }
        guard Int(count) <= bytes.count - place else { throw .truncated }
        let range = place..<place + Int(count)
        place = range.upperBound
        return range
    }
}
