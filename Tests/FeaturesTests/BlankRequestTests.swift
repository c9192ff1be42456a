import Features
import JSON
import Tables
import Testing

@Suite struct BlankRequestTests {
    private func decode(_ customer: Customer) throws -> (record: Record?, RecordDecoder) {
        var decoder = RecordDecoder(schema: Telco.schema)
        let isValid = try decoder.decode(customer.body.span)
        return (isValid ? decoder.record : nil, decoder)
    }

    @Test(arguments: ["null", #""""#, #"" ""#, "\"\\t\"", #""  ""#])
    func `a blank stands for what a blank cell stands for`(spelling: String) throws {
        let isTab = spelling == "\"\\t\""
        let blank = try decode(.valid.with("tenure", "0").with("TotalCharges", spelling))
        let zero = try decode(.valid.with("tenure", "0").with("TotalCharges", "0"))
        // An escape is text, whatever it means: tables have none.
        #expect(blank.record == (isTab ? nil : zero.record))
        #expect(zero.record != nil)
    }

    @Test(arguments: ["tenure", "SeniorCitizen", "MonthlyCharges", "Contract", "gender"])
    func `a blank of a field without a value for it is refused`(field: String) throws {
        for spelling in ["null", #"" ""#] {
            let (record, decoder) = try decode(.valid.with(field, spelling))
            #expect(record == nil)
            #expect(decoder.violations.map(\.field) == [field])
        }
    }

    @Test func `a field that is not there is missing, also where a blank would do`() throws {
        let (_, decoder) = try decode(.valid.without("TotalCharges"))
        #expect(decoder.violations.map(\.code) == [.missing])
        #expect(
            decoder.violations.map(\.detail)
                == ["is required and must be a number from 0 to 1000000000, or null for 0"])
    }

    @Test(
        arguments: [
            ("null", nil), ("7", "7"), ("0", "0"), ("-5", "-5"), ("-0", "-0"),
            ("9223372036854775808", "9223372036854775808"),
            (String(repeating: "1", count: 64), String(repeating: "1", count: 64)),
        ] as [(String, String?)])
    func `an identifier may be null or an integer, which is kept as it is written`(
        spelling: String, wanted: String?
    ) throws {
        let (record, decoder) = try decode(.valid.with("customerID", spelling))
        #expect(record != nil)
        #expect(decoder.identifier.map { String(decoding: $0, as: UTF8.self) } == wanted)
    }

    @Test(
        arguments: [
            ("7.0", .wrongType), ("7e1", .wrongType), ("1E5", .wrongType), ("true", .wrongType),
            ("[1]", .wrongType), (String(repeating: "1", count: 65), .tooLong),
            (#""""#, .tooShort), ("1e400", .wrongType),
            (String(repeating: "1", count: 400), .tooLong),
        ] as [(String, ViolationCode)])
    func `an identifier is no other number and no longer one`(
        spelling: String, code: ViolationCode
    ) throws {
        let (record, decoder) = try decode(.valid.with("customerID", spelling))
        #expect(record == nil)
        #expect(decoder.violations.map(\.code) == [code])
    }

    @Test func `an identifier of one body is not the next one's`() throws {
        var decoder = RecordDecoder(schema: Telco.schema)
        #expect(try decoder.decode(Customer.valid.with("customerID", "7").body.span))
        #expect(try decoder.decode(Customer.valid.with("customerID", "null").body.span))
        #expect(decoder.identifier == nil)
    }

    @Test func `an empty cell is no identifier`() throws {
        let schema = try OutOfRangeTests.schema(.refuse)
        let bytes = Array("id,c,months,paid\n,a,1,2\n".utf8)
        var reader = CSVReader()
        var offset = 0
        #expect(try reader.next(in: bytes.span, from: &offset))
        var decoder = try TableDecoder(schema: schema, header: reader.record)
        #expect(try reader.next(in: bytes.span, from: &offset))
        #expect(try decoder.decode(reader.record))
        #expect(decoder.identifier == nil)
    }
}
