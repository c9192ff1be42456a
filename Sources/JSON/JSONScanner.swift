internal import Bytes

/// Reads one JSON text (RFC 8259) from bytes, value by value, as its caller asks for them. Nothing
/// is copied: strings and numbers are handed out as ranges of the text.
///
/// Strict: UTF-8 only and no byte order mark, no name twice in an object, no lone surrogate,
/// nesting bounded. Two errors leave the scanner before the value, so that the caller may
/// `skipValue()` and continue: `unexpectedKind` and `numberOutOfRange`. After any other the text is
/// refused as a whole and the scanner must not be asked for more of it.
package struct JSONScanner: ~Escapable {
    /// The whole text.
    package let bytes: Span<UInt8>
    /// The next byte to be read.
    package internal(set) var offset = 0

    /// The object or array that is being read.
    private struct Container {
        var isObject: Bool
        /// Nothing of it has been read yet, so that no comma is due.
        var isFresh: Bool
        let names: ObjectNames.Mark
    }

    private let depthMax: Int
    private var depth = 0
    /// The innermost container; of no meaning at depth 0.
    private var current = Container(isObject: false, isFresh: false, names: .none)
    /// Those around it. Apart from `current` so that a flat object needs no array.
    private var outer: [Container] = []
    private var names = ObjectNames()

    /// Stands before the first byte of `bytes`. Objects and arrays may nest `depthMax` deep.
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, depthMax: Int = 16) {
        self.bytes = bytes
        self.depthMax = depthMax
    }

    /// The same with the memory of a scanner before, which `giveBack` returns.
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, depthMax: Int = 16, reusing memory: inout JSONNamesMemory) {
        self.init(bytes, depthMax: depthMax)
        swap(&names, &memory.names)
    }

    /// Ends the reading and leaves its memory for the next scanner.
    package mutating func giveBack(_ memory: inout JSONNamesMemory) {
        names.removeAll()
        swap(&names, &memory.names)
    }

    /// Skips white space and tells what kind of value begins here, by its first byte; nothing of
    /// the value is consumed.
    package mutating func peek() throws(JSONError) -> JSONKind {
        switch try nextByte() {
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): return .number
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "t"): return .true
        case UInt8(ascii: "f"): return .false
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "+"), UInt8(ascii: "."): throw .invalidNumber(offset: offset)
        default: throw .unexpectedByte(offset: offset)
        }
    }

    /// Enters the object that begins here.
    package mutating func beginObject() throws(JSONError) {
        try begin(.object)
    }

    /// The next member's name, with the scanner before its value; nil when the object has ended and
    /// has been left. Throws `duplicateName` where a name is not new to its object.
    package mutating func nextName() throws(JSONError) -> JSONString? {
        guard let name = try beginMember() else { return nil }
        try noteName(name)
        try endName()
        return name
    }

    /// The next member's name, for a caller that knows which names it has seen: `noteName` then
    /// has only the others, `repeated` is thrown for those, and `endName` follows.
    package mutating func beginMember() throws(JSONError) -> JSONString? {
        precondition(depth > 0 && current.isObject, "no object is being read")
        var byte = try nextByte()
        if byte == UInt8(ascii: "}") {
            leave()
            return nil
        }
        if current.isFresh {
            current.isFresh = false
        } else {
            guard byte == UInt8(ascii: ",") else { throw .unexpectedByte(offset: offset) }
            offset += 1
            byte = try nextByte()
        }
        guard byte == UInt8(ascii: "\"") else { throw .unexpectedByte(offset: offset) }
        return try scanString()
    }

    /// Throws `duplicateName` where a name has been noted in its object before.
    package mutating func noteName(_ name: JSONString) throws(JSONError) {
        guard names.insert(name, of: current.names, in: bytes) else { throw .repeated(name) }
    }

    /// Reads the colon after a name.
    package mutating func endName() throws(JSONError) {
        guard try nextByte() == UInt8(ascii: ":") else { throw .unexpectedByte(offset: offset) }
        offset += 1
    }

    /// Enters the array that begins here.
    package mutating func beginArray() throws(JSONError) {
        try begin(.array)
    }

    /// Whether there is a next element, with the scanner before it; if not, the array has been
    /// left.
    package mutating func nextElement() throws(JSONError) -> Bool {
        precondition(depth > 0 && !current.isObject, "no array is being read")
        let byte = try nextByte()
        if byte == UInt8(ascii: "]") {
            leave()
            return false
        }
        if current.isFresh {
            current.isFresh = false
        } else {
            guard byte == UInt8(ascii: ",") else { throw .unexpectedByte(offset: offset) }
            offset += 1
        }
        return true
    }

    /// The string that begins here.
    package mutating func string() throws(JSONError) -> JSONString {
        try expect(.string)
        return try scanString()
    }

    /// The number that begins here. One beyond the range of a Double, such as `1e400`, throws
    /// `numberOutOfRange` and is not consumed; one too small for it is 0 or subnormal.
    package mutating func number() throws(JSONError) -> JSONNumber {
        try expect(.number)
        let token = try NumberToken(in: bytes, at: offset)
        let value = token.value(in: bytes)
        guard value.isFinite else { throw .numberOutOfRange(offset: offset) }
        offset = token.range.upperBound
        return JSONNumber(range: token.range, value: value, isInteger: token.isInteger)
    }

    /// The Boolean that begins here.
    package mutating func bool() throws(JSONError) -> Bool {
        switch try peek() {
        case .true:
            try literal("true")
            return true
        case .false:
            try literal("false")
            return false
        case let found:
            throw .unexpectedKind(found: found, offset: offset)
        }
    }

    /// The null that begins here.
    package mutating func null() throws(JSONError) {
        try expect(.null)
        try literal("null")
    }

    /// Reads over one whole value of any kind, as strictly as if it were wanted, but for the range
    /// of its numbers. Needs no stack however deep the value is.
    package mutating func skipValue() throws(JSONError) {
        let floor = depth
        repeat {
            switch try peek() {
            case .object: try beginObject()
            case .array: try beginArray()
            case .string: _ = try scanString()
            case .number: offset = try NumberToken(in: bytes, at: offset).range.upperBound
            case .true: try literal("true")
            case .false: try literal("false")
            case .null: try literal("null")
            }
        } while try isValueLeft(above: floor)
    }

    /// Nothing but white space may follow.
    package mutating func finish() throws(JSONError) {
        skipWhiteSpace()
        guard offset == bytes.count else { throw .trailingBytes(offset: offset) }
        guard depth == 0 else { throw .unexpectedEnd(offset: offset) }
    }

    /// Leaves the containers that end here, down to the depth `floor`; whether a value comes next.
    private mutating func isValueLeft(above floor: Int) throws(JSONError) -> Bool {
        while depth > floor {
            if current.isObject {
                if try nextName() != nil { return true }
            } else {
                if try nextElement() { return true }
            }
        }
        return false
    }

    private mutating func begin(_ kind: JSONKind) throws(JSONError) {
        try expect(kind)
        guard depth < depthMax else { throw .tooDeep(limit: depthMax, offset: offset) }
        if depth > 0 { outer.append(current) }
        depth += 1
        offset += 1
        current = Container(isObject: kind == .object, isFresh: true, names: names.mark())
    }

    private mutating func leave() {
        offset += 1
        depth -= 1
        names.forget(current.names)
        if let container = outer.popLast() { current = container }
    }

    private mutating func expect(_ kind: JSONKind) throws(JSONError) {
        let found = try peek()
        guard found == kind else { throw .unexpectedKind(found: found, offset: offset) }
    }

    private mutating func literal(_ text: StaticString) throws(JSONError) {
        let expected = text.bytes
        for index in 0..<expected.count {
            guard offset + index < bytes.count else { throw .unexpectedEnd(offset: bytes.count) }
            guard bytes[offset + index] == expected[index] else {
                throw .unexpectedByte(offset: offset + index)
            }
        }
        offset += expected.count
    }

    /// The first byte from here that is no white space; it is not consumed.
    @inline(__always)
    private mutating func nextByte() throws(JSONError) -> UInt8 {
        // What this program is sent and writes is compact, so that the loop is out of line.
        if offset < bytes.count, bytes[offset] > 0x20 { return bytes[offset] }
        skipWhiteSpace()
        guard offset < bytes.count else { throw .unexpectedEnd(offset: offset) }
        return bytes[offset]
    }

    @inline(never)
    private mutating func skipWhiteSpace() {
        for index in offset..<bytes.count {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: continue
            default:
                offset = index
                return
            }
        }
        offset = bytes.count
    }
}

/// The memory in which a scanner keeps the names of objects: without it each text that has an
/// object takes an allocation.
package struct JSONNamesMemory {
    fileprivate var names = ObjectNames()

    package init() {}
}
