import Features
import JSON
import Tables
import Testing

@Suite struct SchemaTests {
    @Test func `the telco schema holds the fields of the table in its order`() {
        let schema = Telco.schema
        #expect(schema.title == "Telco customer")
        #expect(
            schema.fields.map(\.name) == [
                "gender", "SeniorCitizen", "Partner", "Dependents", "tenure", "PhoneService",
                "MultipleLines", "InternetService", "OnlineSecurity", "OnlineBackup",
                "DeviceProtection", "TechSupport", "StreamingTV", "StreamingMovies", "Contract",
                "PaperlessBilling", "PaymentMethod", "MonthlyCharges", "TotalCharges",
            ])
        #expect(schema.identifier?.name == "customerID")
        #expect(schema.identifier?.position == 0)
        #expect(schema.target?.column == "Churn")
        #expect(schema.target?.positive == "Yes")
        #expect(schema.target?.negative == "No")
        #expect(schema.derived.map(\.name) == ["tenure_group", "total_services"])
    }

    @Test func `the telco schema's kinds are those its document gives`() throws {
        let fields = Telco.schema.fields
        func kind(_ name: String) throws -> FieldKind {
            try #require(fields.first { $0.name == name }).kind
        }
        #expect(try kind("gender") == .category(values: ["Male", "Female"], aliases: []))
        #expect(try kind("SeniorCitizen") == .integer(minimum: 0, maximum: 1))
        #expect(try kind("tenure") == .integer(minimum: 0, maximum: 72))
        #expect(try kind("MonthlyCharges") == .number(minimum: 0, maximum: 200))
        #expect(try kind("TotalCharges") == .number(minimum: 0, maximum: 1e9))
        guard case .category(let values, let aliases) = try kind("PaymentMethod") else {
            Issue.record("not a category")
            return
        }
        #expect(
            values == [
                "Electronic check", "Mailed check", "Bank transfer (automatic)",
                "Credit card (automatic)",
            ])
        #expect(aliases.map(\.name) == ["Bank transfer", "Credit card"])
        #expect(aliases.map(\.index) == [2, 3])
        #expect(fields.filter { $0.blank != nil }.map(\.name) == ["TotalCharges"])
        #expect(fields.last?.blank == 0)
    }

    @Test func `features are the fields and then the derived ones`() {
        let features = Telco.schema.features
        #expect(features.count == 21)
        #expect(features[0].name == "gender")
        #expect(features[0].categories == ["Male", "Female"])
        #expect(features[4].name == "tenure")
        #expect(features[4].categories == nil)
        #expect(features[19].name == "tenure_group")
        #expect(features[19].categories == ["0-12", "13-24", "25-48", "49-72"])
        #expect(features[20].name == "total_services")
        #expect(features[20].categories == nil)
    }

    @Test func `a schema's document, written and read again, is the same schema`() throws {
        var writer = JSONWriter()
        writer.value(Telco.schema.document)
        let bytes = writer.finish()
        let again = try Schema(json: bytes.span)
        #expect(again == Telco.schema)
        var second = JSONWriter()
        second.value(again.document)
        #expect(second.finish() == bytes)
    }

    @Test func `a schema of one number needs neither identifier, derived features nor target`()
        throws
    {
        let text = """
            {"type":"object","properties":{"x":{"type":"number","minimum":-1,"maximum":0.5}},
            "required":["x"],"additionalProperties":false}
            """
        let schema = try Schema(json: text.utf8.span)
        #expect(schema.fields.map(\.kind) == [.number(minimum: -1, maximum: 0.5)])
        #expect(schema.identifier == nil)
        #expect(schema.target == nil)
        #expect(schema.derived.isEmpty)
        #expect(schema.title.isEmpty)
    }

    @Test(arguments: [0, 1, 2])
    func `the identifier keeps its place among the properties`(position: Int) throws {
        var properties = [
            #""a":{"type":"string","enum":["u"]}"#, #""b":{"type":"string","enum":["v"]}"#,
        ]
        properties.insert(#""id":{"type":"string","x-identifier":true}"#, at: position)
        let text = """
            {"type":"object","properties":{\(properties.joined(separator: ","))},
            "required":["b","a"],"additionalProperties":false}
            """
        let schema = try Schema(json: text.utf8.span)
        #expect(schema.identifier?.position == position)
        var decoder = RecordDecoder(schema: schema)
        #expect(try !decoder.decode(#"{"id":true}"#.utf8.span))
        var names = ["a", "b"]
        names.insert("id", at: position)
        #expect(decoder.violations.map(\.field) == names)
    }

    @Test func `the documentation names every keyword, every code and every limit`() {
        let text = String(decoding: Telco.projectFile("Docs/reference/schema.md"), as: UTF8.self)
        for keyword in SchemaKeyword.allCases {
            #expect(text.contains("`\(keyword.rawValue)`"), "\(keyword.rawValue)")
        }
        for code in ViolationCode.allCases {
            #expect(text.contains("`\(code.rawValue)`"), "\(code.rawValue)")
        }
        let table = CSVLimits()
        for (what, limit) in [
            ("bytes of the document", SchemaLimits.documentBytesMax),
            ("mistakes that are reported one by one", SchemaLimits.mistakesMax),
            ("properties", SchemaLimits.fieldsMax),
            ("values of a category, and aliases", SchemaLimits.valuesMax),
            (
                "bytes of a name of a field, a derived feature or a column",
                SchemaLimits.nameBytesMax
            ),
            ("bytes of a value, an alias or a label", SchemaLimits.valueBytesMax),
            ("bytes of a `title`, `description`, `$id` or `$comment`", SchemaLimits.textBytesMax),
            ("derived features", SchemaLimits.derivedMax),
            ("bins of a feature", SchemaLimits.binsMax),
            ("rules of `x-implies`", SchemaLimits.implicationsMax),
            ("`examples`", SchemaLimits.examplesMax),
            ("magnitude of a bound", Int(SchemaLimits.boundMagnitudeMax)),
            ("bytes of a table's cell", table.cellBytesMax),
            ("bytes of a table's record", table.recordBytesMax),
            ("cells of a table's record", table.cellsMax),
        ] {
            #expect(text.contains("| \(what) | \(limit) "), "\(what)")
        }
    }

    @Test func `the schema of the documentation is a schema`() throws {
        let text = String(decoding: Telco.projectFile("Docs/reference/schema.md"), as: UTF8.self)
        let start = try #require(text.firstRange(of: "```json\n")).upperBound
        let end = try #require(text[start...].firstRange(of: "```")).lowerBound
        let schema = try Schema(json: text[start..<end].utf8.span)
        #expect(schema.fields.map(\.name) == ["plan", "months", "paid"])
        #expect(schema.derived.map(\.name) == ["age", "extras"])
    }
}
