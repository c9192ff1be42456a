internal import Bytes
internal import JSON

/// The elements of an input in the binary section: little-endian, one after another, strings each
/// after a length of 4 bytes.
struct BinaryTensor {
    /// Where in the body each element is, without the length of a string.
    let elements: [Range<Int>]
    private let form: TensorDatatype.Form

    /// - Parameter section: where its bytes are in the body.
    init(
        _ input: InferenceInput, in body: Span<UInt8>, section: Range<Int>
    ) throws(RecordFormatError) {
        form = input.datatype.form
        switch form {
        case .integer(let width, _), .real(let width):
            let wanted = width * input.rowCount
            guard section.count == wanted else {
                throw .malformed(
                    detail: "input \(input.name) has \(section.count) bytes of binary data, "
                        + "expected \(wanted) for \(input.rowCount) of \(input.datatype.rawValue)")
            }
            elements = (0..<input.rowCount).map { row in
                let start = section.lowerBound + row * width
                return start..<start + width
            }
            try checkFinite(input, in: body)
        case .text: elements = try BinaryTensor.strings(input, in: body, section: section)
        case .unusable: preconditionFailure("no field takes it")
        }
    }

    /// Writes an element as a JSON value.
    func append(_ row: Int, of body: Span<UInt8>, to json: inout JSONWriter) {
        let element = body.extracting(elements[row])
        switch form {
        case .integer(let width, let isSigned):
            let bits = element.littleEndian
            let unused = UInt64(64 - width * 8)
            if isSigned {
                json.number(Int(Int64(bitPattern: bits << unused) >> unused))
            } else if let number = Int(exactly: bits) {
                json.number(number)
            } else {
                let digits = bits.description
                json.raw(digits.utf8.span)
            }
        case .real(4): json.number(element.float)
        case .real: json.number(element.double)
        case .text: json.string(element)
        case .unusable: preconditionFailure("no field takes it")
        }
    }

    private func checkFinite(
        _ input: InferenceInput, in body: Span<UInt8>
    ) throws(RecordFormatError) {
        guard case .real(let width) = form else { return }
        for (row, range) in elements.enumerated() {
            let element = body.extracting(range)
            guard width == 4 ? element.float.isFinite : element.double.isFinite else {
                throw .malformed(
                    detail: "input \(input.name) has an element \(row) that is not finite; "
                        + "a missing one is null in data")
            }
        }
    }

    private static func strings(
        _ input: InferenceInput, in body: Span<UInt8>, section: Range<Int>
    ) throws(RecordFormatError) -> [Range<Int>] {
        func fault(_ what: String) -> RecordFormatError {
            .malformed(detail: "input \(input.name) \(what)")
        }
        var elements: [Range<Int>] = []
        elements.reserveCapacity(input.rowCount)
        var start = section.lowerBound
        for row in 0..<input.rowCount {
            guard section.upperBound - start >= lengthBytes else {
                throw fault("has \(row) elements in its binary data, expected \(input.rowCount)")
            }
            let length = Int(body.extracting(start..<start + lengthBytes).littleEndian)
            start += lengthBytes
            guard section.upperBound - start >= length else {
                throw fault(
                    "has an element \(row) of \(length) bytes, and "
                        + "\(section.upperBound - start) bytes left in its binary data")
            }
            let element = start..<start + length
            let text = body.extracting(element)
            guard (try? UTF8Span(validating: text)) != nil else {
                throw fault("has an element \(row) that is not UTF-8")
            }
            elements.append(element)
            start += length
        }
        guard start == section.upperBound else {
            throw fault(
                "has \(section.upperBound - start) bytes of binary data after "
                    + "\(input.rowCount) elements")
        }
        return elements
    }

    private static let lengthBytes = 4
}

extension Span<UInt8> {
    /// The number that at most 8 bytes make, the lowest first.
    fileprivate var littleEndian: UInt64 {
        var bits: UInt64 = 0
        for index in indices { bits |= UInt64(self[index]) << UInt64(index * 8) }
        return bits
    }

    fileprivate var float: Float { Float(bitPattern: UInt32(truncatingIfNeeded: littleEndian)) }
    fileprivate var double: Double { Double(bitPattern: littleEndian) }
}
