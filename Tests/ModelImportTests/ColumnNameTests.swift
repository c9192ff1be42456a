import Bundle
import Features
import JSON
import ModelImport
import Models
import Testing

struct ColumnNameTests {
    private static let numbers = ["months", "price"]

    /// What each column shows, as `feature`, `feature=value` or `feature:order`.
    private func contents(_ encoding: FeatureEncoding) throws -> [String] {
        let features = try ImportedModels.schema().features
        return encoding.columns.map { column in
            let feature = features[column.feature]
            return switch column.content {
            case .number: feature.name
            case .presence(let place): "\(feature.name)=\(feature.values?[place] ?? "")"
            case .code(let order): "\(feature.name):\(order.joined(separator: ","))"
            }
        }
    }

    @Test(arguments: [
        [
            "months", "price", "plan_all", "plan_basic", "plan_plus", "paperless_No",
            "paperless_Yes",
        ],
        [
            "num__months", "num__price", "cat__plan_all", "cat__plan_basic", "cat__plan_plus",
            "remainder__paperless_No", "outer__cat__paperless_Yes",
        ],
        [
            "months", "price", "plan=all", "plan=basic", "plan=plus", "paperless=No",
            "paperless=Yes",
        ],
        [
            "months", "price", "plan_full", "plan_basic", "plan_plus", "paperless_No",
            "paperless_Yes",
        ],
    ])
    func `columns are found by the names pandas and scikit-learn give them`(
        names: [String]
    ) throws {
        let result = try ImportedModels.run(ImportedModels.linear(names))
        #expect(
            try contents(result.encoding) == [
                "months", "price", "plan=all", "plan=basic", "plan=plus", "paperless=No",
                "paperless=Yes",
            ])
        #expect(result.encoding.columnNames == names)
        #expect(result.encoding.omissions == ["senior", "age"])
        #expect(result.unscaledColumns == names.filter { $0.hasPrefix("num__") })
    }

    @Test func `what no column shows is omitted, a first level and a field`() throws {
        let names = ["months", "plan_basic", "plan_plus", "senior_1", "age_old"]
        let result = try ImportedModels.run(ImportedModels.linear(names))
        #expect(
            try contents(result.encoding)
                == ["months", "plan=basic", "plan=plus", "senior=1", "age=old"])
        #expect(
            result.encoding.omissions
                == ["plan=all", "paperless", "senior=0", "price", "age=new"])
        #expect(try result.bundle.loaded().encoding == result.encoding)
    }

    struct Flaw: Sendable {
        let names: [String]
        var types: [String] = []
        var columns: String?
        let error: ImportError
    }

    @Test(arguments: [
        Flaw(
            names: ["months", "Plan_basic"],
            error: .unknownColumn(
                "Plan_basic", nearest: ["plan_basic", "plan_all", "plan_full"])),
        Flaw(
            names: ["months", "cat__plan_Basic"],
            error: .unknownColumn(
                "cat__plan_Basic", nearest: ["plan_basic", "plan_all", "plan_full"])),
        Flaw(names: ["months", "num__months"], error: .repeatedColumn("num__months")),
        Flaw(names: ["senior_0", "senior"], error: .repeatedColumn("senior")),
        Flaw(
            names: ["months", "plan"],
            error: .noCodes("plan", values: ["basic", "plus", "all"])),
        Flaw(
            names: ["months", "plan"], types: ["int", "c"],
            error: .noCodes("plan", values: ["basic", "plus", "all"])),
        Flaw(
            names: ["months", "price"], types: ["int", "c"],
            error: .codesOfNumber("price", feature: "price")),
        Flaw(
            names: ["months", "plan_all"], types: ["int", "c"], error: .codesOfOneValue("plan_all")
        ),
        Flaw(
            names: ["months", "price"], columns: #"["months"]"#,
            error: .nameCount(found: 1, wanted: 2)),
        Flaw(
            names: ["months", "price"], columns: #"["months","prize"]"#,
            error: .unknownColumn("prize", nearest: ["price", "age", "plan"])),
        Flaw(
            names: ["months", "price"], columns: #"["price","months"]"#,
            error: .model(.featureName(index: 0, found: "months", wanted: "price"))),
        Flaw(
            names: ["months", "price"], columns: #"{"columns":[]}"#,
            error: .columnList(.wrongKind(wanted: .array), index: nil)),
        Flaw(
            names: ["months", "price"], columns: #"["months""#,
            error: .columnList(.malformed(.unexpectedEnd(offset: 9)), index: nil)),
        Flaw(
            names: ["months", "price"],
            columns: #"["months",{"name":"price","feature":"cost"}]"#,
            error: .column(SchemaError(.unknownName, at: .root.appending("feature")), index: 1)),
        Flaw(
            names: ["months", "plan"],
            columns: #"["months",{"name":"plan","feature":"plan","codes":["all","plus"]}]"#,
            error: .column(
                SchemaError(.incomplete(lacking: "basic"), at: .root.appending("codes")),
                index: 1)),
    ])
    func `a column that means nothing, or two things, is named`(flaw: Flaw) throws {
        let model = ImportedModels.linear(flaw.names, types: flaw.types)
        #expect(try ImportedModels.error(model, columns: flaw.columns) == flaw.error)
    }

    @Test(arguments: [-1, 0, 1])
    func `a column's name has a limit`(excess: Int) throws {
        let limit = SchemaLimits.columnNameBytesMax
        let name = String(repeating: "a", count: limit - 8 + excess) + "__months"
        let error = try ImportedModels.error(ImportedModels.linear([name]))
        #expect(error == (excess > 0 ? .nameTooLong(index: 0, bytesMax: limit) : nil))
    }

    @Test func `a name that may mean two things is refused`() throws {
        let text = """
            {"type":"object","properties":{
            "a":{"type":"string","enum":["b_c","d"]},"a_b":{"type":"string","enum":["c","d"]}},
            "required":["a","a_b"],"additionalProperties":false}
            """
        #expect(
            try ImportedModels.error(ImportedModels.linear(["a_b_c"]), schema: text)
                == .ambiguousColumn("a_b_c", meanings: ["a=b_c", "a_b=c"]))
    }

    @Test func `a list of columns says what names do not`() throws {
        let columns = #"""
            ["months",{"name":"x1","feature":"plan","codes":["all","basic","other","plus"]},
            {"name":"x2","feature":"price","mean":64.5,"scale":29.75},
            {"name":"x3","feature":"paperless","value":"Yes"}]
            """#
        let model = ImportedModels.linear(["months", "x1", "x2", "x3"])
        let encoding = try ImportedModels.run(model, columns: columns).encoding
        #expect(
            try contents(encoding)
                == ["months", "plan:all,basic,other,plus", "price", "paperless=Yes"])
        var row = [Float](repeating: 0, count: 4)
        encoding.encode(Record(values: [1, 0, 7, 1, 60, 0]), into: &row)
        #expect(row == [7, 3, Float((60 - 64.5) / 29.75), 1])
    }
}
