internal import Bytes
internal import JSON

/// Reads the JSON of an inference request; what is wrong is said with its place, and with what was
/// expected there.
struct InferenceScanner: ~Escapable {
    private var scanner: JSONScanner
    private let headerBytes: Int?

    /// - Parameters:
    ///   - header: the JSON.
    ///   - headerBytes: its length as the request gave it; errors then name it, since a length that
    ///     belongs to another request cuts this one.
    @_lifetime(copy header)
    init(_ header: Span<UInt8>, headerBytes: Int?) {
        scanner = JSONScanner(header)
        self.headerBytes = headerBytes
    }

    /// Enters the object that begins here.
    mutating func beginObject(_ what: @autoclosure () -> String) throws(RecordFormatError) {
        try expect(.object, what())
        do throws(JSONError) { try scanner.beginObject() } catch { throw fault(error) }
    }

    /// Enters the array that begins here.
    mutating func beginArray(_ what: @autoclosure () -> String) throws(RecordFormatError) {
        try expect(.array, what())
        do throws(JSONError) { try scanner.beginArray() } catch { throw fault(error) }
    }

    /// The next member's name; nil at the object's end.
    mutating func nextName() throws(RecordFormatError) -> JSONString? {
        do throws(JSONError) { return try scanner.nextName() } catch { throw fault(error) }
    }

    /// Whether the array has another element.
    mutating func nextElement() throws(RecordFormatError) -> Bool {
        do throws(JSONError) { return try scanner.nextElement() } catch { throw fault(error) }
    }

    /// Where the value is that begins here; it is read over.
    mutating func value() throws(RecordFormatError) -> Range<Int> {
        _ = try kind()
        let start = scanner.offset
        do throws(JSONError) { try scanner.skipValue() } catch { throw fault(error) }
        return start..<scanner.offset
    }

    /// What begins here.
    mutating func kind() throws(RecordFormatError) -> JSONKind {
        do throws(JSONError) { return try scanner.peek() } catch { throw fault(error) }
    }

    /// Reads over a `null`, if there is one, as programs write what is absent.
    mutating func isAbsent() throws(RecordFormatError) -> Bool {
        guard try kind() == .null else { return false }
        _ = try value()
        return true
    }

    mutating func string(
        _ what: @autoclosure () -> String
    ) throws(RecordFormatError) -> JSONString {
        try expect(.string, what())
        do throws(JSONError) { return try scanner.string() } catch { throw fault(error) }
    }

    mutating func bool(_ what: @autoclosure () -> String) throws(RecordFormatError) -> Bool {
        let found = try kind()
        guard found == .true || found == .false else {
            throw unexpected(found, what(), wanted: "true or false")
        }
        do throws(JSONError) { return try scanner.bool() } catch { throw fault(error) }
    }

    /// A number from 0 that an Int holds, written without fraction and exponent.
    mutating func natural(
        _ what: @autoclosure () -> String, in header: Span<UInt8>
    ) throws(RecordFormatError) -> Int {
        try expect(.number, what())
        let text = try value()
        guard let number = Int(decimal: Array(copying: header.extracting(text))) else {
            throw .malformed(
                detail: "\(what()) at byte \(text.lowerBound) is no integer from 0, or too large")
        }
        return number
    }

    /// The value of a string, escapes resolved.
    func unescaped(_ string: JSONString) -> [UInt8] { scanner.unescaped(string) }

    /// The value of a string.
    func text(_ string: JSONString) -> String { scanner.text(string) }

    /// Whether a string is exactly this.
    func equals(_ string: JSONString, _ expected: StaticString) -> Bool {
        scanner.equals(string, expected)
    }

    /// Only white space may follow.
    mutating func finish() throws(RecordFormatError) {
        do throws(JSONError) { try scanner.finish() } catch { throw fault(error) }
    }

    private mutating func expect(
        _ wanted: JSONKind, _ what: @autoclosure () -> String
    ) throws(RecordFormatError) {
        let found = try kind()
        guard found == wanted else { throw unexpected(found, what(), wanted: wanted.phrase) }
    }

    private func unexpected(
        _ found: JSONKind, _ what: String, wanted: String
    ) -> RecordFormatError {
        .malformed(
            detail: "\(what) is \(found.phrase) at byte \(scanner.offset), expected \(wanted)")
    }

    private func fault(_ error: JSONError) -> RecordFormatError {
        let length = headerBytes.map { ", whose length is given as \($0)," } ?? ""
        return .malformed(detail: "The JSON\(length) cannot be read: \(error)")
    }
}

extension JSONKind {
    fileprivate var phrase: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .true, .false: "a Boolean"
        case .null: "null"
        }
    }
}
