internal import Bytes
internal import Features

/// The datatypes of the Open Inference Protocol, as it spells them.
enum TensorDatatype: String, CaseIterable {
    case bool = "BOOL"
    case uint8 = "UINT8"
    case uint16 = "UINT16"
    case uint32 = "UINT32"
    case uint64 = "UINT64"
    case int8 = "INT8"
    case int16 = "INT16"
    case int32 = "INT32"
    case int64 = "INT64"
    case fp16 = "FP16"
    case bf16 = "BF16"
    case fp32 = "FP32"
    case fp64 = "FP64"
    case bytes = "BYTES"

    /// How an element is read.
    enum Form: Equatable {
        case integer(bytes: Int, isSigned: Bool)
        case real(bytes: Int)
        case text
        /// No field takes it. FP16 and BF16 keep 3 digits at most, of which a charge has more.
        case unusable
    }

    var form: Form {
        switch self {
        case .uint8: .integer(bytes: 1, isSigned: false)
        case .uint16: .integer(bytes: 2, isSigned: false)
        case .uint32: .integer(bytes: 4, isSigned: false)
        case .uint64: .integer(bytes: 8, isSigned: false)
        case .int8: .integer(bytes: 1, isSigned: true)
        case .int16: .integer(bytes: 2, isSigned: true)
        case .int32: .integer(bytes: 4, isSigned: true)
        case .int64: .integer(bytes: 8, isSigned: true)
        case .fp32: .real(bytes: 4)
        case .fp64: .real(bytes: 8)
        case .bytes: .text
        case .bool, .fp16, .bf16: .unusable
        }
    }

    /// Whether a field of this kind takes elements of this datatype.
    func fits(_ kind: FieldTable.Kind) -> Bool {
        switch (form, kind) {
        case (.text, .category), (.text, .identifier): true
        case (.integer, .identifier), (.integer, .integer), (.integer, .number): true
        case (.real, .integer), (.real, .number): true
        case (.text, .integer), (.text, .number), (.integer, .category), (.real, .category),
            (.real, .identifier), (.unusable, _):
            false
        }
    }

    /// What `fits` takes for a field, in words.
    static func wanted(_ kind: FieldTable.Kind) -> String {
        switch kind {
        case .category: "BYTES"
        case .identifier: "BYTES or an integer type"
        case .integer, .number: "an integer type, FP32 or FP64"
        }
    }
}

extension TensorDatatype.Form {
    /// Whether a JSON value may be an element: a missing one is `null` in every form.
    func fault(ofElement json: Span<UInt8>) -> ElementFault? {
        let first = json[0]
        if first == UInt8(ascii: "n") { return nil }
        let isString = first == ASCII.quote
        let isNumber = first == ASCII.dash || ASCII.isDigit(first)
        switch self {
        case .text: return isString ? nil : .kind
        case .real: return isNumber ? nil : .kind
        case .integer(let bytes, let isSigned):
            guard isNumber, let integer = WrittenInteger(json) else { return .kind }
            return integer.fits(bytes: bytes, isSigned: isSigned) ? nil : .range
        case .unusable: return .kind
        }
    }
}

/// What is wrong with an element of a tensor.
enum ElementFault: Equatable { case kind, range }

/// An integer in JSON, written without fraction and exponent.
private struct WrittenInteger {
    private let isNegative: Bool
    /// Nil beyond 64 bits.
    private let magnitude: UInt64?

    /// - Parameter text: a number of JSON; nil where it is no integer.
    init?(_ text: Span<UInt8>) {
        isNegative = text[0] == ASCII.dash
        var magnitude: UInt64? = 0
        for index in (isNegative ? 1 : 0)..<text.count {
            guard ASCII.isDigit(text[index]) else { return nil }
            guard let value = magnitude else { continue }
            let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, carries) = tens.addingReportingOverflow(UInt64(text[index] & 0x0F))
            magnitude = overflows || carries ? nil : sum
        }
        self.magnitude = magnitude
    }

    func fits(bytes: Int, isSigned: Bool) -> Bool {
        guard let magnitude else { return false }
        let bits = UInt64(bytes) * 8
        guard isSigned else {
            return isNegative ? magnitude == 0 : bits == 64 || magnitude < 1 << bits
        }
        let half: UInt64 = 1 << (bits - 1)
        return isNegative ? magnitude <= half : magnitude < half
    }
}
