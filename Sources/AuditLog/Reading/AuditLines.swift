package import POSIX

/// Where a line of one of the log's files is.
package struct AuditLine: Equatable, Sendable {
    /// How a line ends.
    package enum Ending: Equatable, Sendable {
        case lineFeed
        /// The file ends inside it.
        case torn
        /// It is longer than a line may be; what follows is skipped.
        case tooLong
    }

    /// Counted from 1.
    package let number: Int
    /// In the file, of its first byte.
    package let offset: Int
    package let ending: Ending
}

/// The lines of a file, read a block at a time, so that memory does not grow with the file.
package struct AuditLines: ~Copyable {
    private static let blockBytes = 65_536

    private let reader: FileReader
    private let lineBytesMax: Int
    private var block = [UInt8](repeating: 0, count: AuditLines.blockBytes)
    /// What was read and not returned yet.
    private var pending: [UInt8] = []
    /// In the file, of `pending`'s first byte.
    private var pendingOffset = 0
    /// Where in `pending` the line is that `next` returned last, without its line feed.
    private var current = 0..<0
    /// Where in `pending` the next line begins.
    private var start = 0
    /// Lines that were returned, except a torn one.
    private var count = 0
    /// What there was of a torn line when it was returned.
    private var tornBytes: Int?
    private var isPassingOver = false

    /// - Parameters:
    ///   - lineBytesMax: the most that a line may have, with its line feed.
    ///   - offset: where in the file the first line begins.
    package init(path: String, lineBytesMax: Int, from offset: Int = 0) throws(FileError) {
        reader = try FileReader(regularFile: path, from: offset)
        self.lineBytesMax = lineBytesMax
        pendingOffset = offset
    }

    /// The bytes of the line that `next` returned last, without its line feed; of one that is too
    /// long, the first.
    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { pending.span.extracting(current) }
    }

    /// The next line; nil at the end. After a torn line this looks whether the file has grown
    /// since, and if so returns that line again.
    package mutating func next() throws(FileError) -> AuditLine? {
        if isPassingOver {
            guard try passOver() else { return nil }
        }
        var searched = start
        while true {
            if let end = lineFeed(from: searched) {
                let isTooLong = end - start >= lineBytesMax
                let told = isTooLong ? start + lineBytesMax - 1 : end
                return tell(upTo: told, next: end + 1, isTooLong ? .tooLong : .lineFeed)
            }
            if pending.count - start >= lineBytesMax {
                isPassingOver = true
                let told = start + lineBytesMax - 1
                return tell(upTo: told, next: told, .tooLong)
            }
            let searchedBytes = pending.count - start
            guard try readMore() else {
                if pending.isEmpty || tornBytes == pending.count { return nil }
                tornBytes = pending.count
                current = 0..<pending.count
                return AuditLine(number: count + 1, offset: pendingOffset, ending: .torn)
            }
            searched = searchedBytes
        }
    }

    private mutating func tell(
        upTo end: Int, next: Int, _ ending: AuditLine.Ending
    ) -> AuditLine {
        let line = AuditLine(number: count + 1, offset: pendingOffset + start, ending: ending)
        current = start..<end
        start = next
        count += 1
        return line
    }

    /// Whether there is a line after the one that was too long.
    private mutating func passOver() throws(FileError) -> Bool {
        while true {
            if let end = lineFeed(from: start) {
                start = end + 1
                isPassingOver = false
                return true
            }
            start = pending.count
            guard try readMore() else { return false }
        }
    }

    private func lineFeed(from index: Int) -> Int? {
        let bytes = pending.span
        for index in index..<bytes.count where bytes[index] == UInt8(ascii: "\n") { return index }
        return nil
    }

    /// Drops what was returned, so that `start` is 0; whether there was more to read.
    private mutating func readMore() throws(FileError) -> Bool {
        pending.removeSubrange(..<start)
        pendingOffset += start
        start = 0
        let size = try reader.read(into: &block)
        pending.append(contentsOf: block[..<size])
        return size > 0
    }
}
