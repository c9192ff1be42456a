/// Where a string stands in the text that was scanned: the bytes between its quotes.
package struct JSONString: Equatable, Sendable {
    /// The range of the bytes between the quotes, escapes not resolved.
    package let range: Range<Int>
    /// Whether a backslash occurs, so that the bytes are not the string's value as they stand.
    package let hasEscapes: Bool

    package init(range: Range<Int>, hasEscapes: Bool) {
        self.range = range
        self.hasEscapes = hasEscapes
    }
}

/// Where a number stands in the text that was scanned, and its value.
package struct JSONNumber: Equatable, Sendable {
    /// The range of the number's bytes.
    package let range: Range<Int>
    /// The nearest Double, ties to even.
    package let value: Double
    /// Whether it is written without fraction and exponent.
    package let isInteger: Bool

    package init(range: Range<Int>, value: Double, isInteger: Bool) {
        self.range = range
        self.value = value
        self.isInteger = isInteger
    }
}
