/// Why bytes are not a model of ONNX. Offsets count from 0.
package enum ONNXError: Error, Equatable, Sendable {
    /// The file ends inside a field, or a length is beyond the message.
    case truncated(offset: Int)
    /// An integer of more than 64 bits.
    case integerTooLong(offset: Int)
    /// A field without a number, or of a kind that ONNX does not use.
    case field(offset: Int)
    /// A field of another kind than ONNX gives it.
    case wrongKind(offset: Int)
    /// A text that is not UTF-8.
    case text(offset: Int)
    /// More elements in a list than the limit.
    case tooMany(String, most: Int)
    /// What the model lacks, or has in a wrong form.
    case invalid(String, wanted: String)
    /// Something that is not converted.
    case unsupported(String, wanted: String)
}

extension ONNXError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let offset): "not ONNX, it ends inside the field at byte \(offset)"
        case .integerTooLong(let offset): "not ONNX, an integer of over 64 bits at byte \(offset)"
        case .field(let offset): "not ONNX, an unknown kind of field at byte \(offset)"
        case .wrongKind(let offset): "not ONNX, a field of the wrong kind at byte \(offset)"
        case .text(let offset): "not ONNX, a text at byte \(offset) is not UTF-8"
        case .tooMany(let what, let most): "too many \(what), expected at most \(most)"
        case .invalid(let what, let wanted): "\(what): expected \(wanted)"
        case .unsupported(let what, let wanted): "\(what) is not supported, expected \(wanted)"
        }
    }
}

/// Reads the fields of one message of Protocol Buffers (protobuf.dev, "Encoding") one after the
/// other. Messages inside it are read by readers of their own, so that nothing recurs.
struct ProtobufReader {
    enum Value: Equatable {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// A text, a message or a packed list: its place in the file.
        case bytes(Range<Int>)
    }

    struct ProtobufField {
        let number: Int
        let value: Value
        let offset: Int
    }

    private static let varintBytesMax = 10

    let bytes: [UInt8]
    private var offset: Int
    private let end: Int

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    /// The next field, or nil at the end of the message.
    mutating func next() throws(ONNXError) -> ProtobufField? {
        guard offset < end else { return nil }
        let start = offset
        let key = try varint()
        let number = key >> 3
        guard 1..<1 << 29 ~= number else { throw .field(offset: start) }
        let value: Value
        switch key & 7 {
        case 0: value = .varint(try varint())
        case 1: value = .fixed64(try littleEndian(8))
        case 2:
            let count = try varint()
            guard count <= UInt64(end - offset) else { throw .truncated(offset: start) }
            value = .bytes(offset..<offset + Int(count))
            offset += Int(count)
        case 5: value = .fixed32(UInt32(truncatingIfNeeded: try littleEndian(4)))
        default: throw .field(offset: start)
        }
        return ProtobufField(number: Int(number), value: value, offset: start)
    }

    var isAtEnd: Bool { offset >= end }

    /// Seven bits a byte, the lowest first.
    mutating func varint() throws(ONNXError) -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        for index in 0..<ProtobufReader.varintBytesMax {
            guard offset < end else { throw .truncated(offset: start) }
            let byte = bytes[offset]
            offset += 1
            // The tenth byte has room for one bit more.
            if index == ProtobufReader.varintBytesMax - 1, byte > 1 { break }
            value |= UInt64(byte & 0x7F) << UInt64(7 * index)
            if byte < 0x80 { return value }
        }
        throw .integerTooLong(offset: start)
    }

    mutating func littleEndian(_ count: Int) throws(ONNXError) -> UInt64 {
        guard count <= end - offset else { throw .truncated(offset: offset) }
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        offset += count
        return value
    }
}

extension ProtobufReader.ProtobufField {
    /// The place of a message or a text.
    func range() throws(ONNXError) -> Range<Int> {
        guard case .bytes(let range) = value else { throw .wrongKind(offset: offset) }
        return range
    }

    func integer() throws(ONNXError) -> Int {
        guard case .varint(let bits) = value else { throw .wrongKind(offset: offset) }
        return Int(Int64(bitPattern: bits))
    }

    func text(_ bytes: [UInt8]) throws(ONNXError) -> String {
        guard let text = String(validating: bytes[try range()], as: UTF8.self) else {
            throw .text(offset: offset)
        }
        return text
    }
}
