internal import Bytes

/// Appends compact JSON to an array of bytes: no white space, members in the order they are
/// written, so that the same calls give the same bytes. Commas are its business; that every
/// object's member has a name and a value, and a name comes once, is the caller's.
package struct JSONWriter: ~Copyable {
    /// What has been written.
    package private(set) var bytes: [UInt8]
    private var needsComma = false
    private var depth = 0

    /// Begins empty, with room for `capacity` bytes.
    package init(reserving capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Writes after the bytes that are there.
    package init(appendingTo bytes: consuming [UInt8]) {
        self.bytes = bytes
    }

    /// All that was written; every object and array has been ended.
    package consuming func finish() -> [UInt8] {
        precondition(depth == 0, "an object or array has not been ended")
        return bytes
    }

    /// Begins an object; its members are written by `name` and a value, in turn.
    package mutating func beginObject() { begin(UInt8(ascii: "{")) }

    /// Ends the object.
    package mutating func endObject() { end(UInt8(ascii: "}")) }

    /// Begins an array.
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }

    /// Ends the array.
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    /// The next member's name, which needs no escapes.
    package mutating func name(_ name: StaticString) {
        assert(name.bytes.endOfPlainText(from: 0) == name.bytes.count)
        bytes.appendLiteral(needsComma ? ",\"" : "\"")
        bytes.appendLiteral(name)
        bytes.appendLiteral("\":")
        needsComma = false
    }

    /// The next member's name; bytes that are not UTF-8 become U+FFFD.
    package mutating func name(_ name: Span<UInt8>) {
        string(name)
        endName()
    }

    /// The next member's name as JSON already, with its quotes; it is not checked.
    package mutating func rawName(_ json: Span<UInt8>) {
        raw(json)
        endName()
    }

    /// The next member's name.
    package mutating func name(_ name: String) {
        string(name)
        endName()
    }

    /// A string.
    package mutating func string(_ text: String) {
        var text = text
        text.makeContiguousUTF8()
        string(text.utf8.span)
    }

    /// A string.
    package mutating func string(_ text: StaticString) {
        string(text.bytes)
    }

    /// A string given in UTF-8; each byte that is no part of a well-formed sequence becomes U+FFFD.
    package mutating func string(_ utf8: Span<UInt8>) {
        beginValue()
        appendQuoted(utf8)
    }

    /// An integer.
    package mutating func number(_ value: Int) {
        beginValue()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// A finite number, with the fewest digits from which the same Double is read back.
    package mutating func number(_ value: Double) {
        precondition(value.isFinite, "JSON has no infinity and no NaN")
        beginValue()
        appendShortest(value.description)
    }

    /// A finite number, with the fewest digits from which the same Float is read back.
    package mutating func number(_ value: Float) {
        precondition(value.isFinite, "JSON has no infinity and no NaN")
        beginValue()
        appendShortest(value.description)
    }

    /// A number of a magnitude below 1e9, rounded half to even to `decimals` places, 0 to 9,
    /// without trailing zeros: `0.8123`, `0.5`, `0`, `1`. What decides is the exact value of the
    /// Double, so that 0.125 is a tie and 0.00005, whose nearest Double is a little more, is not.
    package mutating func number(_ value: Double, decimals: Int) {
        beginValue()
        FixedDecimal(value, decimals: decimals).append(to: &bytes)
    }

    /// A Boolean.
    package mutating func bool(_ value: Bool) {
        beginValue()
        let literal: StaticString = value ? "true" : "false"
        bytes.appendLiteral(literal)
    }

    /// Null.
    package mutating func null() {
        beginValue()
        bytes.appendLiteral("null")
    }

    /// One value that is JSON already; it is not checked.
    package mutating func raw(_ json: Span<UInt8>) {
        precondition(!json.isEmpty)
        beginValue()
        bytes.appendBytes(json)
    }

    /// A whole tree.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .object(let object):
            beginObject()
            for member in object.members {
                name(member.name)
                self.value(member.value)
            }
            endObject()
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .string(let text): string(text)
        case .number(let value): number(value)
        case .bool(let value): bool(value)
        case .null: null()
        }
    }

    /// Ends a line between two values that are in no object or array.
    package mutating func newline() {
        precondition(depth == 0, "inside an object or array")
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    private mutating func begin(_ bracket: UInt8) {
        beginValue()
        bytes.append(bracket)
        needsComma = false
        depth += 1
    }

    private mutating func end(_ bracket: UInt8) {
        precondition(depth > 0, "no object or array to be ended")
        bytes.append(bracket)
        needsComma = true
        depth -= 1
    }

    private mutating func endName() {
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func beginValue() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// Swift writes whole numbers as `1.0`; the rest of its forms are JSON's.
    private mutating func appendShortest(_ description: String) {
        let text = description.utf8
        bytes.append(contentsOf: description.hasSuffix(".0") ? text.dropLast(2) : text[...])
    }

    private mutating func appendQuoted(_ text: Span<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var index = 0
        while index < text.count {
            let end = text.endOfPlainText(from: index)
            if end > index { bytes.appendBytes(text.extracting(index..<end)) }
            index = end
            guard index < text.count else { break }
            guard text[index] >= 0x80 else {
                appendEscape(text[index])
                index += 1
                continue
            }
            let length = UTF8Sequence.length(in: text, at: index)
            if length > 0 {
                bytes.appendBytes(text.extracting(index..<index + length))
            } else {
                bytes.appendLiteral("\u{FFFD}")
            }
            index += max(length, 1)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x00..<0x20:
            bytes.appendLiteral("u00")
            bytes.append(UInt8(ascii: "0") + byte >> 4)
            bytes.append(ASCII.hexadecimalDigit(byte & 0x0F))
        default: bytes.append(byte)
        }
    }
}
