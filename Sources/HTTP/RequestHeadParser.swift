internal import Bytes

/// Reads request heads (RFC 9112 §2 to §7). Lines are judged in the order of arrival and bytes
/// once, so that the answer, also which error it is, does not depend on how the bytes were cut.
package struct RequestHeadParser: Sendable {
    private enum Phase { case emptyLine, requestLine, fieldName, fieldValue, complete }

    private let limits: HTTPLimits
    private var phase = Phase.emptyLine
    /// Bytes already searched, so a head that arrives byte by byte costs O(n), not O(n²).
    private var searchedBytes = 0
    /// Where the line that `searchedBytes` stands in begins.
    private var lineStart = 0
    /// Where the name of the field that is being read ends.
    private var colon = 0
    private var fieldCount = 0
    private var draft = RequestHeadDraft()

    package init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Forgets what was read: the next call begins another request.
    package mutating func reset() {
        self = RequestHeadParser(limits: limits)
    }

    /// Reads on in the bytes of one request: all that have arrived, from its first byte, at least
    /// those of the call before. Returns nil while the head isn't whole. When it is, the parser is
    /// ready for the next request, whose first byte is at 0 again. After an error it must be reset.
    package mutating func parse(_ bytes: Span<UInt8>) throws(HTTPError) -> RequestHead? {
        let end = min(bytes.count, limits.headBytesMax)
        var advanced = true
        while advanced {
            switch phase {
            case .emptyLine: advanced = try skipEmptyLine(bytes, end)
            case .requestLine: advanced = try readRequestLine(bytes, end)
            case .fieldName: advanced = try readFieldName(bytes, end)
            case .fieldValue: advanced = try readFieldValue(bytes, end)
            case .complete:
                let head = try draft.finished(byteCount: searchedBytes)
                reset()
                return head
            }
        }
        guard bytes.count <= limits.headBytesMax else {
            throw .headTooLarge(limit: limits.headBytesMax)
        }
        return nil
    }

    /// RFC 9112 §2.2: an empty line before the request line is skipped, for old clients end a body
    /// with one.
    private mutating func skipEmptyLine(
        _ bytes: Span<UInt8>, _ end: Int
    ) throws(HTTPError) -> Bool {
        guard end > 0 else { return false }
        if bytes[0] == ASCII.carriageReturn {
            guard try isLineEnd(bytes, at: 0, end, else: .malformedRequestLine) else {
                return false
            }
            lineStart = 2
            searchedBytes = 2
        }
        phase = .requestLine
        return true
    }

    private mutating func readRequestLine(
        _ bytes: Span<UInt8>, _ end: Int
    ) throws(HTTPError) -> Bool {
        let limit = limits.requestLineBytesMax
        let searchEnd = min(end, lineStart + limit + 1)
        guard let stop = firstControl(in: bytes, searchedBytes..<searchEnd) else {
            guard searchEnd <= lineStart + limit else { throw .requestLineTooLong(limit: limit) }
            searchedBytes = searchEnd
            return false
        }
        searchedBytes = stop
        guard try isLineEnd(bytes, at: stop, end, else: .malformedRequestLine) else { return false }
        draft.take(try RequestLine(parsing: bytes, in: lineStart..<stop))
        beginLine(at: stop + 2)
        return true
    }

    private mutating func readFieldName(
        _ bytes: Span<UInt8>, _ end: Int
    ) throws(HTTPError) -> Bool {
        guard searchedBytes < end else { return false }
        if searchedBytes == lineStart {
            let first = bytes[lineStart]
            if first == ASCII.carriageReturn {
                guard try isLineEnd(bytes, at: lineStart, end, else: .invalidFieldName) else {
                    return false
                }
                searchedBytes = lineStart + 2
                phase = .complete
                return true
            }
            // RFC 9112 §5.2: refuse obs-fold or put spaces for it; a refusal can't be misread.
            guard !ASCII.isBlank(first) else { throw .obsoleteLineFolding }
            guard fieldCount < limits.headFieldsMax else {
                throw .tooManyFields(limit: limits.headFieldsMax)
            }
            fieldCount += 1
        }
        for i in searchedBytes..<end where !ASCII.isToken(bytes[i]) {
            guard bytes[i] == ASCII.colon, i > lineStart else { throw .fieldNameByte(bytes[i]) }
            colon = i
            searchedBytes = i + 1
            phase = .fieldValue
            return true
        }
        searchedBytes = end
        return false
    }

    private mutating func readFieldValue(
        _ bytes: Span<UInt8>, _ end: Int
    ) throws(HTTPError) -> Bool {
        guard let stop = firstControl(in: bytes, searchedBytes..<end) else {
            searchedBytes = end
            return false
        }
        searchedBytes = stop
        guard try isLineEnd(bytes, at: stop, end, else: .invalidFieldValue) else { return false }
        let value = bytes.trimmingBlanks(colon + 1..<stop)
        if let field = FieldName(bytes.extracting(lineStart..<colon)) {
            try draft.take(field, value, of: bytes, limits)
        }
        beginLine(at: stop + 2)
        return true
    }

    private mutating func beginLine(at offset: Int) {
        lineStart = offset
        searchedBytes = offset
        phase = .fieldName
    }

    /// Goes by words to the first that may hold a control character, then by bytes.
    private func firstControl(in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var start = range.lowerBound
        while range.upperBound - start >= 8 {
            // SAFETY: any eight bytes are a UInt64, and the offset is checked.
            let word = unsafe bytes.bytes.unsafeLoadUnaligned(
                fromByteOffset: start, as: UInt64.self)
            if ASCII.mayHoldControl(word) { break }
            start += 8
        }
        for i in start..<range.upperBound where ASCII.isControlButTab(bytes[i]) { return i }
        return nil
    }

    /// Whether the control character at the offset begins a CRLF; false when its second half hasn't
    /// arrived.
    private func isLineEnd(
        _ bytes: Span<UInt8>, at offset: Int, _ end: Int, else error: HTTPError
    ) throws(HTTPError) -> Bool {
        guard bytes[offset] == ASCII.carriageReturn else {
            throw .control(bytes[offset], else: error)
        }
        guard offset + 1 < end else { return false }
        guard bytes[offset + 1] == ASCII.lineFeed else { throw .bareCarriageReturn }
        return true
    }
}
