internal import Bytes
internal import HTTP

/// Takes the bytes of one answer (RFC 9112) in pieces of any size, with its content bounded by a
/// length or in chunks. An answer that ends with its connection is refused: whether it is whole
/// could not be known.
struct AnswerReader {
    /// Status line and fields, those of interim answers included.
    static let headBytesMax = 16_384
    static let interimMax = 8

    private enum Framing {
        case length(Int)
        case chunked(ChunkedDecoder)
    }

    private struct Head {
        let status: Int
        let fields: [ClientField]
        let framing: Framing
    }

    private let contentBytesMax: Int
    private(set) var receivedBytes = 0
    /// Of the head that is being read.
    private var bytes: [UInt8] = []
    private var head: Head?
    private var framing = Framing.length(0)
    private var content: [UInt8] = []
    /// Bytes in which no head ends, so that one that comes byte by byte is not searched again.
    private var searched = 0
    /// Of heads before this one.
    private var interimBytes = 0
    private var interimCount = 0

    init(contentBytesMax: Int) { self.contentBytesMax = contentBytesMax }

    /// Takes what came next, and returns the answer once it is whole.
    mutating func take(
        _ piece: ArraySlice<UInt8>
    ) throws(ExchangeError) -> ClientAnswer? {
        receivedBytes += piece.count
        if head != nil { return try takeContent(piece) }
        bytes += piece
        while head == nil {
            guard let end = try endOfHead() else { return nil }
            try takeHead(end)
        }
        let rest = bytes
        bytes = []
        return try takeContent(rest[...])
    }

    /// Where the blank line after the head ends; nil where it has not come.
    private mutating func endOfHead() throws(ExchangeError) -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        while searched + mark.count <= bytes.count {
            if bytes[searched..<searched + mark.count] == mark[...] { break }
            searched += 1
        }
        // Another server that never ends its first line is recognized early.
        guard StatusLine.canBegin(bytes) else { throw .malformed(.statusLine) }
        guard interimBytes + searched <= AnswerReader.headBytesMax else {
            throw .tooLarge(bytesMax: AnswerReader.headBytesMax)
        }
        return searched + mark.count <= bytes.count ? searched : nil
    }

    private mutating func takeHead(_ end: Int) throws(ExchangeError) {
        let text = bytes[..<end]
        bytes = Array(bytes[(end + 4)...])
        searched = 0
        do throws(AnswerFault) {
            let read = try AnswerReader.head(text)
            guard let read else {
                interimCount += 1
                interimBytes += end
                guard interimCount <= AnswerReader.interimMax else { throw .interim }
                return
            }
            var framing = read.framing
            if case .chunked = framing {
                var limits = HTTPLimits.contract
                limits.bodyBytesMax = contentBytesMax
                framing = .chunked(ChunkedDecoder(limits: limits))
            }
            self.framing = framing
            head = read
        } catch { throw .malformed(error) }
        if case .length(let count) = framing, count > contentBytesMax {
            throw .tooLarge(bytesMax: contentBytesMax)
        }
    }

    private mutating func takeContent(
        _ piece: ArraySlice<UInt8>
    ) throws(ExchangeError) -> ClientAnswer? {
        guard let head else { return nil }
        switch framing {
        case .length(let count):
            guard content.count + piece.count <= count else { throw .malformed(.excess) }
            content += piece
            guard content.count == count else { return nil }
        case .chunked(var decoder):
            let copy = Array(piece)
            let consumed: Int
            do throws(HTTPError) {
                consumed = try decoder.decode(copy.span, into: &content)
            } catch {
                if case .bodyTooLarge(let limit) = error { throw .tooLarge(bytesMax: limit) }
                throw .malformed(.chunk)
            }
            guard consumed == copy.count else { throw .malformed(.excess) }
            framing = .chunked(decoder)
            guard decoder.isComplete else { return nil }
        }
        return ClientAnswer(status: head.status, fields: head.fields, body: content)
    }

    /// Nil for the head of an interim answer (RFC 9110 §15.2).
    private static func head(_ text: ArraySlice<UInt8>) throws(AnswerFault) -> Head? {
        var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)[...]
        // Every line but the last still has its carriage return.
        for index in lines.indices.dropLast() {
            guard lines[index].last == 0x0D else { throw .field }
            lines[index].removeLast()
        }
        guard let first = lines.popFirst(), let line = StatusLine(first) else {
            throw .statusLine
        }
        var fields: [ClientField] = []
        for line in lines { fields.append(try field(line)) }
        if line.status < 200 {
            // Upgrade was not asked for.
            guard line.status != 101 else { throw .interim }
            return nil
        }
        return Head(
            status: line.status, fields: fields,
            framing: try framing(of: fields, line))
    }

    /// RFC 9112 §6.3.
    private static func framing(
        of fields: [ClientField], _ line: StatusLine
    ) throws(AnswerFault) -> Framing {
        let lengths = fields.filter { $0.name == "content-length" }
        let codings = fields.filter { $0.name == "transfer-encoding" }
        guard lengths.count + codings.count <= 1 else { throw .length }
        if line.status == 204 || line.status == 304 {
            guard codings.isEmpty else { throw .length }
            return .length(0)
        }
        if let coding = codings.first {
            guard line.isHTTP11, coding.value.lowercased() == "chunked" else { throw .length }
            return .chunked(ChunkedDecoder(limits: .contract))
        }
        guard let digits = lengths.first?.value.utf8, 1...9 ~= digits.count,
            let count = Int(decimal: digits)
        else { throw .length }
        return .length(count)
    }

    private static func field(
        _ line: ArraySlice<UInt8>
    ) throws(AnswerFault) -> ClientField {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(ASCII.isToken),
            line[colon...].allSatisfy({ !ASCII.isControlButTab($0) })
        else { throw .field }
        let name = line[..<colon].map(ASCII.lowercased)
        var value = line[line.index(after: colon)...].drop(while: ASCII.isBlank)
        while let last = value.last, ASCII.isBlank(last) { value.removeLast() }
        return ClientField(
            String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }
}

/// RFC 9112 §4: `HTTP/1.1 200 OK`, where the reason may be empty but not its space.
private struct StatusLine {
    let status: Int
    let isHTTP11: Bool

    init?(_ line: ArraySlice<UInt8>) {
        let versionCount = 9
        guard line.count >= versionCount + 4, StatusLine.canBegin(Array(line)) else { return nil }
        let rest = line.dropFirst(versionCount)
        guard let status = Int(decimal: rest.prefix(3)), 100...599 ~= status,
            rest[rest.startIndex + 3] == ASCII.space,
            rest.dropFirst(4).allSatisfy({ !ASCII.isControlButTab($0) })
        else { return nil }
        self.status = status
        isHTTP11 = line[line.startIndex + 7] == UInt8(ascii: "1")
    }

    /// Whether a status line can begin so.
    static func canBegin(_ bytes: [UInt8]) -> Bool {
        ["HTTP/1.1 ", "HTTP/1.0 "].contains { version in
            bytes.prefix(version.utf8.count).elementsEqual(version.utf8.prefix(bytes.count))
        }
    }
}
