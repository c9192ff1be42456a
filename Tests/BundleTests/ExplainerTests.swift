import Bundle
import Features
import JSON
import Models
import TestSupport
import Testing

/// Reasons for what the shipped model says.
struct ExplainerTests {
    private let bundle: ModelBundle

    init() throws {
        bundle = try ModelBundle(directory: "\(ProjectPlaces.root)/Models/telco-churn/3")
    }

    private func explained(_ body: String) throws -> (Explainer, Score) {
        var explainer = try #require(bundle.explainer)
        var scorer = bundle.scorer
        #expect(try scorer.decode(body.utf8.span))
        let score = scorer.score()
        scorer.explain(by: &explainer)
        return (explainer, score)
    }

    @Test func `fields have the sums of XGBoost's contributions less their means`() throws {
        let bytes = try contents(
            of: "\(ProjectPlaces.root)/Tests/BundleTests/Fixtures/contributions.json")
        let fixture = try #require(try JSONValue(parsing: bytes.span).asObject)
        let customers = try #require(fixture["customers"]?.asArray)
        let expected = try #require(fixture["contributions"]?.asArray)
        let means = try #require(bundle.manifest.meanContributions)
        var parts: [Int] = []
        let derived = ["tenure_group": "tenure"]
        let names = try #require(bundle.explainer).parts.map(\.name)
        for column in bundle.encoding.columns {
            let name = bundle.schema.features[column.feature].name
            parts.append(try #require(names.firstIndex(of: derived[name] ?? name)))
        }
        for (customer, values) in zip(customers, expected) {
            var writer = JSONWriter()
            writer.value(customer)
            let body = String(decoding: writer.finish(), as: UTF8.self)
            let (explainer, score) = try explained(body)
            var sums = [Double](repeating: 0, count: names.count)
            let numbers = try #require(values.asArray).compactMap(\.asNumber)
            for (column, mean) in means.enumerated() {
                sums[parts[column]] += numbers[column] - mean
            }
            for (found, expected) in zip(explainer.contributions, sums) {
                #expect((found - expected).magnitude < 4e-6)
            }
            let sum = explainer.contributions.reduce(explainer.base, +)
            #expect((sum - Double(score.margin)).magnitude < 1e-5)
        }
    }

    @Test func `over the rows that were learned contributions average to nothing`() throws {
        let explainer = try #require(bundle.explainer)
        #expect((explainer.base - -1.641462).magnitude < 1e-6)
    }

    @Test func `a protected field is no reason and is in the sum`() throws {
        let (explainer, _) = try explained(
            Customer.valid.with("SeniorCitizen", "1").with("tenure", "1").json)
        let all = explainer.reasons(.all)
        let age = try #require(all.first { $0.field == "SeniorCitizen" })
        #expect(age.contribution > 0.1)
        #expect(!explainer.reasons(.strongest(64)).contains { $0.field == "SeniorCitizen" })
        #expect(all.map(\.field) == bundle.schema.fields.map(\.name) + ["total_services"])
    }

    @Test(arguments: [1, 2, 3, 5, 64])
    func `reasons come from the strongest to the weakest`(_ count: Int) throws {
        let (explainer, _) = try explained(Customer.valid.json)
        let sizes = explainer.reasons(.strongest(count)).map(\.contribution.magnitude)
        #expect(sizes == sizes.sorted(by: >))
        #expect(!sizes.contains(0))
        let most = zip(explainer.parts, explainer.contributions)
            .filter { !$0.0.isProtected && $0.1 != 0 }.map(\.1.magnitude).sorted(by: >)
        #expect(sizes == Array(most.prefix(count)))
    }

    @Test func `a reason has the schema's code and the sentence of its direction`() throws {
        let (explainer, _) = try explained(Customer.valid.with("tenure", "1").json)
        let reason = try #require(explainer.reasons(.strongest(1)).first)
        #expect(reason.field == "tenure" && reason.code == "R05" && reason.isRaising)
        #expect(reason.text == "The months as a customer: goes with more churn")
        let (other, _) = try explained(Customer.valid.with("tenure", "72").json)
        let tenure = other.reasons(.all).first { $0.field == "tenure" }
        #expect(tenure?.text == "The months as a customer: goes with less churn")
    }

    @Test(arguments: [
        ("1", ReasonCount.strongest(1)), ("64", .strongest(64)), ("all", .all), ("0", nil),
        ("65", nil), ("", nil), ("ALL", nil), ("+3", nil), ("-1", nil), ("3 ", nil), ("1e1", nil),
    ])
    func `a count is a number up to 64 or all`(_ text: String, _ count: ReasonCount?) {
        #expect(ReasonCount(text) == count)
    }

    @Test func `a bundle without means has no reasons`() throws {
        let older = try ModelBundle(directory: "\(ProjectPlaces.root)/Models/telco-churn/2")
        #expect(older.explainer == nil)
    }

    @Test func `means that do not fit the columns are refused`() throws {
        let files = try SyntheticBundle()
        for (means, isTaken) in [
            ("[0,0,0,0,0]", true), ("[0,0,0,0]", false), ("[0,0,0,0,0,0]", false),
            ("[0,0,0,0,\"0\"]", false), ("[0,0,0,0,1e31]", false), ("{}", false),
        ] {
            var changed = files
            changed.manifest = files.manifest.replacing(
                "\"format\": 1,", by: "\"format\": 1,\n  \"mean_contributions\": \(means),")
            let isLoaded = (try? changed.load()) != nil
            #expect(isLoaded == isTaken, "\(means)")
        }
    }

    @Test func `means beside trees that do not say how many rows went where are refused`() throws {
        var files = try SyntheticBundle()
        files.manifest = files.manifest.replacing(
            "\"format\": 1,", by: "\"format\": 1,\n  \"mean_contributions\": [0,0,0,0,0],")
        let text = String(decoding: files.model, as: UTF8.self)
        files.model = Array(text.replacing(/,"sum_hessian":\[[^\]]*\]/, with: "").utf8)
        files.resignModel()
        #expect {
            try files.load()
        } throws: { error in
            "\(error)".hasPrefix("manifest.json: mean_contributions: expected none, as trees of")
        }
    }
}
