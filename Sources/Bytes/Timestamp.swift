/// RFC 3339 in UTC with milliseconds: `2026-10-01T12:00:00.123Z`.
package enum Timestamp {
    /// Appends 24 bytes. Moments beyond the years 0 to 9999 are taken as the first or the last
    /// second of them.
    package static func append(unixMilliseconds: Int64, to output: inout [UInt8]) {
        var seconds = unixMilliseconds / 1000
        var milliseconds = unixMilliseconds % 1000
        if milliseconds < 0 {
            milliseconds += 1000
            seconds -= 1
        }
        let time = CivilTime(unixSeconds: seconds)
        let start = output.count
        output.appendLiteral("0000-00-00T00:00:00.000Z")
        output.setTwoDigits(time.year / 100, at: start)
        output.setTwoDigits(time.year, at: start + 2)
        output.setTwoDigits(time.month, at: start + 5)
        output.setTwoDigits(time.day, at: start + 8)
        output.setTwoDigits(time.hour, at: start + 11)
        output.setTwoDigits(time.minute, at: start + 14)
        output.setTwoDigits(time.second, at: start + 17)
        output.setTwoDigits(milliseconds / 10, at: start + 20)
        output.setTwoDigits(milliseconds, at: start + 21)
    }
}

/// A timestamp that is rendered once for each millisecond.
package struct TimestampText: Sendable {
    private var text: [UInt8] = []
    private var renderedMilliseconds = Int64.min

    package init() {}

    /// The bytes of `Timestamp`.
    package mutating func bytes(unixMilliseconds: Int64) -> [UInt8] {
        if unixMilliseconds != renderedMilliseconds {
            renderedMilliseconds = unixMilliseconds
            text.removeAll(keepingCapacity: true)
            Timestamp.append(unixMilliseconds: unixMilliseconds, to: &text)
        }
        return text
    }
}
