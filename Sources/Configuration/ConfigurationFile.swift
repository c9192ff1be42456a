/// The file of keys: UTF-8, a `key = value` a line. A line whose first visible byte is `#` is a
/// comment; a `#` further on belongs to the value.
enum ConfigurationFile {
    struct Entry: Equatable {
        let name: String
        var value: [UInt8]
        let line: Int
    }

    /// The entries in the order of their lines, white space around names and values cut. `path` is
    /// for messages.
    static func entries(
        in bytes: [UInt8], path: String
    ) throws(ConfigurationError) -> [Entry] {
        var entries: [Entry] = []
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw .utf16(path: path)
        }
        let text = bytes.starts(with: byteOrderMark) ? bytes[byteOrderMark.count...] : bytes[...]
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            let place = ConfigurationPlace.file(path: path, line: index + 1)
            let line = trimmed(bytes)
            // Else everything after a comment would silently be part of it.
            guard !line.contains(UInt8(ascii: "\r")) else { throw .carriageReturn(at: place) }
            if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
            // Without a copy, because it may hold a secret.
            guard (try? UTF8Span(validating: line.span)) != nil else { throw .notUTF8(at: place) }
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
                throw .notKeyAndValue(at: place)
            }
            entries.append(
                Entry(
                    name: String(decoding: trimmed(line[..<equals]), as: UTF8.self),
                    value: Array(trimmed(line[(equals + 1)...])), line: index + 1))
        }
        return entries
    }

    /// That of UTF-8, which editors on Windows add.
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return bytes[first...last]
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
