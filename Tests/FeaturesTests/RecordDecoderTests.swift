import Features
import JSON
import Testing

@Suite struct RecordDecoderTests {
    private func decode(_ customer: Customer) throws -> RecordDecoder {
        var decoder = RecordDecoder(schema: Telco.schema)
        let isValid = try decoder.decode(customer.body.span)
        #expect(isValid == decoder.violations.isEmpty)
        return decoder
    }

    /// Code and field of what is wrong, in order.
    private func violations(_ customer: Customer) throws -> [String] {
        try decode(customer).violations.map { "\($0.field) \($0.code.rawValue)" }
    }

    /// The value of one field of an otherwise valid customer; nil when it is refused.
    private func value(_ name: String, _ spelling: String) throws -> Double? {
        let decoder = try decode(.valid.with(name, spelling))
        guard decoder.violations.isEmpty else { return nil }
        let index = try #require(Telco.schema.features.firstIndex { $0.name == name })
        return decoder.record.values[index]
    }

    @Test func `a valid customer is the row of its values, then the derived ones`() throws {
        let decoder = try decode(.valid)
        #expect(
            decoder.record.values == [
                1, 0, 0, 1, 34, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 56.95, 1889.5, 2, 4,
            ])
        #expect(decoder.identifier == Array("0001-ABCDE".utf8))
        #expect(decoder.violations.isEmpty)
    }

    @Test func `fields may come in any order and with any white space`() throws {
        let expected = try decode(.valid).record
        var decoder = RecordDecoder(schema: Telco.schema)
        for shift in 1..<Customer.valid.members.count {
            let members = Customer.valid.members
            let rotated = Customer(members: Array(members[shift...] + members[..<shift]))
            #expect(try decoder.decode(rotated.body.span))
            #expect(decoder.record == expected)
        }
        let backwards = Customer(members: Customer.valid.members.reversed())
        let text = " \r\n" + String(decoding: backwards.body, as: UTF8.self) + "\t "
        #expect(try decoder.decode(text.replacing(":", with: " :\n ").utf8.span))
        #expect(decoder.record == expected)
    }

    @Test func `a name spelled with escapes is the same name`() throws {
        let body = String(decoding: Customer.valid.body, as: UTF8.self)
            .replacing(#""tenure""#, with: #""t\u0065nur\u0065""#)
            .replacing(#""One year""#, with: #""One\u0020year""#)
            .replacing(#""0001-ABCDE""#, with: #""0001\/\u00e9""#)
        var decoder = RecordDecoder(schema: Telco.schema)
        #expect(try decoder.decode(body.utf8.span))
        #expect(decoder.record == (try decode(.valid).record))
        #expect(decoder.identifier == Array("0001/é".utf8))
    }

    @Test func `one decoder judges each body for itself`() throws {
        var decoder = RecordDecoder(schema: Telco.schema)
        #expect(try !decoder.decode(Customer.valid.with("tenure", "73").body.span))
        #expect(try decoder.decode(Customer.valid.without("customerID").body.span))
        #expect(decoder.violations.isEmpty)
        #expect(decoder.identifier == nil)
        #expect(try !decoder.decode("{}".utf8.span))
        #expect(decoder.violations.count == 19)
        #expect(throws: BodyError.notAnObject) { try decoder.decode("[]".utf8.span) }
        #expect(try decoder.decode(Customer.valid.body.span))
        #expect(decoder.identifier == Array("0001-ABCDE".utf8))
    }

    @Test func `a record that is kept is not changed by the next body`() throws {
        var decoder = RecordDecoder(schema: Telco.schema)
        #expect(try decoder.decode(Customer.valid.body.span))
        let record = decoder.record
        let identifier = decoder.identifier
        let next = Customer.valid.with("tenure", "1").with("customerID", #""next""#)
        #expect(try decoder.decode(next.body.span))
        #expect(record.values[4] == 34)
        #expect(identifier == Array("0001-ABCDE".utf8))
        #expect(decoder.record.values[4] == 1)
        #expect(decoder.identifier == Array("next".utf8))
    }

    @Test func `every field that is missing is reported, in the schema's order`() throws {
        for field in Telco.schema.fields {
            #expect(try violations(.valid.without(field.name)) == ["\(field.name) missing"])
        }
        #expect(
            try violations(Customer(members: []))
                == Telco.schema.fields.map { "\($0.name) missing" })
    }

    @Test(arguments: ["{}", #"{"a":[1,{"b":2}]}"#, "[]", "[[1]]", "null", "true", "false"])
    func `a value of no field's type is a wrong type in every field`(spelling: String) throws {
        // `null` means no identifier, and a blank where the schema has a value for blanks.
        let takeNull = spelling == "null" ? ["customerID", "TotalCharges"] : []
        for member in Customer.valid.members where !takeNull.contains(member.name) {
            #expect(
                try violations(.valid.with(member.name, spelling)) == ["\(member.name) wrong_type"])
        }
    }

    @Test func `a string is no number and a number is no string`() throws {
        for field in Telco.schema.fields {
            let spelling: String
            switch field.kind {
            case .category: spelling = "1"
            case .integer, .number: spelling = #""1""#
            }
            #expect(
                try violations(.valid.with(field.name, spelling)) == ["\(field.name) wrong_type"])
        }
    }

    @Test func `every value of every category is its index`() throws {
        for field in Telco.schema.fields {
            guard case .category(let values, let aliases) = field.kind else { continue }
            for (index, name) in values.enumerated() {
                #expect(try value(field.name, "\"\(name)\"") == Double(index))
            }
            for alias in aliases {
                #expect(try value(field.name, "\"\(alias.name)\"") == Double(alias.index))
            }
        }
    }

    @Test(arguments: [
        #""""#, #""yes""#, #""YES""#, #""Yes ""#, #"" Yes""#, #""Ye""#, #""Yes\u0000""#, #""Yés""#,
        #""Bank transfer""#,
    ])
    func `a string that is not byte for byte a value is not allowed`(spelling: String) throws {
        #expect(try violations(.valid.with("Partner", spelling)) == ["Partner not_allowed"])
    }

    @Test func `names and values of every length are compared to their last byte`() throws {
        for count in 1...SchemaLimits.nameBytesMax {
            let name = String(repeating: "n", count: count)
            let text = #"""
                {"type":"object","properties":{"\#(name)":{"type":"string","enum":["\#(name)"]}},
                "required":["\#(name)"],"additionalProperties":false}
                """#
            var decoder = RecordDecoder(schema: try Schema(json: text.utf8.span))
            #expect(try decoder.decode(#"{"\#(name)":"\#(name)"}"#.utf8.span))
            for position in 0..<count {
                var bytes = Array(name.utf8)
                bytes[position] = UInt8(ascii: "m")
                let other = String(decoding: bytes, as: UTF8.self)
                #expect(try !decoder.decode(#"{"\#(name)":"\#(other)"}"#.utf8.span))
                #expect(decoder.violations.map(\.code) == [.notAllowed])
                #expect(try !decoder.decode(#"{"\#(other)":"\#(name)"}"#.utf8.span))
                #expect(decoder.violations.map(\.code) == [.missing, .unknownField])
            }
        }
    }

    @Test(arguments: [
        ("0", 0.0), ("72", 72.0), ("12.0", 12.0), ("1.2e1", 12.0), ("120E-1", 12.0), ("-0", 0.0),
        ("-0.0", 0.0), ("0e400", 0.0),
    ])
    func `an integer may be written as any number that is integral`(
        spelling: String, expected: Double
    ) throws {
        let found = try #require(try value("tenure", spelling))
        #expect(found == expected)
        #expect(found.sign == .plus)
    }

    @Test(arguments: [
        ("tenure", "-1", "out_of_range"), ("tenure", "73", "out_of_range"),
        ("tenure", "12.5", "not_an_integer"), ("tenure", "72.5", "not_an_integer"),
        ("tenure", "1e400", "out_of_range"), ("tenure", "-1e400", "out_of_range"),
        ("tenure", "9007199254740993", "out_of_range"), ("tenure", "1e300", "out_of_range"),
        ("SeniorCitizen", "2", "out_of_range"), ("SeniorCitizen", "-1", "out_of_range"),
        ("SeniorCitizen", "0.5", "not_an_integer"),
        ("MonthlyCharges", "-0.01", "out_of_range"),
        ("MonthlyCharges", "200.00000000000003", "out_of_range"),
        ("MonthlyCharges", "1e400", "out_of_range"),
        ("TotalCharges", "1000000000.1", "out_of_range"),
        ("TotalCharges", "-5e-324", "out_of_range"),
    ])
    func `a number beyond a bound or between integers is refused`(
        field: String, spelling: String, code: String
    ) throws {
        #expect(try violations(.valid.with(field, spelling)) == ["\(field) \(code)"])
    }

    @Test(arguments: [
        ("SeniorCitizen", "0", 0.0), ("SeniorCitizen", "1", 1.0), ("MonthlyCharges", "0", 0.0),
        ("MonthlyCharges", "200", 200.0),
        ("MonthlyCharges", "199.99999999999997", 199.99999999999997),
        ("TotalCharges", "1e9", 1e9), ("TotalCharges", "5e-324", .leastNonzeroMagnitude),
    ])
    func `a number at a bound is taken`(field: String, spelling: String, expected: Double) throws {
        #expect(try value(field, spelling) == expected)
    }

    @Test func `everything that is wrong is reported at once, in the schema's order`() throws {
        let customer = Customer(members: [
            ("zeta", "1"), ("TotalCharges", "-1"), ("Contract", #""Monthly""#), ("tenure", "1e400"),
            ("alpha", #"{"deep":[1]}"#), ("gender", "null"), ("customerID", #""""#),
        ])
        let expected =
            ["customerID too_short", "gender wrong_type"]
            + ["SeniorCitizen", "Partner", "Dependents"].map { "\($0) missing" }
            + ["tenure out_of_range"]
            + [
                "PhoneService", "MultipleLines", "InternetService", "OnlineSecurity",
                "OnlineBackup",
                "DeviceProtection", "TechSupport", "StreamingTV", "StreamingMovies",
            ].map { "\($0) missing" }
            + ["Contract not_allowed"]
            + ["PaperlessBilling", "PaymentMethod", "MonthlyCharges"].map { "\($0) missing" }
            + ["TotalCharges out_of_range", "zeta unknown_field", "alpha unknown_field"]
        #expect(try violations(customer) == expected)
    }

    @Test(arguments: [
        ("tenure", "73", "must be an integer from 0 to 72"),
        ("SeniorCitizen", "true", "must be an integer from 0 to 1"),
        ("MonthlyCharges", "201", "must be a number from 0 to 200"),
        ("TotalCharges", #""x""#, "must be a number from 0 to 1000000000, or null for 0"),
        ("Partner", #""Maybe""#, "must be one of: Yes, No"),
        (
            "customerID", "1.5",
            "must be a string of 1 to 64 bytes without control characters, or an integer"
        ),
    ])
    func `a violation says what is expected and never what was sent`(
        field: String, spelling: String, detail: String
    ) throws {
        let violation = try #require(try decode(.valid.with(field, spelling)).violations.first)
        #expect(violation.detail == detail)
        #expect(violation.pointer == "#/\(field)")
    }

    @Test func `a missing field is said to be required`() throws {
        let violation = try #require(try decode(.valid.without("tenure")).violations.first)
        #expect(violation.detail == "is required and must be an integer from 0 to 72")
    }
}
