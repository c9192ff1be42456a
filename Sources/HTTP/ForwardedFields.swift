internal import Bytes

/// What proxies have added to a request about the way that it came: `X-Forwarded-For` and
/// `X-Forwarded-Proto`. Anyone may send them; whether they are believed is decided elsewhere.
///
/// They are looked for in a head that has been validated, and only where they are believed, so that
/// the parser need not know them.
package struct ForwardedFields: Equatable, Sendable {
    /// Elements of `X-Forwarded-For` that are looked at.
    package static let hopsMax = 16

    /// An `X-Forwarded-Proto` has the element `http`, in letters of either case.
    package private(set) var isPlain = false

    /// Reads the head's lines from the last to the first; several lines of a field are one list.
    ///
    /// - Parameters:
    ///   - bytes: a whole head, up to and with its blank line.
    ///   - takeHop: is handed the elements of `X-Forwarded-For` from the last on, without white
    ///     space around them. It returns false when it needs no more. Empty ones are ignored (RFC
    ///     9110 §5.6.1.2), and count.
    package init(inHead bytes: Span<UInt8>, takeHop: (Span<UInt8>) -> Bool) {
        var hopsLeft = ForwardedFields.hopsMax
        var lineEnd = bytes.count - 2
        while lineEnd > 0 {
            var start = lineEnd
            while start > 0, bytes[start - 1] != ASCII.lineFeed { start -= 1 }
            let line = bytes.extracting(start..<lineEnd)
            if line.isHeadField("x-forwarded-for") {
                line.forEachElementFromEnd(after: 16) { element in
                    guard hopsLeft > 0 else { return false }
                    hopsLeft -= 1
                    if element.isEmpty || takeHop(element) { return true }
                    hopsLeft = 0
                    return false
                }
            } else if line.isHeadField("x-forwarded-proto") {
                line.forEachElementFromEnd(after: 18) { element in
                    isPlain = isPlain || element.equalsIgnoringCase("http")
                    return !isPlain
                }
            }
            lineEnd = start - 2
        }
    }
}

extension Span<UInt8> {
    /// The elements of a list that begins at an offset, from the last on, until `take` returns
    /// false.
    fileprivate func forEachElementFromEnd(after start: Int, _ take: (Span<UInt8>) -> Bool) {
        var end = count
        for index in stride(from: count - 1, through: start - 1, by: -1)
        where index < start || self[index] == ASCII.comma {
            guard take(extracting(trimmingBlanks(index + 1..<end))) else { return }
            end = index
        }
    }
}
