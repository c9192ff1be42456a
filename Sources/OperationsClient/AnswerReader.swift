internal import Bytes

/// Takes the bytes of one answer (RFC 9112) in pieces of any size. The server is churnd and closes
/// after its answer, so anything that it never sends is refused.
struct AnswerReader {
    /// Status line and fields.
    static let headBytesMax = 16_384

    private struct Head {
        let status: Int
        /// Where the content begins.
        let count: Int
        let contentCount: Int
    }

    private let bytesMax: Int
    private var bytes: [UInt8] = []
    private var head: Head?
    /// Bytes in which no head ends, so that one that comes byte by byte is not searched again.
    private var searched = 0

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    var receivedBytes: Int { bytes.count }

    /// Takes what came next, and returns the answer once it is whole.
    mutating func take(
        _ piece: ArraySlice<UInt8>
    ) throws(OperationsClientError) -> OperationsAnswer? {
        bytes += piece
        guard bytes.count <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
        if head == nil { head = try readHead() }
        guard let head else { return nil }
        let rest = bytes.count - head.count
        guard rest <= head.contentCount else { throw .malformed(.excess) }
        guard rest == head.contentCount else { return nil }
        return OperationsAnswer(status: head.status, body: Array(bytes[head.count...]))
    }

    private mutating func readHead() throws(OperationsClientError) -> Head? {
        let mark = Array("\r\n\r\n".utf8)
        while searched + mark.count <= bytes.count {
            if bytes[searched..<searched + mark.count] == mark[...] {
                do throws(AnswerFault) {
                    return try AnswerReader.head(
                        bytes[..<searched], count: searched + mark.count)
                } catch { throw .malformed(error) }
            }
            searched += 1
        }
        // Another server that never ends its first line is recognized early.
        guard AnswerReader.canBeStatusLine(bytes) else { throw .malformed(.statusLine) }
        guard searched <= AnswerReader.headBytesMax else {
            throw .tooLarge(bytesMax: AnswerReader.headBytesMax)
        }
        return nil
    }

    private static let version = Array("HTTP/1.1 ".utf8)

    private static func canBeStatusLine(_ bytes: [UInt8]) -> Bool {
        bytes.prefix(version.count).elementsEqual(version.prefix(bytes.count))
    }

    private static func head(
        _ text: ArraySlice<UInt8>, count: Int
    ) throws(AnswerFault) -> Head {
        var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)[...]
        // Every line but the last still has its carriage return.
        for index in lines.indices.dropLast() {
            guard lines[index].last == 0x0D else { throw .field }
            lines[index].removeLast()
        }
        guard let first = lines.popFirst(), let status = status(first) else { throw .statusLine }
        var contentCount: Int?
        for line in lines {
            let (name, value) = try field(line)
            if name.elementsEqual("transfer-encoding".utf8) { throw .length }
            guard name.elementsEqual("content-length".utf8) else { continue }
            guard contentCount == nil, 1...9 ~= value.count,
                let number = Int(decimal: value)
            else { throw .length }
            contentCount = number
        }
        // RFC 9110 §8.6: an answer of 204 has no content and says no length.
        guard let length = contentCount ?? (status == 204 ? 0 : nil) else { throw .length }
        return Head(status: status, count: count, contentCount: length)
    }

    /// RFC 9112 §4: `HTTP/1.1 200 OK`, where the reason may be empty but not its space.
    private static func status(_ line: ArraySlice<UInt8>) -> Int? {
        guard line.starts(with: version) else { return nil }
        let rest = line.dropFirst(version.count)
        guard rest.count >= 4, let status = Int(decimal: rest.prefix(3)), 200...599 ~= status,
            rest[rest.startIndex + 3] == 0x20, rest.dropFirst(4).allSatisfy(isText)
        else { return nil }
        return status
    }

    /// The name in lower case, and the value without the white space around it.
    private static func field(
        _ line: ArraySlice<UInt8>
    ) throws(AnswerFault) -> ([UInt8], ArraySlice<UInt8>) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy({ 0x21...0x7E ~= $0 }), line[colon...].allSatisfy(isText)
        else { throw .field }
        let name = line[..<colon].map(ASCII.lowercased)
        var value = line[line.index(after: colon)...].drop(while: ASCII.isBlank)
        while let last = value.last, ASCII.isBlank(last) { value.removeLast() }
        return (name, value)
    }

    private static func isText(_ byte: UInt8) -> Bool { !ASCII.isControlButTab(byte) }
}
