/// What a file is that does not begin as a table of its schema does: looked for only after reading
/// its header has failed, so that no table which can be read is refused for what it looks like.
package enum TableForm: Equatable, Sendable {
    /// Compressed: the program that makes the table of it.
    case compressed(name: String, command: String)
    /// An Excel workbook, new or old.
    case workbook
    /// An archive that is not a workbook.
    case archive
    /// Columns in a binary format: its name, and the function of pandas that reads it.
    case columnar(name: String, reader: String)
    case pickle
    case sqlite
    case html
    /// A pointer of Git LFS in the place of the file.
    case lfsPointer
    /// Two or four bytes a character: the name of the encoding as iconv knows it.
    case wideText(encoding: String)
    case jsonArray
    /// An object of JSON, or one a line.
    case jsonObjects
    /// Something other than a comma between the columns, and perhaps in the numbers.
    case separated(by: Separator, decimalComma: Bool)
    /// A first column without a name, or with the one that pandas gives to such a column.
    case unnamedColumn(name: String)
    /// A header that ends with a comma.
    case trailingComma
    /// A first record that holds values and no names.
    case noHeader
    /// Names that differ from those of the schema only by case, spaces or underscores.
    case otherSpelling(found: String, wanted: String)
    /// Bytes that no text holds.
    case binary

    package enum Separator: UInt8, CaseIterable, Sendable {
        case semicolon = 0x3B
        case tab = 0x09
        case bar = 0x7C
    }

    /// Bytes of the file's beginning that are looked at.
    package static let beginningBytesMax = 32_768
}

extension TableForm: CustomStringConvertible {
    /// One line: what it is, then what to do.
    package var description: String {
        switch self {
        case .compressed(let name, let command):
            "compressed by \(name), expected the table itself: \(command)"
        case .workbook:
            "an Excel workbook, expected CSV: save it as \"CSV UTF-8\", or "
                + "pandas.read_excel(…).to_csv(\"table.csv\", index=False)"
        case .archive: "a zip archive, expected the table itself: unzip it"
        case .columnar(let name, let reader):
            "a file in the format \(name), expected CSV: "
                + "pandas.\(reader)(…).to_csv(\"table.csv\", index=False)"
        case .pickle:
            "a pickle, expected CSV: pandas.read_pickle(…).to_csv(\"table.csv\", index=False); "
                + "only where you trust it, for reading a pickle runs what is in it"
        case .sqlite:
            "an SQLite database, expected CSV: sqlite3 -header -csv FILE \"select * from …\""
        case .html: "an HTML page, expected CSV: perhaps the page of a login or an error"
        case .lfsPointer: "a pointer of Git LFS, expected the file itself: git lfs pull"
        case .wideText(let encoding):
            "\(encoding) text, expected UTF-8: iconv -f \(encoding) -t UTF-8"
        case .jsonArray:
            "one array of JSON, expected CSV with a header, or for score an object a line: "
                + "jq -c '.[]'"
        case .jsonObjects:
            "JSON, which score alone reads, an object a line; expected CSV with a header: "
                + "pandas.read_json(…, lines=True).to_csv(\"table.csv\", index=False)"
        case .separated(let separator, let decimalComma):
            "columns separated by \(separator.name)"
                + (decimalComma ? " and numbers with a decimal comma" : "")
                + ", expected commas and decimal points: pandas.read_csv(…, "
                + "sep=\"\(separator.escaped)\"" + (decimalComma ? ", decimal=\",\"" : "")
                + ").to_csv(\"table.csv\", index=False)"
        case .unnamedColumn(let name):
            (name.isEmpty ? "a first column without a name" : "a first column named \(name)")
                + ", as pandas writes its index, expected the schema's columns alone: "
                + "to_csv(…, index=False)"
        case .trailingComma:
            "a header that ends with a comma, expected none after the last column"
        case .noHeader: "a first line without a name of a column, expected a header"
        case .otherSpelling(let found, let wanted):
            "column \(found), expected \(wanted): names are compared byte for byte"
        case .binary: "binary data, expected CSV in UTF-8"
        }
    }
}

extension TableForm.Separator {
    fileprivate var name: String {
        switch self {
        case .semicolon: "semicolons"
        case .tab: "tabs"
        case .bar: "bars"
        }
    }

    /// As Python spells it.
    fileprivate var escaped: String {
        switch self {
        case .semicolon: ";"
        case .tab: "\\t"
        case .bar: "|"
        }
    }
}
