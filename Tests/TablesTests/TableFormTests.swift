import Features
import Tables
import Testing

/// Files that are not tables of a schema, by what they begin with.
@Suite struct TableFormTests {
    private static let schemaText = """
        {"type":"object","properties":{"id":{"type":"string","x-identifier":true},
        "plan":{"type":"string","enum":["a","b"]},
        "months":{"type":"integer","minimum":0,"maximum":60},
        "price":{"type":"number","minimum":0,"maximum":150}},
        "required":["plan","months","price"],"additionalProperties":false,
        "x-target":{"column":"left","positive":"yes","negative":"no"}}
        """

    private func form(_ bytes: [UInt8], chunk: Int = .max) throws -> TableForm? {
        var beginning = TableBeginning()
        for start in stride(from: 0, to: bytes.count, by: min(chunk, max(1, bytes.count))) {
            let end = chunk < bytes.count - start ? start + chunk : bytes.count
            beginning.take(bytes.span.extracting(start..<end))
        }
        return beginning.form(schema: try Schema(json: Array(Self.schemaText.utf8).span))
    }

    private static func wide(_ text: String, littleEndian: Bool) -> [UInt8] {
        text.utf8.flatMap { littleEndian ? [$0, 0] : [0, $0] }
    }

    private static let header = "id,plan,months,price,left\n"

    struct Sample: Sendable {
        let bytes: [UInt8]
        let form: TableForm?

        init(_ bytes: [UInt8], _ form: TableForm?) {
            self.bytes = bytes
            self.form = form
        }

        init(_ text: String, _ form: TableForm?) { self.init(Array(text.utf8), form) }
    }

