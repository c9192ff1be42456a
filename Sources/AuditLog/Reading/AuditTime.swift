internal import Bytes

/// The times in records, and how moments are named in questions about them.
package enum AuditTime {
    /// `2026-10-01T12:00:00.123Z`
    private static let form = Array("0000-00-00T00:00:00.000Z".utf8)
    /// How many bytes a time has.
    package static let bytes = form.count
    /// Where a moment's text may end: after the day, the hour, the minute, the second, the
    /// millisecond.
    private static let prefixes: Set<Int> = [10, 13, 16, 19, 23]

    /// Whether this is a time as records have it. That it is on the calendar is not checked.
    package static func isTime(_ text: Span<UInt8>) -> Bool {
        text.count == bytes && hasForm(text)
    }

    /// The beginning that all times from this moment on have or follow, by their bytes: text
    /// such as `2026-10-01`, `2026-10-01T12`, `2026-10-01T12:00:00Z`, always in UTC; nil for
    /// another.
    package static func beginning(_ text: String) -> [UInt8]? {
        var bytes = Array(text.utf8)
        if bytes.last == UInt8(ascii: "Z"), bytes.count > 10 { bytes.removeLast() }
        guard prefixes.contains(bytes.count), hasForm(bytes.span) else { return nil }
        func number(at index: Int) -> Int {
            guard index + 2 <= bytes.count else { return 0 }
            return Int(bytes[index] - 0x30) * 10 + Int(bytes[index + 1] - 0x30)
        }
        guard 1...12 ~= number(at: 5), 1...31 ~= number(at: 8), number(at: 11) < 24,
            number(at: 14) < 60, number(at: 17) < 61
        else { return nil }
        return bytes
    }

    private static func hasForm(_ text: Span<UInt8>) -> Bool {
        for index in 0..<text.count {
            let isDigit = ASCII.isDigit(text[index])
            guard form[index] == UInt8(ascii: "0") ? isDigit : text[index] == form[index] else {
                return false
            }
        }
        return true
    }
}
