internal import Features
package import Models
package import Tables

/// How a file is scored.
package struct ScoringOptions: Sendable {
    /// How the records stand in it.
    package var input: RecordForm
    /// How the predictions are written.
    package var output: RecordForm
    package var shard = Shard.whole
    /// How many reasons each prediction has; nil: none.
    package var reasons: ReasonCount?
    /// How many threads score, at least 1.
    package var threads = 1
    /// The longest JSON text of a record, as for the body of a request.
    package var lineBytesMax = 16_384
    package var tableLimits = CSVLimits()
    /// Bytes that one thread is given at a time; the answer does not depend on it.
    package var batchBytes = 262_144

    package init(input: RecordForm, output: RecordForm) {
        self.input = input
        self.output = output
    }
}

extension RecordForm {
    /// The form of a file that begins with `bytes`: a JSON object begins with a brace, and a
    /// table's header hardly does.
    package init(beginning bytes: Span<UInt8>) {
        self = .csv
        for index in 0..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"),
                0xEF, 0xBB, 0xBF:
                continue
            case let byte:
                if byte == UInt8(ascii: "{") { self = .ndjson }
                return
            }
        }
    }
}
