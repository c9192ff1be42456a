internal import Bytes

/// A schema's properties, compiled for reading: all names and values lie in one run of bytes, and a
/// slot is plain numbers, so that a record is read without counting references.
package struct FieldTable: Sendable {
    /// One property, in the document's order; the identifier is one of them.
    package struct Slot {
        package let kind: Kind
        let name: Range<Int>
        /// The values and aliases of a category, into `choices`.
        let choices: Range<Int>
        let minimum: Double
        let maximum: Double
        /// The place in a record; meaningless for the identifier.
        package let feature: Int
    }

    package enum Kind { case category, integer, number, identifier }

    struct Choice {
        let text: Range<Int>
        let index: Double
    }

    package private(set) var slots: [Slot] = []
    package private(set) var names: [String] = []
    /// For each slot what it takes, as `an integer from 0 to 72`.
    package private(set) var wanted: [String] = []
    /// For each slot the value of a blank. Kept apart from the slots, as is the treatment of
    /// numbers beyond the bounds: few records need them, and larger slots cost each record 30 ns.
    package private(set) var blanks: [Double?] = []
    private var outOfRange: [OutOfRange] = []
    private var choices: [Choice] = []
    private var text: [UInt8] = []
    /// Slots by the hash of their name, open addressing; −1 is free. At least half are free.
    private var buckets: [Int16] = []
    private var bucketMask = 0

    package init(_ schema: Schema) {
        for (index, field) in schema.fields.enumerated() {
            if let identifier = schema.identifier, identifier.position == index {
                append(identifier)
            }
            append(field, feature: index)
        }
        if let identifier = schema.identifier, identifier.position == schema.fields.count {
            append(identifier)
        }
        fillBuckets()
    }

    /// What a slot takes in a request, where a blank is written `null`.
    func wantedInRequest(_ slot: Int) -> String {
        wanted[slot] + (blanks[slot].map { ", or null for \(Numerals.text($0))" } ?? "")
    }

    /// The slot of this name, spelled without escapes; nil when the schema has none.
    package func slot(named name: Span<UInt8>) -> Int? {
        var bucket = FieldTable.hash(name) & bucketMask
        while buckets[bucket] >= 0 {
            let slot = Int(buckets[bucket])
            if matches(slots[slot].name, name) { return slot }
            bucket = (bucket + 1) & bucketMask
        }
        return nil
    }

    /// The same, trying the slot `expected` first; there need not be one of that index.
    func slot(named name: Span<UInt8>, expected: Int) -> Int? {
        if expected < slots.count && matches(slots[expected].name, name) { return expected }
        return slot(named: name)
    }

    /// The index of the value that `bytes` spell or are an alias of; nil when there is none.
    package func value(_ bytes: Span<UInt8>, of slot: Int) -> Double? {
        for i in slots[slot].choices where matches(choices[i].text, bytes) {
            return choices[i].index
        }
        return nil
    }

    /// What is wrong with a number for `slot`; nil when it may stand there.
    package func fault(of number: Double, in slot: Int) -> ViolationCode? {
        if slots[slot].kind == .integer && number != number.rounded() { return .notAnInteger }
        let isInside = number >= slots[slot].minimum && number <= slots[slot].maximum
        return isInside ? nil : .outOfRange
    }

    /// The value in the record for a number beyond the bounds of `slot`; nil if it is refused. An
    /// integer field needs an integral number.
    package func substitute(for number: Double, in slot: Int) -> Double? {
        switch outOfRange[slot] {
        case .refuse: return nil
        case .clamp: return min(max(number, slots[slot].minimum), slots[slot].maximum)
        case .flag: return number.magnitude <= SchemaLimits.boundMagnitudeMax ? number : nil
        }
    }

    /// What is wrong with `bytes`, which are UTF-8, as an identifier; nil when they are one.
    package static func fault(ofIdentifier bytes: Span<UInt8>) -> ViolationCode? {
        if bytes.isEmpty { return .tooShort }
        if bytes.count > RecordLimits.identifierBytesMax { return .tooLong }
        return ControlCharacters.occur(in: bytes) ? .notAllowed : nil
    }

    private func matches(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        text.span.extracting(range).equals(bytes)
    }

    /// FNV-1a. The names are the schema's, so nobody can choose them to collide.
    private static func hash(_ bytes: Span<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for i in 0..<min(bytes.count, SchemaLimits.nameBytesMax) {
            hash = (hash ^ UInt64(bytes[i])) &* 0x100_0000_01B3
        }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32))
    }
}

extension FieldTable {
    private mutating func append(_ identifier: IdentifierField) {
        let bytesMax = RecordLimits.identifierBytesMax
        append(
            identifier.name, .identifier, choices: 0..<0, (0, 0), feature: 0,
            wanted: "a string of 1 to \(bytesMax) bytes without control characters, or an integer")
    }

    private mutating func append(_ field: Field, feature: Int) {
        switch field.kind {
        case .category(let values, let aliases):
            let first = choices.count
            for (index, value) in values.enumerated() {
                choices.append(Choice(text: store(value), index: Double(index)))
            }
            for alias in aliases {
                choices.append(Choice(text: store(alias.name), index: Double(alias.index)))
            }
            append(
                field.name, .category, choices: first..<choices.count, (0, 0), feature: feature,
                wanted: "one of: \(FieldTable.list(values))")
        case .integer(let minimum, let maximum):
            append(field, .integer, "an integer", (minimum, maximum), feature: feature)
        case .number(let minimum, let maximum):
            append(field, .number, "a number", (minimum, maximum), feature: feature)
        }
    }

    private mutating func append(
        _ field: Field, _ kind: Kind, _ type: String, _ bounds: (minimum: Double, maximum: Double),
        feature: Int
    ) {
        let wanted =
            "\(type) from \(Numerals.text(bounds.minimum)) to \(Numerals.text(bounds.maximum))"
        append(
            field.name, kind, choices: 0..<0, bounds, field.outOfRange, blank: field.blank,
            feature: feature, wanted: wanted)
    }

    private mutating func append(
        _ name: String, _ kind: Kind, choices: Range<Int>,
        _ bounds: (minimum: Double, maximum: Double), _ outOfRange: OutOfRange = .refuse,
        blank: Double? = nil, feature: Int, wanted: String
    ) {
        slots.append(
            Slot(
                kind: kind, name: store(name), choices: choices, minimum: bounds.minimum,
                maximum: bounds.maximum, feature: feature))
        blanks.append(blank)
        self.outOfRange.append(outOfRange)
        names.append(name)
        self.wanted.append(wanted)
    }

    private mutating func store(_ string: String) -> Range<Int> {
        let start = text.count
        text += string.utf8
        return start..<text.count
    }

    private mutating func fillBuckets() {
        var size = 2
        while size < slots.count * 2 { size *= 2 }
        buckets = Array(repeating: -1, count: size)
        bucketMask = size - 1
        for (index, slot) in slots.enumerated() {
            var bucket = FieldTable.hash(text.span.extracting(slot.name)) & bucketMask
            while buckets[bucket] >= 0 { bucket = (bucket + 1) & bucketMask }
            buckets[bucket] = Int16(index)
        }
    }

    private static func list(_ values: [String]) -> String {
        let listed = values.prefix(RecordLimits.listedValuesMax).joined(separator: ", ")
        let rest = values.count - RecordLimits.listedValuesMax
        return rest > 0 ? "\(listed) and \(rest) more" : listed
    }
}
