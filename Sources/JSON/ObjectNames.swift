internal import Bytes

/// The names of the objects that are being read, so that one that comes twice is found. RFC 8259 §4
/// leaves open what readers make of such an object, so that two of them could read it differently.
struct ObjectNames {
    /// Where the names of one object begin, and what to come back to when it has ended.
    struct Mark {
        fileprivate let start: Int
        /// Which object of the text it is: two beside each other begin at the same place.
        fileprivate let serial: Int
        fileprivate let outerFilter: UInt64
        static let none = Mark(start: 0, serial: 0, outerFilter: 0)
    }

    private struct Entry {
        let signature: UInt64
        let name: JSONString
    }

    /// So many names of an object are compared with every other; further ones are looked up in a
    /// set, whose cost does not grow with their number.
    static let comparedMax = 32

    /// The names of the innermost object last.
    private var entries: [Entry] = []
    /// The hashes of the names of every object that has more than `comparedMax`.
    private var hashes: Set<Int> = []
    /// Has a bit set for every name of the innermost object, by which most new names are known to
    /// be new without a comparison: 90 of 710 ns for an object of twenty members.
    private var filter: UInt64 = 0
    private var serial = 0
    private let key = Self.processKey

    /// Begins an object inside those that are being read.
    mutating func mark() -> Mark {
        serial += 1
        let mark = Mark(start: entries.count, serial: serial, outerFilter: filter)
        filter = 0
        return mark
    }

    /// Ends the innermost object.
    mutating func forget(_ object: Mark) {
        entries.removeLast(entries.count - object.start)
        filter = object.outerFilter
    }

    /// Adds a name to the innermost object; false when the object has it already.
    mutating func insert(_ name: JSONString, of object: Mark, in bytes: Span<UInt8>) -> Bool {
        guard name.hasEscapes else {
            return insert(name, meaning: bytes.extracting(name.range), of: object, in: bytes)
        }
        let value = JSONEscapes.resolve(name, in: bytes)
        return insert(name, meaning: value.span, of: object, in: bytes)
    }

    private mutating func insert(
        _ name: JSONString, meaning value: Span<UInt8>, of object: Mark, in bytes: Span<UInt8>
    ) -> Bool {
        if entries.isEmpty { entries.reserveCapacity(Self.comparedMax) }
        let signature = signature(of: value)
        let bit: UInt64 = 1 << (signature & 63)
        let count = entries.count - object.start
        var isNew = filter & bit == 0
        if count >= Self.comparedMax {
            if count == Self.comparedMax { hashNames(of: object, in: bytes) }
            // Two names of one hash are no proof yet, but too rare for the comparison to matter.
            isNew = hashes.insert(Self.hash(of: value, object: object)).inserted
        }
        if !isNew {
            for index in object.start..<entries.count where entries[index].signature == signature {
                if Self.isSame(entries[index].name, value, in: bytes) { return false }
            }
        }
        filter |= bit
        entries.append(Entry(signature: signature, name: name))
        return true
    }

    private mutating func hashNames(of object: Mark, in bytes: Span<UInt8>) {
        for index in object.start..<entries.count {
            hashes.insert(Self.hash(of: entries[index].name, in: bytes, object: object))
        }
    }

    private static func isSame(
        _ name: JSONString, _ value: Span<UInt8>, in bytes: Span<UInt8>
    ) -> Bool {
        guard name.hasEscapes else {
            return bytes.extracting(name.range).equals(value)
        }
        return JSONEscapes.resolve(name, in: bytes).span.equals(value)
    }

    private static func hash(of name: JSONString, in bytes: Span<UInt8>, object: Mark) -> Int {
        guard name.hasEscapes else {
            return hash(of: bytes.extracting(name.range), object: object)
        }
        return hash(of: JSONEscapes.resolve(name, in: bytes).span, object: object)
    }

    /// Keyed by the process, so that nobody can send names made to collide.
    private static func hash(of value: Span<UInt8>, object: Mark) -> Int {
        var hasher = Hasher()
        hasher.combine(object.serial)
        // SAFETY: the hasher reads the bytes during the call.
        unsafe value.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    /// A cheap hash that spares `insert` the comparison of unequal names: eight bytes at a time are
    /// multiplied and folded. Keyed too, or every comparison could be made a long one; too weak
    /// to promise anything for a large object, hence `hash`, which costs 30 ns a name more.
    private func signature(of value: Span<UInt8>) -> UInt64 {
        // SAFETY: a UInt8 has no padding, and the bytes do not outlive `value`.
        let bytes = unsafe value.bytes
        var state = key ^ UInt64(truncatingIfNeeded: value.count)
        guard value.count >= 8 else {
            var word: UInt64 = 0
            for index in 0..<value.count { word = word << 8 | UInt64(value[index]) }
            return Self.folded(state ^ word)
        }
        for offset in stride(from: 0, to: value.count - 8, by: 8) {
            // SAFETY: any eight bytes are a UInt64; their being there is checked.
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            state = Self.folded(state ^ word)
        }
        // SAFETY: as above. The last eight bytes may overlap those before, which does no harm.
        let last = unsafe bytes.unsafeLoadUnaligned(
            fromByteOffset: value.count - 8, as: UInt64.self)
        return Self.folded(state ^ last)
    }

    private static func folded(_ state: UInt64) -> UInt64 {
        let product = state.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }

    private static let processKey = UInt64.random(in: .min ... .max)
}
