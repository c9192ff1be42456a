internal import Bytes
internal import JSON

/// The parts of a JSON text that is known to be well-formed, by brackets and quotes alone, so that
/// values pass as they were written.
struct JSONPieces: ~Escapable {
    private static let quote = UInt8(ascii: "\"")

    private let text: Span<UInt8>

    /// Throws where the text is not one JSON value.
    @_lifetime(copy text)
    init(_ text: Span<UInt8>) throws(RecordFormatError) {
        self.text = text
        do throws(JSONError) {
            var scanner = JSONScanner(text)
            try scanner.skipValue()
            try scanner.finish()
        } catch {
            if let word = JSONPieces.nonFiniteWord(in: text) {
                throw .malformed(
                    detail: "\(word.name) at byte \(word.place) is not JSON: clients write it for "
                        + "a missing number, for which null, or no such field, is expected")
            }
            throw .malformed(detail: "The body is not well-formed JSON: \(error)")
        }
    }

    /// The whole value.
    var whole: Range<Int> { trimmed(0..<text.count) }

    func isObject(_ value: Range<Int>) -> Bool { text[value.lowerBound] == UInt8(ascii: "{") }

    func isString(_ value: Range<Int>) -> Bool { text[value.lowerBound] == JSONPieces.quote }

    func isArray(_ value: Range<Int>) -> Bool { text[value.lowerBound] == UInt8(ascii: "[") }

    /// The bytes of a value.
    @_lifetime(copy self)
    func bytes(of value: Range<Int>) -> Span<UInt8> { text.extracting(value) }

    /// The values in an array.
    func elements(of array: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = array.lowerBound + 1
        for end in separators(in: array) {
            let element = trimmed(start..<end)
            if !element.isEmpty { found.append(element) }
            start = end + 1
        }
        return found
    }

    /// The members of an object: the name with its quotes, and the value.
    func members(of object: Range<Int>) -> [(name: Range<Int>, value: Range<Int>)] {
        elements(of: object).map { member in
            let nameEnd = stringEnd(from: member.lowerBound)
            var start = nameEnd
            while text[start] != ASCII.colon { start += 1 }
            return (member.lowerBound..<nameEnd, trimmed(start + 1..<member.upperBound))
        }
    }

    /// Whether a name with its quotes is this one, spelled without escapes.
    func isName(_ name: Range<Int>, _ expected: StaticString) -> Bool {
        text.extracting(name.lowerBound + 1..<name.upperBound - 1).equals(expected)
    }

    /// The commas of an array or an object, and its closing bracket.
    private func separators(in value: Range<Int>) -> [Int] {
        var found: [Int] = []
        var depth = 0
        var index = value.lowerBound + 1
        while index < value.upperBound {
            switch text[index] {
            case JSONPieces.quote:
                index = stringEnd(from: index)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case ASCII.comma where depth == 0: found.append(index)
            case _: break
            }
            index += 1
        }
        found.append(value.upperBound - 1)
        return found
    }

    /// The place after the quote that closes a string.
    private func stringEnd(from start: Int) -> Int {
        var index = start + 1
        while text[index] != JSONPieces.quote {
            index += text[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index + 1
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> { text.trimmingJSONSpace(range) }

    /// A word that Python's json writes for a number that is not finite, outside of strings.
    private static func nonFiniteWord(
        in text: Span<UInt8>
    ) -> (name: String, place: Int)? {
        var index = 0
        while index < text.count {
            switch text[index] {
            case quote:
                index += 1
                while index < text.count, text[index] != quote {
                    index += text[index] == UInt8(ascii: "\\") ? 2 : 1
                }
            case UInt8(ascii: "N"):
                if text.hasWord("NaN", at: index) { return ("NaN", index) }
            case UInt8(ascii: "I"):
                if text.hasWord("Infinity", at: index) { return ("Infinity", index) }
            case _: break
            }
            index += 1
        }
        return nil
    }
}

extension Span<UInt8> {
    fileprivate func hasWord(_ word: StaticString, at index: Int) -> Bool {
        let end = index + word.utf8CodeUnitCount
        return end <= count && extracting(index..<end).equals(word)
    }

    /// A range without the white space of JSON at its ends.
    func trimmingJSONSpace(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isJSONSpace(self[start]) { start += 1 }
        while end > start, isJSONSpace(self[end - 1]) { end -= 1 }
        return start..<end
    }

    private func isJSONSpace(_ byte: UInt8) -> Bool {
        switch byte {
        case ASCII.space, ASCII.tab, ASCII.lineFeed, ASCII.carriageReturn: true
        case _: false
        }
    }
}
