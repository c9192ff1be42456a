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

    /// Forgets all names, and keeps the memory that usual objects take.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: entries.capacity <= 2 * Self.comparedMax)
        if !hashes.isEmpty { hashes = [] }
        filter = 0
        serial = 0
    }

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
        // Spares the comparison of unequal names. Keyed, or every comparison could be made a long
        // one; too weak to promise anything for a large object, hence `hash`, which costs 30 ns a
        // name more.
        let signature = value.quickHash(key: key)
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

    private static let processKey = UInt64.random(in: .min ... .max)
}
