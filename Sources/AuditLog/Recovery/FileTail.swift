internal import POSIX

/// What a file of lines ends with.
struct FileTail {
    /// Bytes that are read at a time.
    private static let blockBytes = 262_144

    /// Up to and with the last line feed.
    let wholeLinesBytes: Int
    /// After the last line feed.
    let tornBytes: Int
    /// The last of the whole lines, with their line feeds; the first of them may be a part.
    let lines: [UInt8]

    /// - Parameter linesBytes: how much of the whole lines is wanted, where there is as much.
    init(of path: String, linesBytes: Int) throws(FileError) {
        let size = try Files.size(of: path)
        var end = size
        var start = size
        // A power loss may leave more after the last line than a line has: look back until one
        // ends.
        while start > 0 {
            start = max(0, end - FileTail.blockBytes)
            let block = try Files.read(path, from: start, count: end - start)
            if let index = block.lastIndex(of: UInt8(ascii: "\n")) {
                end = start + index + 1
                break
            }
            end = start
        }
        wholeLinesBytes = end
        tornBytes = size - end
        let count = min(end, linesBytes)
        lines = try Files.read(path, from: end - count, count: count)
    }

    /// The lines from the last to the first, each without its line feed. The first is left out
    /// where it may be a part.
    func reversedLines() -> [ArraySlice<UInt8>] {
        var parts = lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // After the last line feed.
        parts.removeLast()
        if lines.count < wholeLinesBytes, !parts.isEmpty { parts.removeFirst() }
        return parts.reversed()
    }
}
