internal import Bytes
package import Features

/// The first bytes of a file, kept until its header has been read: where that fails, they show what
/// the file is.
package struct TableBeginning: Sendable {
    private var bytes: [UInt8] = []

    package init() {}

    /// Takes the next bytes of the file and keeps those that belong to its beginning.
    package mutating func take(_ chunk: Span<UInt8>) {
        let room = TableForm.beginningBytesMax - bytes.count
        if room > 0 { bytes.appendBytes(chunk.extracting(0..<min(room, chunk.count))) }
    }

    /// What the file is, as far as its beginning shows that it is not a table of `schema`; nil
    /// where it shows nothing.
    package func form(schema: Schema) -> TableForm? {
        let bytes = bytes.span
        if let encoding = TableBeginning.wideEncoding(bytes) {
            return .wideText(encoding: encoding)
        }
        if let signature = FileSignature(beginning: bytes) {
            return TableBeginning.form(of: signature, bytes)
        }
        for index in 0..<bytes.count where bytes[index] == 0 { return .binary }
        switch bytes.firstMark {
        case UInt8(ascii: "["): return .jsonArray
        case UInt8(ascii: "{"): return .jsonObjects
        case UInt8(ascii: "<"): return .html
        default: return TableHeader(lines, schema: schema)?.form
        }
    }

    /// The first two lines that have a byte, without their line ends and the byte order mark.
    private var lines: [String] {
        var text = bytes[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        return text.split(maxSplits: 64) { $0 == 0x0A || $0 == 0x0D }.prefix(2)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private static func form(of signature: FileSignature, _ bytes: Span<UInt8>) -> TableForm {
        switch signature {
        case .gzip: .compressed(name: "gzip", command: "gunzip")
        case .zlib: .compressed(name: "zlib", command: "pigz -dz")
        case .bzip2: .compressed(name: "bzip2", command: "bunzip2")
        case .xz: .compressed(name: "xz", command: "unxz")
        case .zstandard: .compressed(name: "zstd", command: "unzstd")
        case .lz4: .compressed(name: "lz4", command: "unlz4")
        case .zip:
            bytes.holds("xl/") || bytes.holds("docProps/") || bytes.holds("[Content_Types].xml")
                ? .workbook : .archive
        case .oldOffice: .workbook
        case .parquet: .columnar(name: "Parquet", reader: "read_parquet")
        case .arrow, .feather: .columnar(name: "Arrow", reader: "read_feather")
        case .orc: .columnar(name: "ORC", reader: "read_orc")
        case .hdf5: .columnar(name: "HDF5", reader: "read_hdf")
        case .pickle: .pickle
        case .sqlite: .sqlite
        case .lfsPointer: .lfsPointer
        case .avro, .numpy, .gguf: .binary
        }
    }

    /// The name of an encoding of two or four bytes a character: by its byte order mark, or where
    /// every second byte of what begins the file is zero, as in Latin text without a mark.
    private static func wideEncoding(_ bytes: Span<UInt8>) -> String? {
        if bytes.begins(with: [0xFF, 0xFE, 0, 0]) { return "UTF-32LE" }
        if bytes.begins(with: [0, 0, 0xFE, 0xFF]) { return "UTF-32BE" }
        if bytes.begins(with: [0xFF, 0xFE]) || bytes.begins(with: [0xFE, 0xFF]) {
            return "UTF-16"
        }
        let pairs = min(bytes.count, 64) / 2
        guard pairs >= 4 else { return nil }
        var evenZeros = 0
        var oddZeros = 0
        for pair in 0..<pairs {
            if bytes[2 * pair] == 0 { evenZeros += 1 }
            if bytes[2 * pair + 1] == 0 { oddZeros += 1 }
        }
        if oddZeros == pairs && evenZeros == 0 { return "UTF-16LE" }
        return evenZeros == pairs && oddZeros == 0 ? "UTF-16BE" : nil
    }
}

/// A first line that is not the header of the schema, and what it looks like.
private struct TableHeader {
    private static let separatorLinePrefix = "sep="

    let form: TableForm

    init?(_ lines: [String], schema: Schema) {
        guard let first = lines.first else { return nil }
        let names = TableHeader.names(schema)
        if let form = TableHeader.separated(lines, names) {
            self.form = form
            return
        }
        let cells = TableHeader.cells(first, by: ",")
        let known = cells.count { names.contains($0) }
        guard known > 0 else {
            guard let form = TableHeader.unlike(cells, names) else { return nil }
            self.form = form
            return
        }
        if cells[0].isEmpty || cells[0].hasPrefix("Unnamed: ") {
            form = .unnamedColumn(name: TableHeader.shown(cells[0]))
        } else if cells.last?.isEmpty == true {
            form = .trailingComma
        } else if let form = TableHeader.spelling(cells, names) {
            self.form = form
        } else {
            return nil
        }
    }

    private static func names(_ schema: Schema) -> [String] {
        (schema.identifier.map { [$0.name] } ?? []) + schema.fields.map(\.name)
            + (schema.target.map { [$0.column] } ?? [])
    }

    /// Another separator is seen where it divides a line into names of columns, two at least.
    private static func separated(_ lines: [String], _ names: [String]) -> TableForm? {
        for separator in TableForm.Separator.allCases {
            let mark = Character(UnicodeScalar(separator.rawValue))
            let isStated = lines[0].lowercased() == "\(separatorLinePrefix)\(mark)"
            guard isStated || cells(lines[0], by: mark).count(where: names.contains) > 1 else {
                continue
            }
            let values = lines.count > 1 && !isStated ? cells(lines[1], by: mark) : []
            return .separated(
                by: separator, decimalComma: values.contains { NumberText.hasDecimalComma($0) })
        }
        return nil
    }

    /// Of a line that has no name of the schema: whether its names are others' spellings, or it has
    /// numbers where names should be.
    private static func unlike(_ cells: [String], _ names: [String]) -> TableForm? {
        if let form = spelling(cells, names) { return form }
        return cells.contains { Double($0) != nil } ? .noHeader : nil
    }

    private static func spelling(_ cells: [String], _ names: [String]) -> TableForm? {
        for cell in cells where !names.contains(cell) && !folded(cell).isEmpty {
            guard let wanted = names.first(where: { folded($0) == folded(cell) }),
                !cells.contains(wanted)
            else { continue }
            return .otherSpelling(found: shown(cell), wanted: wanted)
        }
        return nil
    }

    private static func folded(_ name: String) -> String {
        name.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" && $0 != "." }
    }

    /// Near enough for looking at: a quoted cell with a separator in it comes apart.
    private static func cells(_ line: String, by mark: Character) -> [String] {
        line.split(separator: mark, omittingEmptySubsequences: false).map { cell in
            var text = cell
            if text.hasPrefix("\"") { text.removeFirst() }
            if text.hasSuffix("\"") { text.removeLast() }
            return String(text)
        }
    }

    private static func shown(_ cell: String) -> String {
        NamePrefix.text(of: cell.utf8.span, bytesMax: RecordLimits.unknownNameBytesMax)
    }
}
