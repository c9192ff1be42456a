/// Whole records as they stand in a file, and where each begins and ends.
package struct RecordBatch: Sendable {
    /// One record, its line end included.
    package struct Place: Sendable {
        /// Counted from 0 at the first record of the file; lines without a byte do not count.
        package let index: Int
        /// The line it begins on, counted from 1.
        package let line: Int
        /// Where its bytes are; nowhere for a record that is too large.
        fileprivate let range: Range<Int>
        /// Whether it has more bytes than any record may have, so that none were kept.
        package let isTooLarge: Bool

        init(index: Int, line: Int, range: Range<Int>, isTooLarge: Bool) {
            self.index = index
            self.line = line
            self.range = range
            self.isTooLarge = isTooLarge
        }
    }

    /// The records, in the file's order.
    package internal(set) var places: [Place] = []
    var bytes: [UInt8] = []

    package init() {}

    /// The bytes of one record.
    @_lifetime(borrow self)
    package borrowing func record(_ place: Place) -> Span<UInt8> {
        bytes.span.extracting(place.range)
    }

    /// Takes the first record out, which must be there; a table's is its header.
    package mutating func removeFirst() { places.removeFirst() }

    mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }
}
