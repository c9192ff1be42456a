import Bytes
import JSON
import Models
import TestSupport
import Testing
import XGBoost

/// A model that a newer XGBoost saved, and what that release makes of some rows.
private struct Fixture {
    let document: [UInt8]
    var rows: [[Float]] = []
    var margins: [UInt32] = []
    var predictions: [Float] = []

    init(_ kind: String) throws {
        let directory = "\(ProjectPlaces.root)/Tests/ModelsTests/Fixtures"
        document = try contents(of: "\(directory)/\(kind).json")
        let lines = try contents(of: "\(directory)/\(kind).rows.jsonl")
        for line in lines.split(separator: UInt8(ascii: "\n")).map({ Array($0) }) {
            let object = try #require(try JSONValue(parsing: line.span).asObject)
            let cells = try #require(object["row"]?.asArray)
            rows.append(cells.map { $0.asNumber.map { Float($0) } ?? .nan })
            margins.append(try Fixture.bits(object["margin"]))
            predictions.append(Float(bitPattern: try Fixture.bits(object["prediction"])))
        }
    }

    private static func bits(_ value: JSONValue?) throws -> UInt32 {
        let text = try #require(value?.asString)
        return try #require(UInt32(text.dropFirst(2), radix: 16))
    }

    func ensemble() throws -> Ensemble {
        try Ensemble(
            xgboostJSON: document.span, featureNames: rows[0].indices.map { "column \($0)" })
    }

    /// What the library of this machine makes of rows; it does not know the newer spelling of the
    /// base score.
    func libraryMargins(_ values: [Float]) throws -> [Float] {
        let text = String(decoding: document, as: UTF8.self)
            .replacing("\"base_score\":\"[", with: "\"base_score\":\"")
            .replacing("]\",\"boost", with: "\",\"boost")
        return try Booster(document: Array(text.utf8).span)
            .margins(of: DataMatrix(rows: values.span, columnCount: rows[0].count))
    }
}

struct BoosterKindTests {
    private static let kinds: [(String, BoosterKind, Objective)] = [
        ("gbtree", .gbtree, .binaryLogistic), ("forest", .gbtree, .regSquaredError),
        ("dart", .dart, .binaryLogistic), ("gblinear", .gblinear, .binaryLogistic),
        ("categories", .gbtree, .binaryLogistic),
    ]

    @Test(arguments: kinds)
    func `margins and predictions are those of XGBoost 3`(
        name: String, booster: BoosterKind, objective: Objective
    ) throws {
        let fixture = try Fixture(name)
        let ensemble = try fixture.ensemble()
        #expect(ensemble.booster == booster && ensemble.objective == objective)
        #expect(fixture.rows.contains { $0.contains(where: \.isNaN) })
        #expect(Set(fixture.margins).count > 5)
        for (index, row) in fixture.rows.enumerated() {
            let margin = ensemble.margin(row.span)
            #expect(margin.bitPattern == fixture.margins[index], "row \(index)")
            let wanted = min(max(fixture.predictions[index], 0), 1)
            let found = ensemble.link.probability(fromMargin: margin)
            #expect(abs(Int(found.bitPattern) - Int(wanted.bitPattern)) <= 2, "row \(index)")
        }
    }

    @Test(arguments: kinds)
    func `margins of random rows are those of the library, missing values too`(
        name: String, booster: BoosterKind, objective: Objective
    ) throws {
        let fixture = try Fixture(name)
        let ensemble = try fixture.ensemble()
        var random = RandomSource(seed: 21)
        let columnCount = fixture.rows[0].count
        let values = (0..<2000 * columnCount).map { _ in
            random.next(below: 5) == 0 ? .nan : Float(random.next(below: 200)) / 10
        }
        let wanted = try fixture.libraryMargins(values)
        let different = wanted.indices.filter { row in
            let cells = values.span.extracting(row * columnCount..<(row + 1) * columnCount)
            return ensemble.margin(cells).bitPattern != wanted[row].bitPattern
        }
        #expect(different == [])
    }

    @Test func `codes no category has go where XGBoost sends them`() throws {
        let fixture = try Fixture("categories")
        let ensemble = try fixture.ensemble()
        let codes: [Float] = [
            -1, -0.0, 0.5, 1.9, 63, 63.99, 64, 69, 70, 127, 128, 1e6, 16_777_215, 16_777_216, 1e9,
        ]
        let rows = codes.flatMap { code in
            [Float(3), 11, 19].map { [$0, code, 20 - $0] }
        }
        let wanted = try fixture.libraryMargins(rows.flatMap { $0 })
        for (row, wanted) in zip(rows, wanted) {
            #expect(ensemble.margin(row.span).bitPattern == wanted.bitPattern, "\(row)")
        }
    }

    @Test(arguments: ["dart", "gblinear"])
    func `what the library trains is scored as the library does`(booster: String) throws {
        var settings: [(name: String, value: String)] = [
            ("booster", booster), ("rate_drop", "0.3"), ("eta", "0.3"),
        ]
        if booster == "gblinear" {
            settings = [("booster", booster), ("updater", "coord_descent")]
        }
        let training = SyntheticRows(count: 800, seed: 22, missingShare: 0.1)
        let document = try SyntheticModels.document(
            depth: 4, rounds: 25, rows: training, settings: settings)
        let ensemble = try SyntheticModels.ensemble(document)
        let rows = SyntheticRows(count: 1500, seed: 23, missingShare: 0.2)
        let wanted = try Booster(document: document.span)
            .margins(of: DataMatrix(rows: rows.values.span, columnCount: SyntheticRows.columnCount))
        let different = wanted.indices.filter {
            ensemble.margin(rows.row($0)).bitPattern != wanted[$0].bitPattern
        }
        #expect(different == [])
        #expect(Set(wanted.map(\.bitPattern)).count > 50)
    }

    @Test func `a regression's margin is its probability, held between 0 and 1`() {
        let cases: [(margin: Float, probability: Float)] = [
            (-0.25, 0), (0, 0), (0.375, 0.375), (1, 1), (1.5, 1),
        ]
        for (margin, probability) in cases {
            #expect(Link.identity.probability(fromMargin: margin) == probability)
            #expect(
                Calibration.none.probability(fromMargin: margin, link: .identity) == probability)
        }
        // A calibration makes odds of any margin.
        #expect(
            Calibration.platt(slope: 4, intercept: -2)
                .probability(fromMargin: 0.75, link: .identity)
                == Logistic.probability(fromMargin: 1))
    }

    @Test func `how features are used is told from the splits`() throws {
        let byCategory = try Fixture("categories").ensemble().featureUses
        #expect(byCategory.map(\.isSplitByCategory) == [false, true, false])
        #expect(byCategory[1].thresholds == nil)
        let thresholds = try #require(byCategory[0].thresholds)
        #expect(thresholds.lowerBound >= 0 && thresholds.upperBound <= 20)
        let linear = try Fixture("gblinear").ensemble().featureUses
        #expect(linear.map(\.thresholds) == [nil, nil, nil, nil])
    }
}
