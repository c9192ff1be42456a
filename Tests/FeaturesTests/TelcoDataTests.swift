import Features
import JSON
import POSIX
import Tables
import Testing

/// The data the schema was written for. It is not part of the project: `CHURN_TELCO_CSV` says where
/// it is.
@Suite(.enabled(if: Telco.dataPath != nil, "CHURN_TELCO_CSV names no file"))
struct TelcoDataTests {
    private func cells(_ record: borrowing CSVRecord) -> [[UInt8]] {
        var cells: [[UInt8]] = []
        for index in 0..<record.count {
            var bytes: [UInt8] = []
            for i in 0..<record[index].count { bytes.append(record[index][i]) }
            cells.append(bytes)
        }
        return cells
    }

    /// The request a row would be: strings for categories, the cells' own spelling for numbers.
    private func body(_ names: [[UInt8]], _ cells: [[UInt8]]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, cell) in zip(names, cells) {
            let field = Telco.schema.fields.first { Array($0.name.utf8) == name }
            switch field?.kind {
            case .category:
                writer.name(name.span)
                writer.string(cell.span)
            case .integer, .number:
                writer.name(name.span)
                writer.raw((cell == [UInt8(ascii: " ")] ? [UInt8(ascii: "0")] : cell).span)
            case nil:
                guard name == Array("customerID".utf8) else { continue }
                writer.name(name.span)
                writer.string(cell.span)
            }
        }
        writer.endObject()
        return writer.finish()
    }

    @Test func `all 7043 customers are accepted, as rows and as requests, with equal rows`() throws
    {
        let bytes = try Files.read(try #require(Telco.dataPath), bytesMax: 1 << 24)
        var reader = CSVReader()
        var offset = 0
        #expect(try reader.next(in: bytes.span, from: &offset))
        let names = cells(reader.record)
        var table = try TableDecoder(schema: Telco.schema, header: reader.record)
        var requests = RecordDecoder(schema: Telco.schema)
        let encoding = FeatureEncoding(oneHot: Telco.schema)
        var row = [Float](repeating: 0, count: encoding.columnCount)
        var requestRow = row
        var accepted = 0
        var equal = 0
        var churned = 0
        while try reader.next(in: bytes.span, from: &offset) {
            guard try table.decode(reader.record) else {
                Issue.record("\(table.violations)")
                continue
            }
            accepted += 1
            churned += table.target == true ? 1 : 0
            guard try requests.decode(body(names, cells(reader.record)).span) else {
                Issue.record("\(requests.violations)")
                continue
            }
            encoding.encode(table.record, into: &row)
            encoding.encode(requests.record, into: &requestRow)
            if table.record == requests.record && row == requestRow
                && table.identifier == requests.identifier
            {
                equal += 1
            }
        }
        #expect(try !reader.finish())
        #expect(accepted == 7043)
        #expect(equal == 7043)
        #expect(churned == 1869)
    }
}
