internal import Bytes
internal import Features

/// Makes line feeds of the line ends of a table that uses carriage returns alone, as old Mac
/// programs and some exports of Excel write it. The first line end outside quotes decides, so a
/// carriage return in any other table stays what it is: an error of its row.
package struct LineEndReader: Sendable {
    private enum State {
        /// In the first line; whether a quote is open.
        case firstLine(isQuoted: Bool)
        /// A carriage return ended the last chunk, and the next byte decides.
        case undecided
        case lineFeeds
        case carriageReturns
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private var state = State.firstLine(isQuoted: false)

    package init() {}

    /// What to read in the place of `chunk`; nil where that is the chunk itself, as it always is
    /// once a line feed has ended the first line.
    package mutating func replacement(for chunk: Span<UInt8>) -> [UInt8]? {
        switch state {
        case .lineFeeds: return nil
        case .carriageReturns: return LineEndReader.translated(chunk)
        case .undecided:
            guard chunk.count > 0 else { return nil }
            guard chunk[0] != LineEndReader.lineFeed else {
                state = .lineFeeds
                return [LineEndReader.carriageReturn] + Array(copying: chunk)
            }
            state = .carriageReturns
            return [LineEndReader.lineFeed] + LineEndReader.translated(chunk)
        case .firstLine(let isQuoted): return readFirstLine(chunk, isQuoted)
        }
    }

    /// What remains at the end of the file: the line end of a table that is a header and no more.
    package mutating func finish() -> [UInt8] {
        guard case .undecided = state else { return [] }
        state = .carriageReturns
        return [LineEndReader.lineFeed]
    }

    private mutating func readFirstLine(_ chunk: Span<UInt8>, _ wasQuoted: Bool) -> [UInt8]? {
        var isQuoted = wasQuoted
        for index in 0..<chunk.count {
            let byte = chunk[index]
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == LineEndReader.lineFeed {
                state = .lineFeeds
                return nil
            }
            guard byte == LineEndReader.carriageReturn else { continue }
            guard index + 1 < chunk.count else {
                state = .undecided
                return Array(copying: chunk.extracting(0..<index))
            }
            let endsInLineFeed = chunk[index + 1] == LineEndReader.lineFeed
            state = endsInLineFeed ? .lineFeeds : .carriageReturns
            if endsInLineFeed { return nil }
            return Array(copying: chunk.extracting(0..<index))
                + LineEndReader.translated(chunk.extracting(index...))
        }
        state = .firstLine(isQuoted: isQuoted)
        return nil
    }

    private static func translated(_ chunk: Span<UInt8>) -> [UInt8] {
        Array(copying: chunk).map { $0 == carriageReturn ? lineFeed : $0 }
    }
}
