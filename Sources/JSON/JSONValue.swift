/// A whole JSON text as a tree, for documents that are read once, such as a manifest.
package indirect enum JSONValue: Equatable, Sendable {
    case object(JSONObject)
    case array([JSONValue])
    case string(String)
    case number(Double)
    case bool(Bool)
    case null

    /// The nesting that `init(parsing:depthMax:)` can be asked for: reading, comparing and freeing
    /// a tree take stack for every level.
    package static let depthCeiling = 256

    /// Parses the one value that `bytes` hold, with nothing but white space around it.
    package init(parsing bytes: Span<UInt8>, depthMax: Int = 16) throws(JSONError) {
        precondition(depthMax <= Self.depthCeiling)
        var scanner = JSONScanner(bytes, depthMax: depthMax)
        self = try Self(from: &scanner)
        try scanner.finish()
    }

    private init(from scanner: inout JSONScanner) throws(JSONError) {
        switch try scanner.peek() {
        case .object:
            try scanner.beginObject()
            var members: [(name: String, value: JSONValue)] = []
            while let name = try scanner.nextName() {
                members.append((scanner.text(name), try JSONValue(from: &scanner)))
            }
            self = .object(JSONObject(members: members))
        case .array:
            try scanner.beginArray()
            var elements: [JSONValue] = []
            while try scanner.nextElement() { elements.append(try JSONValue(from: &scanner)) }
            self = .array(elements)
        case .string: self = .string(scanner.text(try scanner.string()))
        case .number: self = .number(try scanner.number().value)
        case .true, .false: self = .bool(try scanner.bool())
        case .null:
            try scanner.null()
            self = .null
        }
    }

    /// The members, if this is an object.
    package var asObject: JSONObject? { if case .object(let object) = self { object } else { nil } }
    /// The elements, if this is an array.
    package var asArray: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }
    /// The text, if this is a string.
    package var asString: String? { if case .string(let text) = self { text } else { nil } }
    /// The value, if this is a number.
    package var asNumber: Double? { if case .number(let value) = self { value } else { nil } }
    /// The value, if this is a Boolean.
    package var asBool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// Strings are equal when their bytes are: String's own equality takes a character and its
    /// decomposed form for the same.
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.object(let left), .object(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.number(let left), .number(let right)): left == right
        case (.bool(let left), .bool(let right)): left == right
        case (.null, .null): true
        case (.object, _), (.array, _), (.string, _), (.number, _), (.bool, _), (.null, _): false
        }
    }
}

/// An object's members in the order of the text.
package struct JSONObject: Equatable, Sendable {
    /// Names and values; what was parsed holds no name twice.
    package var members: [(name: String, value: JSONValue)]

    /// An object of these members, in this order.
    package init(members: [(name: String, value: JSONValue)] = []) {
        self.members = members
    }

    /// The value of the first member whose name is exactly these bytes; takes time in proportion to
    /// the number of members.
    package subscript(_ name: String) -> JSONValue? {
        members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The same members in the same order.
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.elementsEqual(right.members) { left, right in
            left.name.utf8.elementsEqual(right.name.utf8) && left.value == right.value
        }
    }
}

extension JSONValue {
    /// An object of these members, in this order.
    package static func object(_ members: [(name: String, value: JSONValue)]) -> JSONValue {
        .object(JSONObject(members: members))
    }
}
