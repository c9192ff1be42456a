extension CSVError: CustomStringConvertible {
    /// The line where the table is wrong; that of a record's beginning where it never ends.
    package var line: Int {
        switch self {
        case .quoteInUnquotedCell(let line), .textAfterQuote(let line),
            .unterminatedQuote(let line),
            .bareCarriageReturn(let line), .cellTooLarge(let line, _),
            .recordTooLarge(let line, _), .tooManyCells(let line, _):
            line
        }
    }

    /// What is wrong there.
    package var explanation: String {
        switch self {
        case .quoteInUnquotedCell: "a quote in a cell that does not begin with one"
        case .textAfterQuote: "text after a closing quote, expected a comma"
        case .unterminatedQuote: "a quote that is never closed"
        case .bareCarriageReturn: "a carriage return without a line feed"
        case .cellTooLarge(_, let bytesMax): "a cell too large, expected at most \(bytesMax) bytes"
        case .recordTooLarge(_, let bytesMax):
            "a record too large, expected at most \(bytesMax) bytes"
        case .tooManyCells(_, let limit): "too many cells, expected at most \(limit)"
        }
    }

    /// For example `line 7: a quote that is never closed`.
    package var description: String { "line \(line): \(explanation)" }
}

extension TableError: CustomStringConvertible {
    /// What is wrong, without the line.
    package var explanation: String {
        switch self {
        case .wrongColumns(let missing, let unknown, let duplicate):
            [("missing", missing), ("unknown", unknown), ("duplicate", duplicate)]
                .filter { !$0.1.isEmpty }
                .map { "\($0.0) columns: \($0.1.joined(separator: ", "))" }
                .joined(separator: "; ")
        case .raggedRecord(_, let cells, let wanted, let cause):
            "\(cells) cells, expected \(wanted)" + (cause.map { ": \($0)" } ?? "")
        }
    }

    /// For example `line 7: 20 cells, wanted 21`.
    package var description: String {
        switch self {
        case .wrongColumns: explanation
        case .raggedRecord(let line, _, _, _): "line \(line): \(explanation)"
        }
    }
}
