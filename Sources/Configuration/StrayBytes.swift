internal import Bytes

/// Bytes around a value that were probably not meant to be part of it, but are: a secret is used
/// byte for byte.
package enum StrayBytes: Equatable, Sendable, CaseIterable, CustomStringConvertible {
    /// A shell removes them; `docker --env-file` and Kubernetes do not.
    case quotes
    /// Of an editor on Windows.
    case byteOrderMark
    /// Of a file with lines that end in CRLF.
    case carriageReturn
    /// Spaces, tabs and further line ends.
    case whiteSpace
    /// A line of a shell in place of its value.
    case assignment
    /// The name of the scheme before a token (RFC 6750 §2.1).
    case scheme

    /// Nil if there are none.
    package init?(around value: Span<UInt8>) {
        guard !value.isEmpty else { return nil }
        let (first, last) = (value[0], value[value.count - 1])
        if StrayBytes.begins(value, with: [0xEF, 0xBB, 0xBF]) {
            self = .byteOrderMark
        } else if last == 0x0D {
            self = .carriageReturn
        } else if ASCII.isSpace(first) || ASCII.isSpace(last) {
            self = .whiteSpace
        } else if value.count > 1, first == last, first == 0x22 || first == 0x27 {
            self = .quotes
        } else if StrayBytes.isAssignment(value) {
            self = .assignment
        } else if StrayBytes.begins(value, with: Array("bearer ".utf8))
            || StrayBytes.begins(value, with: Array("authorization:".utf8))
        {
            self = .scheme
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .quotes: "quotes around it"
        case .byteOrderMark: "a byte order mark before it"
        case .carriageReturn: "a carriage return at its end"
        case .whiteSpace: "white space around it"
        case .assignment: "a name and \"=\" before it"
        case .scheme: "Bearer before it"
        }
    }

    /// `JWT_SECRET=`, also after `export`: capitals, digits and underscores with an underscore
    /// among them. Base64 has no `=` but at its end.
    private static func isAssignment(_ value: Span<UInt8>) -> Bool {
        let export = Array("export ".utf8)
        var hasUnderscore = false
        for index in (begins(value, with: export) ? export.count : 0)..<value.count {
            switch value[index] {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
            case UInt8(ascii: "_"): hasUnderscore = true
            case UInt8(ascii: "="): return hasUnderscore && index + 1 < value.count
            case _: return false
            }
        }
        return false
    }

    /// Letters of `prefix` are lower case, and match both cases.
    private static func begins(_ value: Span<UInt8>, with prefix: [UInt8]) -> Bool {
        guard value.count >= prefix.count else { return false }
        for (index, byte) in prefix.enumerated() {
            let isLetter = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
            guard value[index] == byte || isLetter && value[index] | 0x20 == byte else {
                return false
            }
        }
        return true
    }
}
