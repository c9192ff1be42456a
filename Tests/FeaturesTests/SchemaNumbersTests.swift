import Features
import JSON
import TestSupport
import Testing

/// A trap ends the run of all tests, so that coming to the end of a table is what is tested first.
@Suite struct SchemaNumbersTests {
    @Test func `a schema with any number in any place is taken or refused`() throws {
        var taken = 0
        var refused = 0
        let text = Array(OutOfRangeTests.schemaText.utf8)
        for document in [text, Telco.schemaBytes] {
            ExtremeNumbers.forEachVariant(of: document) { document in
                do throws(SchemaError) {
                    let schema = try Schema(json: document.span)
                    taken += 1
                    let encoding = FeatureEncoding(oneHot: schema)
                    #expect(encoding.columnCount > 0)
                } catch {
                    refused += 1
                    #expect(!error.lines.isEmpty)
                }
            }
        }
        #expect(taken > 0)
        #expect(refused > taken)
    }

    @Test func `an encoding with any number in any place is taken or refused`() throws {
        let schema = try Schema(json: Array(OutOfRangeTests.schemaText.utf8).span)
        let encoding = FeatureEncoding(oneHot: schema)
        let count = encoding.columnCount
        let scaled = encoding.standardized(
            means: Array(repeating: 0.5, count: count), scales: Array(repeating: 2, count: count))
        var writer = JSONWriter()
        writer.value(scaled.document)
        let text = writer.finish()
        var taken = 0
        var refused = 0
        let record = Derivation(schema).record(of: schema.fields.map { _ in 0 })
        var row = [Float](repeating: 0, count: count)
        ExtremeNumbers.forEachVariant(of: text) { text in
            guard let document = try? JSONValue(parsing: text.span),
                let encoding = try? FeatureEncoding(document: document, schema: schema)
            else {
                refused += 1
                return
            }
            taken += 1
            encoding.encode(record, into: &row)
            #expect(row.allSatisfy { $0.isFinite })
        }
        #expect(taken > 0)
        #expect(refused > 0)
    }

    @Test(arguments: OutOfRange.allCases)
    func `any number in a request and in a cell is taken as a finite one or refused`(
        choice: OutOfRange
    ) throws {
        let schema = try OutOfRangeTests.schema(choice)
        let encoding = FeatureEncoding(oneHot: schema)
        var row = [Float](repeating: 0, count: encoding.columnCount)
        var decoder = RecordDecoder(schema: schema)
        for months in ExtremeNumbers.spellings {
            for paid in ExtremeNumbers.spellings {
                let body = #"{"c":"a","months":\#(months),"paid":\#(paid)}"#
                let isValid = (try? decoder.decode(body.utf8.span)) ?? false
                let cells = try OutOfRangeTests.decodeCells(
                    "c,months,paid\na,\(months),\(paid)\n", schema)
                // `null` and a cell without a byte are each form's own blank.
                if months != "null", paid != "null", !months.isEmpty, !paid.isEmpty {
                    #expect(cells.isValid == isValid, "\(months) \(paid)")
                }
                guard isValid else { continue }
                encoding.encode(decoder.record, into: &row)
                #expect(row.allSatisfy { $0.isFinite }, "\(months) \(paid)")
                if cells.isValid {
                    #expect(cells.record == decoder.record, "\(months) \(paid)")
                    #expect(cells.outOfRange == decoder.outOfRange, "\(months) \(paid)")
                }
            }
        }
    }
}
