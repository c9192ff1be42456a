internal import Bytes

extension Span<UInt8> {
    /// Where the value of a field is in a whole head, up to and with its blank line, that has been
    /// validated: for fields that few routes need, so that the parser need not know them.
    ///
    /// - Parameter name: in lower case.
    /// - Returns: the value of the first such field, without the white space around it, and how
    ///   many there are; nil without one.
    package func headField(_ name: StaticString) -> (value: Range<Int>, count: Int)? {
        var found: Range<Int>?
        var fieldCount = 0
        var start = 0
        while start < count {
            var end = start
            while end < count, self[end] != ASCII.lineFeed { end += 1 }
            let lineEnd = end > start && self[end - 1] == ASCII.carriageReturn ? end - 1 : end
            if extracting(start..<lineEnd).isHeadField(name) {
                fieldCount += 1
                if found == nil {
                    found = trimmingBlanks(start + name.utf8CodeUnitCount + 1..<lineEnd)
                }
            }
            start = end + 1
        }
        return found.map { ($0, fieldCount) }
    }

    /// Whether a field line has this name, which is in lower case.
    func isHeadField(_ name: StaticString) -> Bool {
        let count = name.utf8CodeUnitCount
        guard self.count > count, self[count] == ASCII.colon else { return false }
        return extracting(first: count).equalsIgnoringCase(name)
    }
}
