/// JSON for readers and for `diff`: a member a line, lists of plain values on one.
package enum IndentedJSON {
    /// The text of `value`, with a line feed at its end.
    package static func bytes(_ value: JSONValue) -> [UInt8] {
        var bytes: [UInt8] = []
        append(value, indentation: 0, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private static func append(_ value: JSONValue, indentation: Int, to bytes: inout [UInt8]) {
        switch value {
        case .object(let object) where !object.members.isEmpty:
            list(object.members, "{", "}", indentation, &bytes) { member, bytes in
                bytes += compact(.string(member.name)) + Array(": ".utf8)
                append(member.value, indentation: indentation + 1, to: &bytes)
            }
        case .array(let elements)
        where elements.contains { $0.asObject != nil || $0.asArray != nil }:
            list(elements, "[", "]", indentation, &bytes) { element, bytes in
                append(element, indentation: indentation + 1, to: &bytes)
            }
        case .object, .array, .string, .number, .bool, .null:
            bytes += compact(value)
        }
    }

    private static func list<Item>(
        _ items: [Item], _ opening: Unicode.Scalar, _ closing: Unicode.Scalar, _ indentation: Int,
        _ bytes: inout [UInt8], _ append: (Item, inout [UInt8]) -> Void
    ) {
        func line(_ indentation: Int) {
            bytes.append(UInt8(ascii: "\n"))
            bytes += repeatElement(UInt8(ascii: " "), count: 2 * indentation)
        }
        bytes.append(UInt8(ascii: opening))
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            line(indentation + 1)
            append(item, &bytes)
        }
        line(indentation)
        bytes.append(UInt8(ascii: closing))
    }

    private static func compact(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(value)
        return writer.finish()
    }
}
