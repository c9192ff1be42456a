internal import Bytes

/// Judges the fields that describe a body (RFC 9110 §8.3, §8.4).
package enum MediaType {
    /// Whether a Content-Type is `application/json`, in any case, with or without parameters.
    package static func isJSON(_ value: Span<UInt8>) -> Bool {
        matches(value, "application/json")
    }

    /// Whether a value is a media type, which is in lower case, with or without parameters.
    package static func matches(_ value: Span<UInt8>, _ type: StaticString) -> Bool {
        let expected = type.bytes
        guard matches(value, lowercase: expected) else { return false }
        var index = expected.count
        while index < value.count, isBlank(value[index]) { index += 1 }
        return index == value.count || value[index] == UInt8(ascii: ";")
    }

    /// Whether a Content-Encoding is `identity`, in any case.
    package static func isIdentity(_ value: Span<UInt8>) -> Bool {
        value.count == 8 && matches(value, lowercase: "identity".utf8.span)
    }

    private static func matches(_ value: Span<UInt8>, lowercase: Span<UInt8>) -> Bool {
        guard value.count >= lowercase.count else { return false }
        for index in lowercase.indices {
            var byte = value[index]
            if UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte { byte |= 0x20 }
            if byte != lowercase[index] { return false }
        }
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}
