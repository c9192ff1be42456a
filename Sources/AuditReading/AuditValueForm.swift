internal import AuditLog
internal import Bytes
internal import JSON

/// What the value of a member looks like.
enum AuditValueForm: Equatable {
    /// An integer from 0 in its shortest spelling.
    case natural
    case number
    case text
    case object
    case hexadecimal(digits: Int)
    /// Hexadecimal digits, dots and colons.
    case address
    case oneOf([String])
    /// As `AuditTime.isTime` takes it.
    case time

    private static let pseudonymDigits = 2 * AuditLimits.pseudonymBytes
    /// Of a `trace-id` (W3C Trace Context).
    private static let traceDigits = 32
    /// Of a Float's bits.
    private static let floatDigits = 8

    /// The form of an event's member. The names are those of `AuditEvent.members`.
    init(of name: String) {
        switch name {
        case "reactor", "status", "count", "torn_bytes", "missing", "failed_for_ms", "peer_uid",
            "peer_pid", "format", "checkpoints_missing", "unproven", "row":
            self = .natural
        case "probability": self = .number
        case "features": self = .object
        case "trace_id": self = .hexadecimal(digits: AuditValueForm.traceDigits)
        case "subject", "customer", "name", "about":
            self = .hexadecimal(digits: AuditValueForm.pseudonymDigits)
        case "log": self = .hexadecimal(digits: AuditFormat.identityDigits)
        case "client_sha256", "model_sha256", "body_sha256", "roles_sha256", "checkpoint":
            self = .hexadecimal(digits: AuditFormat.digestDigits)
        case "probability_bits": self = .hexadecimal(digits: AuditValueForm.floatDigits)
        case "first", "last": self = .time
        case "result": self = .oneOf([AuditNote.notDone])
        case "peer", "proxy": self = .address
        case "risk": self = .oneOf(["High", "Medium", "Low"])
        case _: self = .text
        }
    }

    /// Reads a value; whether it has this form. One that has not may not have been read.
    func read(
        _ scanner: inout JSONScanner, of line: Span<UInt8>
    ) throws(AuditContentFault) -> Bool {
        switch self {
        case .natural:
            let start = scanner.offset
            guard try scanner.kind() == .number else { return false }
            try scanner.passValue()
            return line.naturalNumber(at: start)?.end == scanner.offset
        case .number:
            guard try scanner.kind() == .number else { return false }
            try scanner.passValue()
            return true
        case .object:
            guard try scanner.kind() == .object else { return false }
            try scanner.passValue()
            return true
        case .text:
            guard try scanner.kind() == .string else { return false }
            let start = scanner.offset
            let text = try scanner.anyString()
            guard text.hasEscapes else { return true }
            var writer = JSONWriter()
            writer.string(scanner.unescaped(text).span)
            let spelled = writer.finish()
            guard text.range.count + 2 == spelled.count, line.holds(spelled.span, at: start) else {
                throw .spelling(offset: start)
            }
            return true
        case .hexadecimal(let digits):
            guard let text = try scanner.plainString(), text.range.count == digits else {
                return false
            }
            return line.extracting(text.range).allSatisfy(ASCII.isLowercaseHexadecimal)
        case .address:
            guard let text = try scanner.plainString(),
                1...AuditLimits.peerBytesMax ~= text.range.count
            else { return false }
            return line.extracting(text.range).allSatisfy { byte in
                ASCII.isLowercaseHexadecimal(byte) || byte == ASCII.dot || byte == ASCII.colon
            }
        case .oneOf(let values):
            guard let text = try scanner.plainString() else { return false }
            return values.contains(scanner.text(text))
        case .time:
            guard let text = try scanner.plainString() else { return false }
            return AuditTime.isTime(line.extracting(text.range))
        }
    }
}

/// The scanner with its errors as this module reports them.
extension JSONScanner {
    mutating func enterObject() throws(AuditContentFault) {
        do throws(JSONError) { try beginObject() } catch { throw .notJSON(error) }
    }

    mutating func memberName() throws(AuditContentFault) -> JSONString? {
        do throws(JSONError) { return try nextName() } catch { throw .notJSON(error) }
    }

    mutating func kind() throws(AuditContentFault) -> JSONKind {
        do throws(JSONError) { return try peek() } catch { throw .notJSON(error) }
    }

    mutating func passValue() throws(AuditContentFault) {
        do throws(JSONError) { try skipValue() } catch { throw .notJSON(error) }
    }

    mutating func anyString() throws(AuditContentFault) -> JSONString {
        do throws(JSONError) { return try string() } catch { throw .notJSON(error) }
    }

    /// Nil for what is no string, or has an escape.
    mutating func plainString() throws(AuditContentFault) -> JSONString? {
        guard try kind() == .string else { return nil }
        let text = try anyString()
        return text.hasEscapes ? nil : text
    }

    mutating func end() throws(AuditContentFault) {
        do throws(JSONError) { try finish() } catch { throw .notJSON(error) }
    }
}
