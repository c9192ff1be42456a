internal import Bytes
package import JSON

/// Why a body holds no record that could be judged.
package enum BodyError: Error, Equatable, Sendable {
    /// The bytes are not one JSON value, are nested too deep, or repeat a name.
    case malformed(JSONError)
    /// The body is JSON, but not an object.
    case notAnObject
}

/// Reads records from the bodies of requests. It keeps its memory from one body to the next, so it
/// belongs to one event loop; a valid record costs no allocation.
package struct RecordDecoder {
    /// The record of the last body that was valid.
    package private(set) var record: Record
    /// The identifier of that body, escapes resolved; nil when it had none.
    package var identifier: [UInt8]? { hasIdentifier ? identifierBytes : nil }
    /// Fields of that body whose numbers are beyond their bounds and were still accepted, as
    /// indices into `Schema.fields`, ascending.
    package private(set) var outOfRange: [Int] = []
    /// What was wrong with the last body: fields in the schema's order, then unknown ones in the
    /// body's.
    package private(set) var violations: [Violation] = []

    private let table: FieldTable
    private let derivation: Derivation
    /// What is wrong with each slot of the table so far.
    private var faults: [ViolationCode?]
    private var unknown: [Violation] = []
    private var identifierBytes: [UInt8] = []
    private var namesMemory = JSONNamesMemory()
    /// The number of this body, and of the latest body that had each slot's name.
    private var bodyNumber = 0
    private var bodyOfName: [Int]
    private var hasIdentifier = false

    package init(schema: Schema) {
        table = FieldTable(schema)
        derivation = Derivation(schema)
        faults = Array(repeating: .missing, count: table.slots.count)
        bodyOfName = Array(repeating: 0, count: table.slots.count)
        record = Record(
            values: Array(repeating: 0, count: schema.fields.count + schema.derived.count))
    }

    /// Whether the body holds a valid record. If so it is in `record` and `identifier`; if not,
    /// `violations` has everything that is wrong with it. After an error neither means anything.
    package mutating func decode(_ body: Span<UInt8>) throws(BodyError) -> Bool {
        reset()
        let isObject: Bool
        do throws(JSONError) {
            isObject = try read(body)
        } catch {
            throw .malformed(error)
        }
        guard isObject else { throw .notAnObject }
        collectViolations()
        guard violations.isEmpty else { return false }
        if outOfRange.count > 1 { outOfRange.sort() }
        derivation.complete(&record.values)
        return true
    }

    private mutating func reset() {
        bodyNumber += 1
        hasIdentifier = false
        if !outOfRange.isEmpty { outOfRange.removeAll(keepingCapacity: true) }
        violations.removeAll(keepingCapacity: true)
        unknown.removeAll(keepingCapacity: true)
        for i in 0..<faults.count {
            faults[i] = table.slots[i].kind == .identifier ? nil : .missing
        }
    }

    /// Whether the body is an object; then `record`, `faults` and `unknown` tell what it holds.
    private mutating func read(_ body: Span<UInt8>) throws(JSONError) -> Bool {
        var scanner = JSONScanner(body, reusing: &namesMemory)
        defer { scanner.giveBack(&namesMemory) }
        let isObject = try scanner.peek() == .object
        if isObject { try readObject(&scanner, of: body) } else { try scanner.skipValue() }
        try scanner.finish()
        return isObject
    }

    // `body` is what the scanner reads. It is handed down because asking the scanner for its bytes
    // copies the scanner.
    private mutating func readObject(
        _ scanner: inout JSONScanner, of body: Span<UInt8>
    ) throws(JSONError) {
        try scanner.beginObject()
        // Callers send the fields in the order they found them documented: try the next one first.
        var expected = 0
        while let name = try scanner.beginMember() {
            let found =
                name.hasEscapes
                ? table.slot(named: scanner.unescaped(name).span)
                : table.slot(named: body.extracting(name.range), expected: expected)
            guard let slot = found else {
                try scanner.noteName(name)
                try scanner.endName()
                noteUnknown(name, in: scanner)
                try scanner.skipValue()
                continue
            }
            if bodyOfName[slot] == bodyNumber { throw .repeated(name) }
            bodyOfName[slot] = bodyNumber
            try scanner.endName()
            expected = slot + 1
            faults[slot] = try readValue(of: slot, from: &scanner, of: body)
        }
    }

    /// Reads the value of a slot; tells what is wrong with it, and passes over it then.
    private mutating func readValue(
        of slot: Int, from scanner: inout JSONScanner, of body: Span<UInt8>
    ) throws(JSONError) -> ViolationCode? {
        do throws(JSONError) {
            switch table.slots[slot].kind {
            case .category:
                let string = try scanner.string()
                if string.hasEscapes { return readCategory(slot, scanner.unescaped(string).span) }
                return readCategory(slot, body.extracting(string.range))
            case .integer, .number:
                return readNumber(slot, try scanner.number().value)
            case .identifier:
                let string = try scanner.string()
                if string.hasEscapes { return readIdentifier(scanner.unescaped(string).span) }
                return readIdentifier(body.extracting(string.range))
            }
        } catch {
            // The two errors that leave the scanner before the value.
            switch error {
            case .unexpectedKind(let found, _):
                return try readUnexpected(found, of: slot, from: &scanner, of: body)
            case .numberOutOfRange:
                try scanner.skipValue()
                return .outOfRange
            case .unexpectedEnd, .unexpectedByte, .invalidUTF8, .invalidEscape, .controlCharacter,
                .invalidNumber, .duplicateName, .tooDeep, .trailingBytes:
                throw error
            }
        }
    }

    /// Reads a value that is of another kind than its slot has: `null` or a string without text,
    /// which may be a blank as a cell of a table may, `null` as no identifier, and an integer as an
    /// identifier.
    private mutating func readUnexpected(
        _ found: JSONKind, of slot: Int, from scanner: inout JSONScanner, of body: Span<UInt8>
    ) throws(JSONError) -> ViolationCode? {
        let kind = table.slots[slot].kind
        let start = scanner.offset
        try scanner.skipValue()
        switch (found, kind) {
        case (.null, .identifier): return nil
        case (.null, .integer), (.null, .number), (.string, .integer), (.string, .number):
            let isBlank =
                found == .null
                || body.extracting(start + 1..<scanner.offset - 1).allSatisfy(ASCII.isBlank)
            guard isBlank, let blank = table.blanks[slot] else { return .wrongType }
            record.values[table.slots[slot].feature] = blank
            return nil
        case (.number, .identifier):
            // As it is written: an identifier is compared and not computed with.
            let digits = body.extracting(start..<scanner.offset)
            return RecordDecoder.isInteger(digits) ? readIdentifier(digits) : .wrongType
        case (.object, _), (.array, _), (.string, _), (.number, _), (.true, _), (.false, _),
            (.null, .category):
            return .wrongType
        }
    }

    /// Whether a number has neither a fraction nor an exponent.
    private static func isInteger(_ number: Span<UInt8>) -> Bool {
        number.allSatisfy { ASCII.isDigit($0) || $0 == ASCII.dash }
    }

    private mutating func readCategory(_ slot: Int, _ value: Span<UInt8>) -> ViolationCode? {
        guard let index = table.value(value, of: slot) else { return .notAllowed }
        record.values[table.slots[slot].feature] = index
        return nil
    }

    private mutating func readNumber(_ slot: Int, _ value: Double) -> ViolationCode? {
        let feature = table.slots[slot].feature
        if let fault = table.fault(of: value, in: slot) {
            guard fault == .outOfRange, let substitute = table.substitute(for: value, in: slot)
            else { return fault }
            record.values[feature] = substitute + 0
            outOfRange.append(feature)
            return nil
        }
        // Minus zero is zero: adding zero to it gives the other.
        record.values[feature] = value + 0
        return nil
    }

    private mutating func readIdentifier(_ value: Span<UInt8>) -> ViolationCode? {
        if let fault = FieldTable.fault(ofIdentifier: value) { return fault }
        identifierBytes.removeAll(keepingCapacity: true)
        for i in 0..<value.count { identifierBytes.append(value[i]) }
        hasIdentifier = true
        return nil
    }

    private mutating func noteUnknown(_ name: JSONString, in scanner: borrowing JSONScanner) {
        guard unknown.count < RecordLimits.unknownFieldsMax else { return }
        let bytes = scanner.unescaped(name)
        unknown.append(
            Violation(
                field: NamePrefix.text(of: bytes.span, bytesMax: RecordLimits.unknownNameBytesMax),
                code: .unknownField, detail: "is not a field of this model"))
    }

    private mutating func collectViolations() {
        for i in 0..<faults.count {
            guard let code = faults[i] else { continue }
            violations.append(
                Violation(
                    field: table.names[i], code: code,
                    detail: code.detail(wanted: table.wantedInRequest(i))))
        }
        violations += unknown
    }
}