    @Test(arguments: [
        Sample(
            "id;plan;months;price\nx;a;1;29.85\n", .separated(by: .semicolon, decimalComma: false)),
        Sample(
            "id;plan;months;price\nx;a;1;29,85\n", .separated(by: .semicolon, decimalComma: true)),
        Sample("id\tplan\tmonths\tprice\nx\ta\t1\t2\n", .separated(by: .tab, decimalComma: false)),
        Sample("\"id\"|\"plan\"|\"months\"\n", .separated(by: .bar, decimalComma: false)),
        Sample(
            "\u{FEFF}id;plan;months\r\nx;a;1\r\n", .separated(by: .semicolon, decimalComma: false)),
        Sample("sep=;\nid;plan\n", .separated(by: .semicolon, decimalComma: false)),
        // One name alone is what a table with other columns has.
        Sample("plan;x\n", nil),
        Sample(",id,plan,months,price\n0,x,a,1,2\n", .unnamedColumn(name: "")),
        Sample("Unnamed: 0,id,plan\n", .unnamedColumn(name: "Unnamed: 0")),
        Sample("id,plan,months,price,\n", .trailingComma),
        Sample("x1,a,12,29.85,yes\n", .noHeader),
        Sample("customer,age\n", nil),
        Sample("ID,plan,months,price\n", .otherSpelling(found: "ID", wanted: "id")),
        Sample("id,Plan,months,price\n", .otherSpelling(found: "Plan", wanted: "plan")),
        Sample("I_D,Plan ,MONTHS\n", .otherSpelling(found: "I_D", wanted: "id")),
        Sample("[{\"plan\": \"a\"}]", .jsonArray), Sample(" \n{\"plan\": \"a\"}\n", .jsonObjects),
        Sample("<html>", .html),
        Sample("version https://git-lfs.github.com/spec/v1\n", .lfsPointer),
        Sample([0x1F, 0x8B, 8], .compressed(name: "gzip", command: "gunzip")),
        Sample("BZh9", .compressed(name: "bzip2", command: "bunzip2")),
        Sample([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .compressed(name: "xz", command: "unxz")),
        Sample([0x28, 0xB5, 0x2F, 0xFD], .compressed(name: "zstd", command: "unzstd")),
        Sample([0x50, 0x4B, 3, 4] + Array("docProps/app.xml".utf8), .workbook),
        Sample([0x50, 0x4B, 3, 4] + Array("table.csv".utf8), .archive),
        Sample([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .workbook),
        Sample("PAR1\u{15}", .columnar(name: "Parquet", reader: "read_parquet")),
        Sample("ARROW1\0\0", .columnar(name: "Arrow", reader: "read_feather")),
        Sample([0x80, 4, 0x95], .pickle), Sample("SQLite format 3\0", .sqlite),
        Sample([0xFF, 0xFE] + wide("id,plan", littleEndian: true), .wideText(encoding: "UTF-16")),
        Sample([0xFE, 0xFF] + wide("id,plan", littleEndian: false), .wideText(encoding: "UTF-16")),
        Sample(wide("id,plan", littleEndian: true), .wideText(encoding: "UTF-16LE")),
        Sample(wide("id,plan", littleEndian: false), .wideText(encoding: "UTF-16BE")),
        Sample([0xFF, 0xFE, 0, 0, 0x69, 0, 0, 0], .wideText(encoding: "UTF-32LE")),
        Sample("id,pl\0an\n", .binary), Sample("", nil), Sample(header, nil),
    ])
    func `a file that is no table is named by what it begins with`(sample: Sample) throws {
        #expect(try form(sample.bytes) == sample.form)
        #expect(try form(sample.bytes, chunk: 1) == sample.form)
        if let form = sample.form { #expect("\(form)".contains("expected "), "\(form)") }
    }

    @Test(arguments: [-1, 0, 1])
    func `no more than the beginning is kept`(excess: Int) throws {
        // A byte that is not text is at the last place that is looked at, or beyond.
        var bytes = [UInt8](repeating: 0x61, count: TableForm.beginningBytesMax + excess)
        bytes.append(0)
        #expect(try form(bytes) == (excess < 0 ? .binary : nil))
    }

    @Test(arguments: [
        ("a,b\rc,d\r", "a,b\nc,d\n"), ("a,b\r", "a,b\n"), ("a\r\r", "a\n\n"),
        ("a,b\r\nc\rd\r\n", "a,b\r\nc\rd\r\n"), ("a,b\nc\rd\n", "a,b\nc\rd\n"),
        ("\"a\rb\",c\rd", "\"a\rb\",c\nd"), ("\"a\rb\",c\nd\r", "\"a\rb\",c\nd\r"), ("", ""),
        ("a,b\r\n", "a,b\r\n"),
    ])
    func `carriage returns end lines where the first line ends with one alone`(
        text: String, wanted: String
    ) {
        let bytes = Array(text.utf8)
        for chunk in [1, 2, 3, max(1, bytes.count)] {
            var reader = LineEndReader()
            var read: [UInt8] = []
            for start in stride(from: 0, to: bytes.count, by: chunk) {
                let part = Array(bytes[start..<min(start + chunk, bytes.count)])
                read += reader.replacement(for: part.span) ?? part
            }
            read += reader.finish()
            #expect(read == Array(wanted.utf8), "\(chunk)")
        }
    }

    @Test(arguments: [
        ("29,85", "a decimal comma, or one between thousands"),
        ("1,234,567", "commas between thousands"),
        ("+7", "a plus sign"), ("007", "leading zeros"),
        (".5", "no digit on one side of the point"),
        ("5.", "no digit on one side of the point"), (" 7", "spaces around the number"),
        ("NaN", "a mark for a missing value; leave the cell blank where the schema has x-blank"),
        ("N/A", "a mark for a missing value; leave the cell blank where the schema has x-blank"),
        ("true", "a word, expected 1 or 0"), ("$29.85", "a sign of a currency or a percentage"),
        ("12 %", "a sign of a currency or a percentage"), ("twelve", nil), ("73", nil),
        ("0.5", nil),
        ("-0", nil),
    ])
    func `what makes a text no number is told`(text: String, cause: String?) {
        #expect(FoundCell(text.utf8.span, isNumber: true).cause == cause)
    }

    @Test(arguments: [-1, 0, 1])
    func `the text of a cell is cut and without control characters`(excess: Int) {
        let text = String(repeating: "x", count: FoundCell.textBytesMax + excess)
        #expect(
            FoundCell(text.utf8.span, isNumber: false).text
                == (excess > 0 ? text.dropLast() + "…" : text))
        #expect(
            FoundCell("a\u{1B}[2J\u{202E}".utf8.span, isNumber: false).text
                == "a\\u{1b}[2J\\u{202e}")
    }

    @Test(arguments: [
        ("id,plan,months,price\nx,a,1,2,\n", RaggedCause.trailingComma),
        ("id,plan,months,price\nx,a,1,29,85\n", .decimalComma),
        ("id,plan,months,price\nx,a,b,2,c\n", nil), ("id,plan,months,price\nx,a,1\n", nil),
    ])
    func `what makes a record too long is told`(text: String, cause: RaggedCause?) throws {
        let bytes = Array(text.utf8)
        var reader = CSVReader()
        var offset = 0
        #expect(try reader.next(in: bytes.span, from: &offset))
        var decoder = try TableDecoder(
            schema: Schema(json: Array(Self.schemaText.utf8).span), header: reader.record)
        #expect(try reader.next(in: bytes.span, from: &offset))
        let count = reader.record.count
        #expect(
            throws: TableError.raggedRecord(line: 2, cells: count, wanted: 4, cause: cause)
        ) { try decoder.decode(reader.record) }
    }

    @Test(arguments: [
        (["0", "1", "0"], "\"positive\": \"1\", \"negative\": \"0\"}"),
        (["false", "true"], "\"positive\": \"true\", \"negative\": \"false\"}"),
        (["stays", "goes"], "\"positive\": \"the outcome to predict\""),
        (["yes", "1"], nil), (["0", "1", "2"], nil), ([], nil),
    ])
    func `outcomes in another spelling are told with what to declare`(
        cells: [String], words: String?
    ) throws {
        let schema = try Schema(json: Array(Self.schemaText.utf8).span)
        let bytes = Array(
            ("plan,months,price,left\n" + cells.map { "a,1,2,\($0)\n" }.joined()).utf8)
        var reader = CSVReader()
        var offset = 0
        #expect(try reader.next(in: bytes.span, from: &offset))
        var decoder = try TableDecoder(schema: schema, header: reader.record)
        var outcomes = OtherOutcomes(schema.target)
        while try reader.next(in: bytes.span, from: &offset) {
            _ = try decoder.decode(reader.record)
            outcomes.take(reader.record, decoder)
        }
        #expect(outcomes.areAll == (words != nil))
        if let words { #expect("\(outcomes)".contains(words), "\(outcomes)") }
    }
}
