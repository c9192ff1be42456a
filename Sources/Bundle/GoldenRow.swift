package import JSON
internal import Models

/// A request with the answer that the model's own library gave to it: what a loaded model must
/// reproduce before it serves.
package struct GoldenRow: Equatable, Sendable {
    /// The body of a request, as JSON.
    package let request: [UInt8]
    /// The library's margin, the bits of a float.
    package let marginBits: UInt32
    /// The probability after calibration.
    package let probability: Float

    package init(request: [UInt8], marginBits: UInt32, probability: Float) {
        self.request = request
        self.marginBits = marginBits
        self.probability = probability
    }

    /// How far the probability may be off, in units of the last place: libms differ in `expf`.
    package static let probabilityUnitsMax: UInt64 = 2

    /// Reads a line as `write` makes it, without its line feed.
    package init(parsing line: Span<UInt8>) throws(GoldenFault) {
        var scanner = JSONScanner(line, depthMax: ModelLimits.jsonDepthMax)
        var request: Range<Int>?
        var bits: String?
        var probability: Float?
        do throws(JSONError) {
            try scanner.beginObject()
            while let name = try scanner.nextName() {
                if scanner.equals(name, "request") {
                    _ = try scanner.peek()
                    let start = scanner.offset
                    try scanner.skipValue()
                    request = start..<scanner.offset
                } else if scanner.equals(name, "margin_bits") {
                    bits = scanner.text(try scanner.string())
                } else if scanner.equals(name, "probability") {
                    probability = Float(try scanner.number().value)
                } else {
                    try scanner.skipValue()
                }
            }
            try scanner.finish()
        } catch { throw .malformed(error) }
        guard let request else { throw .member("request") }
        guard let bits, let marginBits = GoldenRow.parse(bits) else { throw .member("margin_bits") }
        // NaN is in no range.
        guard let probability, 0...1 ~= probability else { throw .member("probability") }
        self.request = request.map { line[$0] }
        self.marginBits = marginBits
        self.probability = probability
    }

    /// Appends the row as one line.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("request")
        writer.raw(request.span)
        writer.name("margin_bits")
        writer.string(floatBits(marginBits))
        writer.name("probability")
        writer.number(probability)
        writer.endObject()
        writer.newline()
    }

    /// Compares with what this program makes of the request.
    package func check(margin: Float, probability found: Float) throws(GoldenFault) {
        guard margin.bitPattern == marginBits else {
            throw .margin(found: margin.bitPattern, wanted: marginBits)
        }
        guard 0...1 ~= found,
            GoldenRow.unitsApart(found, probability) <= GoldenRow.probabilityUnitsMax
        else {
            throw .probability(found: found, wanted: probability)
        }
    }

    /// How many floats are between two numbers, the second one included. Minus zero is zero.
    private static func unitsApart(_ first: Float, _ second: Float) -> UInt64 {
        (place(of: first) - place(of: second)).magnitude
    }

    /// The place of a number among all floats in their order, 0 at zero; in 64 bits, so that no
    /// difference of two overflows.
    private static func place(of number: Float) -> Int64 {
        let magnitude = Int64(number.magnitude.bitPattern)
        return number.sign == .minus ? -magnitude : magnitude
    }

    /// The spelling of `floatBits` and no other.
    private static func parse(_ text: String) -> UInt32? {
        guard text.hasPrefix("0x"), let bits = UInt32(text.dropFirst(2), radix: 16) else {
            return nil
        }
        return floatBits(bits) == text ? bits : nil
    }
}

/// How a golden row is missed. Golden rows hold invented data, so values may be shown.
package enum GoldenFault: Error, Equatable, Sendable {
    /// The line is not of the form the format asks for.
    case malformed(JSONError)
    /// A member of the line is missing or of the wrong form.
    case member(String)
    /// The schema does not accept the request.
    case request
    /// Bits of the margin in single precision.
    case margin(found: UInt32, wanted: UInt32)
    case probability(found: Float, wanted: Float)
    /// The contributions and their base come to another sum than the margin.
    case contributions(sum: Double, margin: Float)
}

extension GoldenFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let error): "\(error)"
        case .member("probability"): "probability: missing or malformed, expected 0 to 1"
        case .member(let name): "\(name): missing or malformed"
        case .request: "the request is not valid by the schema"
        case .margin(let found, let wanted):
            "margin \(Float(bitPattern: found)) (\(floatBits(found))), "
                + "expected \(Float(bitPattern: wanted)) (\(floatBits(wanted)))"
        case .probability(let found, let wanted): "probability \(found), expected \(wanted)"
        case .contributions(let sum, let margin):
            "contributions and their base come to \(sum), expected the margin \(margin)"
        }
    }
}

/// A float's bits as golden rows spell them: `0x` and eight lower-case hexadecimal digits.
package func floatBits(_ bits: UInt32) -> String {
    let digits = String(bits, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
}
