import FeatureStore
import Features
import JSON
import Testing

/// What churnd asks for and reads, beside what Feast has written.
struct FeastFixtureTests {
    private let fixture: FeastFixture

    init() throws { fixture = try FeastFixture() }

    @Test(arguments: EntityKeyVersion.allCases)
    func `finds every customer by the key that Feast wrote`(version: EntityKeyVersion) throws {
        let byName = EntityKeyLayout(
            FeatureEntity(name: "customer_id", kind: .string), project: "churn", version: version)
        let byNumber = EntityKeyLayout(
            FeatureEntity(name: "account_no", kind: .int64), project: "churn", version: version)
        var keys: [[UInt8]] = []
        for id in ["C-1", "C-2", "C-3", "é中{x}"] { keys.append(try byName.key(of: id.utf8.span)) }
        for id in ["0", "77", "\(Int64.max)", "-1"] {
            keys.append(try byNumber.key(of: id.utf8.span))
        }
        // The other four are of two join keys, which one identifier cannot name.
        let written = fixture.hashes.filter { $0.version == version }.map(\.key)
        #expect(written.count == 12)
        for key in keys { #expect(written.contains(key), "\(key)") }
        #expect(Set(keys).count == 8)
    }

    @Test func `calls every feature what Feast calls it`() throws {
        var count = 0
        for field in fixture.hashes.flatMap(\.fields) {
            if let hashed = field.document["hashed"]?.asString {
                let parts = hashed.split(separator: ":").map(String.init)
                #expect(
                    FieldHash.name(view: parts[0], feature: parts[1]) == field.name, "\(hashed)")
                count += 1
            } else {
                let name = try #require(field.document["field"]?.asString)
                #expect(FieldHash.time(view: String(name.dropFirst(4))) == field.name)
            }
        }
        #expect(count > 150)
    }

    @Test func `reads every value and every time that Feast wrote`() throws {
        for field in fixture.hashes.flatMap(\.fields) {
            if case .number(let seconds) = field.document["seconds"],
                case .number(let nanos) = field.document["nanos"]
            {
                let time = try FeatureTime.unixMilliseconds(ofTimestamp: field.value.span)
                #expect(time == Int64(seconds) * 1000 + Int64(nanos) / 1_000_000)
                continue
            }
            let value = try FeatureValue(field.value.span)
            switch (value, field.document["value"]) {
            case (.missing, .null), (.missing, nil): #expect(field.value.isEmpty)
            case (.text(let range), .string(let text)):
                #expect(Array(text.utf8)[...] == field.value[range])
            case (.integer(let number), .number(let other)): #expect(Double(number) == other)
            case (.number(let number), .number(let other)): #expect(number == other)
            case (.shortNumber(let number), .number(let other)): #expect(Double(number) == other)
            case (.bool(let value), .bool(let other)): #expect(value == other)
            default: Issue.record("\(field.document)")
            }
        }
    }

    @Test(arguments: EntityKeyVersion.allCases)
    func `makes records that the schema takes`(version: EntityKeyVersion) throws {
        let layout = FeatureLayout.feast(
            EntityKeyLayout(
                FeatureEntity(name: "customer_id", kind: .string), project: "churn",
                version: version),
            views: [FeatureView(name: "telco")])
        let query = FeatureQuery(try shippedSchema(), in: layout, ageMillisecondsMax: nil)
        var record: [UInt8] = []
        let id = "é中{x}"
        let key = try layout.key(of: id.utf8.span)
        let time = try query.write(
            fixture.answers(key, query.fields), of: id.utf8.span, nowUnixMilliseconds: 0,
            to: &record)
        #expect(time != nil)
        let object = try #require(try JSONValue(parsing: record.span).asObject)
        #expect(object["customerID"] == .string(id))
        #expect(object["tenure"] == .number(72))
        #expect(object["TotalCharges"] == .number(8684.8))
        #expect(object["gender"] == .string("Female"))
    }
}
