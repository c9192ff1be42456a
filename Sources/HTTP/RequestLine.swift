internal import Bytes

/// The first line of a request (RFC 9112 §3), without its CRLF.
struct RequestLine {
    let method: HTTPMethod
    let methodRange: Range<Int>
    let target: Range<Int>
    let path: Range<Int>
    let versionMinor: Int

    /// ` HTTP/1.1`, the space with it.
    private static let versionByteCount = 9

    /// The line's control characters, but for tabs, were refused when its end was searched.
    init(parsing bytes: Span<UInt8>, in line: Range<Int>) throws(HTTPError) {
        var methodEnd = line.lowerBound
        while methodEnd < line.upperBound, ASCII.isToken(bytes[methodEnd]) {
            methodEnd += 1
        }
        let targetEnd = line.upperBound - Self.versionByteCount
        guard
            methodEnd > line.lowerBound, methodEnd + 1 < targetEnd,
            bytes[methodEnd] == ASCII.space, bytes[targetEnd] == ASCII.space
        else { throw .malformedRequestLine }
        methodRange = line.lowerBound..<methodEnd
        target = methodEnd + 1..<targetEnd
        let version = bytes.extracting(targetEnd + 1..<line.upperBound)
        guard
            version.extracting(0..<5).equals("HTTP/"), ASCII.isDigit(version[5]),
            version[6] == ASCII.dot, ASCII.isDigit(version[7])
        else { throw .malformedRequestLine }
        for i in target where bytes[i] <= ASCII.space || bytes[i] >= ASCII.delete {
            throw bytes[i] >= ASCII.delete ? .invalidTarget : .malformedRequestLine
        }
        guard version[5] == ASCII.digit1, version[7] <= ASCII.digit1 else {
            throw .unsupportedVersion
        }
        versionMinor = Int(version[7] - ASCII.digit0)
        let token = bytes.extracting(methodRange)
        method =
            switch token.count {
            case 3 where token.equals("GET"): .get
            case 4 where token.equals("HEAD"): .head
            case 4 where token.equals("POST"): .post
            default: .other
            }
        path = try Self.path(of: target, in: bytes, method: token)
    }

    /// Finds the path in the forms of RFC 9112 §3.2 that an origin server is sent. CONNECT asks for
    /// a tunnel, after which bytes are no requests; so it is refused in every form.
    private static func path(
        of target: Range<Int>, in bytes: Span<UInt8>, method: Span<UInt8>
    ) throws(HTTPError) -> Range<Int> {
        guard !method.equals("CONNECT") else { throw .invalidTarget }
        let text = bytes.extracting(target)
        if text[0] == ASCII.slash {
            return target.lowerBound..<pathEnd(in: bytes, target)
        }
        if text.equals("*") {
            guard method.equals("OPTIONS") else { throw .invalidTarget }
            return target
        }
        let schemeEnd: Int
        if text.count > 7, text.extracting(0..<7).equalsIgnoringCase("http://") {
            schemeEnd = target.lowerBound + 7
        } else if text.count > 8, text.extracting(0..<8).equalsIgnoringCase("https://") {
            schemeEnd = target.lowerBound + 8
        } else {
            throw .invalidTarget
        }
        var authorityEnd = schemeEnd
        while authorityEnd < target.upperBound, bytes[authorityEnd] != ASCII.slash,
            bytes[authorityEnd] != ASCII.question
        {
            authorityEnd += 1
        }
        guard Authority.isValid(bytes.extracting(schemeEnd..<authorityEnd)) else {
            throw .invalidTarget
        }
        let path = authorityEnd..<pathEnd(in: bytes, authorityEnd..<target.upperBound)
        // RFC 9112 §3.2.1: an empty path means `/`, and the slash before the authority is one at
        // hand.
        return path.isEmpty ? schemeEnd - 1..<schemeEnd : path
    }

    private static func pathEnd(in bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        for i in range where bytes[i] == ASCII.question { return i }
        return range.upperBound
    }
}
