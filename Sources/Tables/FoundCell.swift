internal import Bytes
internal import Features

/// The text of a cell that does not fit its column, shown to a person with the table: bounded,
/// without control characters, and with the cause if it can be recognized.
package struct FoundCell: Equatable, Sendable, CustomStringConvertible {
    /// The text, cut at `textBytesMax`.
    package let text: String
    /// For example `a decimal comma`; nil if no cause is recognized.
    package let cause: String?

    package static let textBytesMax = 40

    /// - Parameter isNumber: whether the column holds numbers.
    package init(_ cell: Span<UInt8>, isNumber: Bool) {
        let whole = NamePrefix.text(of: cell, bytesMax: FoundCell.textBytesMax)
        var text = ""
        for scalar in whole.unicodeScalars {
            let category = scalar.properties.generalCategory
            if category == .control || category == .format {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        self.text = cell.count > FoundCell.textBytesMax ? text + "…" : text
        cause =
            cell.count > FoundCell.textBytesMax
            ? nil : isNumber ? NumberText.fault(of: whole) : FoundCell.fault(ofWord: whole)
    }

    /// For example `found "29,85": a decimal comma`.
    package var description: String {
        "found \"\(text)\"" + (cause.map { ": \($0)" } ?? "")
    }

    private static func fault(ofWord text: String) -> String? {
        if text.first == " " || text.last == " " || text.first == "\t" || text.last == "\t" {
            return "spaces around the value, which count"
        }
        return text.contains("\u{FFFD}") ? "text that is not UTF-8" : nil
    }
}

extension CellViolation {
    /// The violation with the text of its cell, `row` being the record that was decoded. An
    /// identifier is not repeated.
    package func showing(_ row: borrowing CSVRecord, _ decoder: TableDecoder) -> CellViolation {
        guard code != .missing, let index = decoder.columnIndex(named: column),
            index < row.count
        else { return self }
        var shown = self
        switch decoder.columnKinds[index] {
        case .identifier: return self
        case .target: shown.found = FoundCell(row[index], isNumber: false)
        case .field(let field):
            shown.found = FoundCell(row[index], isNumber: decoder.isNumber(field))
        }
        return shown
    }
}

/// What makes a record have another number of cells than its header.
package enum RaggedCause: Equatable, Sendable, CustomStringConvertible {
    /// One cell too many, and the last one empty.
    case trailingComma
    /// Cells too many, and among them pairs that would be one number.
    case decimalComma

    init?(_ row: borrowing CSVRecord, wanted: Int) {
        guard row.count > wanted else { return nil }
        if row.count == wanted + 1, row[row.count - 1].count == 0 {
            self = .trailingComma
            return
        }
        var pairs = 0
        for index in 1..<row.count
        where RaggedCause.isDigits(row[index]) && RaggedCause.isDigits(row[index - 1]) {
            pairs += 1
        }
        guard pairs >= row.count - wanted else { return nil }
        self = .decimalComma
    }

    package var description: String {
        switch self {
        case .trailingComma: "the line ends with a comma"
        case .decimalComma: "perhaps numbers with a decimal comma, expected a point"
        }
    }

    private static func isDigits(_ cell: Span<UInt8>) -> Bool {
        guard cell.count > 0 else { return false }
        for index in 0..<cell.count {
            let isSign = index == 0 && cell.count > 1 && cell[0] == UInt8(ascii: "-")
            guard isSign || ASCII.isDigit(cell[index]) else { return false }
        }
        return true
    }
}

/// Texts that mean numbers to other programs.
enum NumberText {
    private static let noNumbers = [
        "nan", "na", "n/a", "null", "none", "nil", "?", "-", "inf", "-inf", "infinity", "#n/a",
    ]

    static func hasDecimalComma(_ text: String) -> Bool {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        return isDigits(parts[0].drop { $0 == "-" }) && isDigits(parts[1])
    }

    /// Why a text is not a number as JSON writes it, or not one of the column.
    static func fault(of text: String) -> String? {
        if Double(text) != nil, let first = text.first {
            if first == "+" { return "a plus sign" }
            if first == "." || text.last == "." { return "no digit on one side of the point" }
            let digits = text.drop { $0 == "-" }
            if digits.count > 1, digits.first == "0", digits.dropFirst().first?.isNumber == true {
                return "leading zeros"
            }
        }
        let lower = text.lowercased()
        if noNumbers.contains(lower) {
            return "a mark for a missing value; leave the cell blank where the schema has x-blank"
        }
        if ["true", "false", "yes", "no"].contains(lower) { return "a word, expected 1 or 0" }
        if hasDecimalComma(text) { return "a decimal comma, or one between thousands" }
        if text.first == " " || text.last == " " { return "spaces around the number" }
        if text.contains(",") { return "commas between thousands" }
        return text.contains { "$€£%".contains($0) } ? "a sign of a currency or a percentage" : nil
    }

    private static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(ASCII.isDigit)
    }
}
