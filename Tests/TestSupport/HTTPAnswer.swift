/// One HTTP answer as a client sees it, read strictly: CRLF everywhere, a Content-Length with every
/// final answer, or chunks.
package struct HTTPAnswer: Equatable, Sendable {
    package let status: Int
    package let reason: String
    package let fields: [Field]
    package let body: [UInt8]

    package struct Field: Equatable, Sendable {
        package let name: String
        package let value: String
    }

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The values of a field, whose name has no case.
    package func values(of name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// The value of a field that stands in the answer once; else nil.
    package subscript(name: String) -> String? {
        let found = values(of: name)
        return found.count == 1 ? found[0] : nil
    }

    /// Whether the server says that it closes.
    package var closes: Bool { self["Connection"] == "close" }

    /// The answer at the start of `bytes` and its length, or nil while it is not whole.
    static func parse(
        _ bytes: ArraySlice<UInt8>, toHEAD: Bool
    ) throws(ClientSocket.Failure) -> (HTTPAnswer, Int)? {
        guard let (lines, bodyStart) = try headLines(bytes) else { return nil }
        let parts = lines[0].split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "HTTP/1.1", parts[1].utf8.count == 3,
            let status = Int(parts[1]), (100...599).contains(status)
        else { throw .malformed("status line: \(lines[0])") }
        let fields = try lines.dropFirst().map(field)
        let isInterim = status < 200
        if fields.contains(where: { $0.name.lowercased() == "transfer-encoding" }) {
            return try chunked(bytes, from: bodyStart).map { body, end in
                let answer = HTTPAnswer(
                    status: status, reason: String(parts[2]), fields: fields, body: body)
                return (answer, end - bytes.startIndex)
            }
        }
        let lengths = fields.filter { $0.name.lowercased() == "content-length" }
        guard isInterim ? lengths.isEmpty : lengths.count == 1 else {
            throw .malformed("\(lengths.count) content lengths in a \(status)")
        }
        guard let length = isInterim ? 0 : Int(lengths[0].value), length >= 0 else {
            throw .malformed("content length: \(lengths[0].value)")
        }
        let bodyEnd = bodyStart + (toHEAD ? 0 : length)
        guard bodyEnd <= bytes.endIndex else { return nil }
        let answer = HTTPAnswer(
            status: status, reason: String(parts[2]), fields: fields,
            body: Array(bytes[bodyStart..<bodyEnd]))
        return (answer, bodyEnd - bytes.startIndex)
    }

    /// The content of chunks without extensions and trailers, and where it ends; nil while it is
    /// not whole.
    private static func chunked(
        _ bytes: ArraySlice<UInt8>, from start: Int
    ) throws(ClientSocket.Failure) -> (body: [UInt8], end: Int)? {
        var body: [UInt8] = []
        var index = start
        while let lineEnd = bytes[index...].firstIndex(of: 0x0A) {
            let line = String(decoding: bytes[index..<lineEnd], as: UTF8.self)
            guard line.hasSuffix("\r"), let size = Int(line.dropLast(), radix: 16) else {
                throw .malformed("size of a chunk: \(line)")
            }
            let end = lineEnd + 1 + size
            guard end + 2 <= bytes.endIndex else { return nil }
            guard bytes[end] == 0x0D, bytes[end + 1] == 0x0A else {
                throw .malformed("a chunk of \(size) bytes has no end")
            }
            if size == 0 { return (body, end + 2) }
            body += bytes[lineEnd + 1..<end]
            index = end + 2
        }
        return nil
    }

    /// The lines of the head without the blank one, and where the content begins.
    private static func headLines(
        _ bytes: ArraySlice<UInt8>
    ) throws(ClientSocket.Failure) -> (lines: [String], bodyStart: Int)? {
        var lines: [String] = []
        var start = bytes.startIndex
        for index in bytes.indices where bytes[index] == 0x0A {
            guard index > start, bytes[index - 1] == 0x0D else { throw .malformed("bare LF") }
            let line = bytes[start..<(index - 1)]
            guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw .malformed("a control character in the head")
            }
            start = index + 1
            if line.isEmpty {
                guard !lines.isEmpty else { throw .malformed("no status line") }
                return (lines, start)
            }
            lines.append(String(decoding: line, as: UTF8.self))
        }
        return nil
    }

    private static func field(_ line: String) throws(ClientSocket.Failure) -> Field {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[0].contains(" "),
            parts[1].hasPrefix(" "), !parts[1].hasSuffix(" ")
        else { throw .malformed("field line: \(line)") }
        return Field(name: String(parts[0]), value: String(parts[1].dropFirst()))
    }
}
