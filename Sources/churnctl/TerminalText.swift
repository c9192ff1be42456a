internal import POSIX

/// Text that others have chosen, made fit for a terminal.
enum TerminalText {
    /// The text with everything spelled out that could command a terminal or turn the direction of
    /// writing.
    static func plain(_ text: String) -> String {
        var plain = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                plain += "\\u{\(String(scalar.value, radix: 16))}"
            case _: plain.unicodeScalars.append(scalar)
            }
        }
        return plain
    }

    /// Prints the lines, each made plain. False where nothing takes them.
    @discardableResult
    static func print(_ lines: [String]) -> Bool {
        let text = lines.map { plain($0) + "\n" }.joined()
        return StandardStream.output.write(Array(text.utf8).span)
    }

    /// `1 record`, `2 records`.
    static func counted(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }
}

/// Columns of text, each as wide as its widest cell.
struct TextTable {
    let header: [String]
    let rows: [[String]]
    /// Their cells end where the others of their column do.
    var numberColumns: ClosedRange<Int>?

    var lines: [String] {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += numberColumns?.contains(column) ?? false ? padding + cell : cell + padding
                line += "  "
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
