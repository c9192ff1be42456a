internal import Bytes

/// The value of a Date field: IMF-fixdate (RFC 9110 §5.6.7), `Sun, 06 Nov 1994 08:49:37 GMT`. It
/// keeps its 29 bytes, so that all answers of one second share them.
package struct HTTPDate: Sendable {
    package private(set) var unixSeconds: Int64
    private var text: [UInt8]

    private static let weekdays: StaticString = "SunMonTueWedThuFriSat"
    private static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
    private static let byteCount = 29

    package init(unixSeconds: Int64) {
        self.unixSeconds = unixSeconds
        text = []
        text.reserveCapacity(Self.byteCount)
        Self.append(unixSeconds: unixSeconds, to: &text)
    }

    package var bytes: Span<UInt8> { text.span }

    /// Costs a comparison where the second is the one it already says.
    package mutating func update(unixSeconds: Int64) {
        guard unixSeconds != self.unixSeconds else { return }
        self.unixSeconds = unixSeconds
        text.removeAll(keepingCapacity: true)
        Self.append(unixSeconds: unixSeconds, to: &text)
    }

    /// Appends 29 bytes. Seconds beyond the years 0 to 9999 are taken as the first or the last of
    /// them.
    package static func append(unixSeconds: Int64, to output: inout [UInt8]) {
        let time = CivilTime(unixSeconds: unixSeconds)
        let start = output.count
        output.appendLiteral("Sun, 00 Jan 0000 00:00:00 GMT")
        setName(time.weekday, of: weekdays, at: start, in: &output)
        output.setTwoDigits(time.day, at: start + 5)
        setName(time.month - 1, of: months, at: start + 8, in: &output)
        output.setTwoDigits(time.year / 100, at: start + 12)
        output.setTwoDigits(time.year, at: start + 14)
        output.setTwoDigits(time.hour, at: start + 17)
        output.setTwoDigits(time.minute, at: start + 20)
        output.setTwoDigits(time.second, at: start + 23)
    }

    /// The names have three letters each.
    private static func setName(
        _ index: Int64, of names: StaticString, at offset: Int, in output: inout [UInt8]
    ) {
        let first = Int(index) * 3
        for i in 0..<3 { output[offset + i] = names.bytes[first + i] }
    }
}
