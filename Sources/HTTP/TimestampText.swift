/// A timestamp that is rendered once for all who ask in the same millisecond.
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
