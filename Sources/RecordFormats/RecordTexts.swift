internal import Bytes
package import JSON

/// The records that one request brings, each as the JSON text that `/predict` would take: so one
/// decoder judges them all, whichever form they came in.
package struct RecordTexts: Equatable, Sendable {
    /// One record, or what came in its place.
    package enum Row: Equatable, Sendable {
        /// Where in `bytes` its text is.
        case text(Range<Int>)
        /// It has a place in the answer, and is no record.
        case fault(RecordFault)
    }

    /// The texts, one after another; between them anything may be.
    package private(set) var bytes: [UInt8]
    package private(set) var rows: [Row] = []
    private let rowsMax: Int

    /// - Parameters:
    ///   - bytes: the beginning of `bytes`: a body whose parts are texts already.
    ///   - rowsMax: beyond which `tooManyRows` is thrown.
    package init(in bytes: [UInt8] = [], rowsMax: Int) {
        self.bytes = bytes
        self.rowsMax = rowsMax
    }

    /// Takes a part of `bytes` as the next record.
    package mutating func append(_ range: Range<Int>) throws(RecordFormatError) {
        try append(.text(range))
    }

    /// Takes a text from elsewhere as the next record.
    mutating func append(copying text: Span<UInt8>) throws(RecordFormatError) {
        let start = bytes.count
        bytes.appendBytes(text)
        try append(start..<bytes.count)
    }

    /// Takes what is no record in the place of the next.
    package mutating func append(_ fault: RecordFault) throws(RecordFormatError) {
        try append(.fault(fault))
    }

    /// Writes the next record.
    package mutating func append(
        _ write: (inout JSONWriter) throws(RecordFormatError) -> Void
    ) throws(RecordFormatError) {
        let start = bytes.count
        var json = JSONWriter(appendingTo: bytes)
        bytes = []
        try write(&json)
        bytes = json.finish()
        try append(.text(start..<bytes.count))
    }

    private mutating func append(_ row: Row) throws(RecordFormatError) {
        guard rows.count < rowsMax else { throw .tooManyRows(max: rowsMax) }
        rows.append(row)
    }
}

/// Why a row of a table is no record.
package enum RecordFault: Error, Equatable, Sendable {
    case cellCount(found: Int, wanted: Int)
}

/// Why a body holds no records. Nothing in it is a customer's.
package enum RecordFormatError: Error, Equatable, Sendable {
    /// The body is not what this form is; `detail` says what was found and what is expected.
    case malformed(detail: String)
    case tooManyRows(max: Int)
    /// There is no record in it.
    case noRows
}
