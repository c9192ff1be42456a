internal import Bytes

/// Reads Accept (RFC 9110 §12.5.1), once from its beginning to its end.
package enum AcceptField {
    /// More is not read: what scrapers send has about 150 bytes.
    package static let bytesMax = 1024

    /// How much each format is wanted, in thousandths; 0 is not at all.
    struct Weights: Equatable {
        var openMetrics = 0
        var text = 0
    }

    /// Nil when the field is too long or not of the right form.
    static func weights(in field: Span<UInt8>) -> Weights? {
        guard field.count <= bytesMax else { return nil }
        var reader = AcceptReader(field)
        var openMetrics = 0
        // Of the ranges that cover text/plain the narrowest counts.
        var text: [TextRange: Int] = [:]
        while true {
            reader.skipBlanks()
            if reader.isAtEnd { break }
            // RFC 9110 §5.6.1: a recipient takes empty elements of a list.
            if reader.skip(UInt8(ascii: ",")) { continue }
            guard let range = reader.readMediaRange() else { return nil }
            switch range.kind {
            case .openMetrics: openMetrics = max(openMetrics, range.weight)
            case .text(let kind): text[kind] = max(text[kind] ?? 0, range.weight)
            case .other: break
            }
            guard reader.isAtEnd || reader.skip(UInt8(ascii: ",")) else { return nil }
        }
        return Weights(
            openMetrics: openMetrics,
            text: text[.exactly] ?? text[.anyText] ?? text[.anything] ?? 0)
    }
}

/// The ranges that cover text/plain.
enum TextRange { case exactly, anyText, anything }

struct MediaRange {
    enum Kind {
        case openMetrics
        case text(TextRange)
        case other
    }

    let kind: Kind
    /// Thousandths.
    let weight: Int
}

private struct AcceptReader: ~Escapable {
    private let bytes: Span<UInt8>
    private var position = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    @_lifetime(self: copy self)
    mutating func skipBlanks() {
        while position < bytes.count, ASCII.isBlank(bytes[position]) {
            position += 1
        }
    }

    @_lifetime(self: copy self)
    mutating func skip(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// A media range with its parameters and the blanks after them; nil when malformed.
    @_lifetime(self: copy self)
    mutating func readMediaRange() -> MediaRange? {
        guard let type = readToken(), skip(UInt8(ascii: "/")), let subtype = readToken() else {
            return nil
        }
        var weight = 1000
        var version: Range<Int>?
        skipBlanks()
        while skip(UInt8(ascii: ";")) {
            skipBlanks()
            // RFC 9110 §5.6.6: a parameter may be missing between two semicolons.
            guard let name = readToken() else { continue }
            guard skip(UInt8(ascii: "=")), let value = readValue() else { return nil }
            if matches(name, "q") {
                guard let thousandths = thousandths(value) else { return nil }
                weight = thousandths
            } else if matches(name, "version") {
                version = value
            }
            skipBlanks()
        }
        return MediaRange(kind: kind(type, subtype, version), weight: weight)
    }

    private func kind(
        _ type: Range<Int>, _ subtype: Range<Int>, _ version: Range<Int>?
    ) -> MediaRange.Kind {
        if matches(type, "application"), matches(subtype, "openmetrics-text") {
            // 0.0.1 is what the draft of the same format was called.
            let isKnown = version.map { matches($0, "1.0.0") || matches($0, "0.0.1") } ?? true
            return isKnown ? .openMetrics : .other
        }
        if matches(type, "text"), matches(subtype, "plain") {
            let isKnown = version.map { matches($0, "0.0.4") } ?? true
            return isKnown ? .text(.exactly) : .other
        }
        if matches(type, "text"), matches(subtype, "*") { return .text(.anyText) }
        return matches(type, "*") && matches(subtype, "*") ? .text(.anything) : .other
    }

    /// RFC 9110 §5.6.2; nil when there is none.
    @_lifetime(self: copy self)
    private mutating func readToken() -> Range<Int>? {
        let start = position
        while position < bytes.count, ASCII.isToken(bytes[position]) { position += 1 }
        return start < position ? start..<position : nil
    }

    /// A token, or what stands between quotation marks, as it stands there.
    @_lifetime(self: copy self)
    private mutating func readValue() -> Range<Int>? {
        guard skip(UInt8(ascii: "\"")) else { return readToken() }
        let start = position
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "\"") {
                position += 1
                return start..<position - 1
            }
            // RFC 9110 §5.6.4: a backslash takes what follows it as it is.
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        position = bytes.count
        return nil
    }

    /// RFC 9110 §12.4.2: 0 or 1 with at most three decimals, none of them above 1.
    private func thousandths(_ range: Range<Int>) -> Int? {
        let text = bytes.extracting(range)
        guard 1...5 ~= text.count, text[0] == 0x30 || text[0] == 0x31,
            text.count == 1 || text[1] == UInt8(ascii: ".")
        else { return nil }
        var value = Int(text[0] - 0x30)
        for index in 2..<5 {
            guard index < text.count else {
                value *= 10
                continue
            }
            guard ASCII.isDigit(text[index]) else { return nil }
            value = value * 10 + Int(text[index] - 0x30)
        }
        return value <= 1000 ? value : nil
    }

    /// Whether these are the bytes of the literal, which holds no upper-case letter, in any case.
    private func matches(_ range: Range<Int>, _ literal: StaticString) -> Bool {
        bytes.extracting(range).equalsIgnoringCase(literal)
    }
}
