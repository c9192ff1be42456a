internal import JSON

/// Gathers what is wrong with a schema's document, so that all of it is reported in one run.
struct SchemaMistakes {
    /// Mistakes that are put in order; further ones are counted.
    private static let keptMax = 256

    private var kept: [SchemaError] = []
    /// Also those that are not kept.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func note(_ error: SchemaError) {
        // What relies on a property that has a mistake of its own is not wrong by itself.
        guard error.problem != .unread else { return }
        count += 1
        if kept.count < SchemaMistakes.keptMax { kept.append(error) }
    }

    /// What `read` returns; nil where it throws, and then the mistake is noted.
    @discardableResult
    mutating func attempt<Value>(_ read: () throws(SchemaError) -> Value) -> Value? {
        do throws(SchemaError) {
            return try read()
        } catch {
            note(error)
            return nil
        }
    }

    /// The same for a reader that notes mistakes by itself and throws one that ends it.
    @discardableResult
    mutating func attempt<Value>(
        _ read: (inout SchemaMistakes) throws(SchemaError) -> Value
    ) -> Value? {
        do throws(SchemaError) {
            return try read(&self)
        } catch {
            note(error)
            return nil
        }
    }

    /// Throws the mistakes in their order in `document`; does nothing if there is none.
    func check(in document: JSONValue) throws(SchemaError) {
        guard !kept.isEmpty else { return }
        let placed = kept.map { (place: $0.pointer.place(in: document), error: $0) }
        let sorted = placed.enumerated().sorted { left, right in
            if left.element.place == right.element.place { return left.offset < right.offset }
            return left.element.place.lexicographicallyPrecedes(right.element.place)
        }.map(\.element.error)
        throw SchemaError(
            sorted[0], others: Array(sorted.dropFirst().prefix(SchemaLimits.mistakesMax - 1)),
            count: count)
    }
}

extension JSONPointer {
    /// Where in the document this points, as the places of members and elements from the outside
    /// in. What is missing counts as the end of what lacks it.
    fileprivate func place(in document: JSONValue) -> [Int] {
        var place: [Int] = []
        var value = document
        for token in tokens {
            switch value {
            case .object(let object):
                let index = object.members.firstIndex { $0.name.utf8.elementsEqual(token) }
                place.append(index ?? object.members.count)
                guard let index else { return place }
                value = object.members[index].value
            case .array(let elements):
                let index = Int(String(decoding: token, as: UTF8.self)) ?? elements.count
                place.append(index)
                guard elements.indices.contains(index) else { return place }
                value = elements[index]
            case .string, .number, .bool, .null: return place
            }
        }
        return place
    }

    /// RFC 6901 §4: the names and indices, escapes resolved.
    private var tokens: [[UInt8]] {
        text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
            .map { token in
                var bytes: [UInt8] = []
                var isEscaped = false
                for byte in token {
                    if isEscaped {
                        bytes.append(UInt8(ascii: byte == UInt8(ascii: "0") ? "~" : "/"))
                        isEscaped = false
                    } else if byte == UInt8(ascii: "~") {
                        isEscaped = true
                    } else {
                        bytes.append(byte)
                    }
                }
                return bytes
            }
    }
}
