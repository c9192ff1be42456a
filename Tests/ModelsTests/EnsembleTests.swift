import Bytes
import Models
import Testing
import XGBoost

struct EnsembleTests {
    @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    func `margins of random rows are XGBoost's, bit for bit`(depth: Int) throws {
        let settings = depth == 0 ? [(name: "eta", value: "0.3"), ("gamma", "1e9")] : []
        let document = try SyntheticModels.document(
            depth: max(depth, 1), rows: SyntheticRows(count: 1500, seed: 1), settings: settings)
        let ensemble = try SyntheticModels.ensemble(document)
        #expect(ensemble.depth == depth)
        #expect(ensemble.isPadded == (depth <= 8))
        #expect(ensemble.treeCount == 20)
        try expectSameMargins(document, ensemble, SyntheticRows(count: 2000, seed: 2))
    }

    @Test(arguments: [1, 3, 6, 10])
    func `missing values go where XGBoost sends them`(depth: Int) throws {
        let document = try SyntheticModels.document(
            depth: depth, rows: SyntheticRows(count: 1500, seed: 3, missingShare: 0.3))
        let ensemble = try SyntheticModels.ensemble(document)
        let rows = SyntheticRows(count: 2000, seed: 4, missingShare: 0.2)
        try expectSameMargins(document, ensemble, rows)
    }

    @Test func `trees that pruning left with deleted nodes are scored the same`() throws {
        let document = try SyntheticModels.document(
            depth: 5, settings: [("tree_method", "exact"), ("gamma", "2")])
        let text = String(decoding: document, as: UTF8.self)
        #expect(text.contains(/"num_deleted":"[1-9]/))
        try expectSameMargins(
            document, try SyntheticModels.ensemble(document), SyntheticRows(count: 500, seed: 6))
    }

    @Test func `several trees a round are scored the same`() throws {
        let document = try SyntheticModels.document(
            depth: 3, settings: [("num_parallel_tree", "4"), ("subsample", "0.5")])
        let ensemble = try SyntheticModels.ensemble(document)
        #expect(ensemble.treeCount == 80)
        try expectSameMargins(document, ensemble, SyntheticRows(count: 500, seed: 7))
    }

    @Test func `base margins are those of XGBoost for any base score`() throws {
        var random = RandomSource(seed: 8)
        let rows = SyntheticRows(count: 20, seed: 9)
        for _ in 0..<100 {
            let score = Float(random.nextFraction())
            let document = try SyntheticModels.document(
                depth: 1, rounds: 1, rows: rows, settings: [("base_score", "\(score)")])
            try expectSameMargins(document, try SyntheticModels.ensemble(document), rows)
        }
    }

    @Test func `probabilities are XGBoost's within two units of the last place`() throws {
        let document = try SyntheticModels.document(depth: 4, settings: [("eta", "3")])
        let rows = SyntheticRows(count: 2000, seed: 10)
        let matrix = try DataMatrix(rows: rows.values.span, columnCount: SyntheticRows.columnCount)
        let booster = try Booster(document: document.span)
        let margins = try booster.margins(of: matrix)
        let probabilities = try booster.predict(.probability, of: matrix)
        #expect(margins.min()! < -5 && margins.max()! > 5)
        for (margin, wanted) in zip(margins, probabilities) {
            let found = Logistic.probability(fromMargin: margin)
            let distance = Int(found.bitPattern) - Int(wanted.bitPattern)
            #expect(distance.magnitude <= 2, "\(margin): \(found), expected \(wanted)")
        }
    }

    @Test func `the logistic link stays between 0 and 1 at the ends`() {
        #expect(Logistic.probability(fromMargin: 0) == 0.5)
        #expect(Logistic.probability(fromMargin: 200) == 1)
        #expect(Logistic.probability(fromMargin: -200) > 0)
        #expect(Logistic.probability(fromMargin: -200) < 1e-38)
        #expect(Logistic.margin(fromProbability: 0.5) == 0)
    }
}

private func expectSameMargins(
    _ document: [UInt8], _ ensemble: Ensemble, _ rows: SyntheticRows
) throws {
    let wanted = try Booster(document: document.span)
        .margins(of: DataMatrix(rows: rows.values.span, columnCount: SyntheticRows.columnCount))
    var firstDifference: Int?
    for index in wanted.indices.reversed()
    where ensemble.margin(rows.row(index)).bitPattern != wanted[index].bitPattern {
        firstDifference = index
    }
    #expect(firstDifference == nil)
    #expect(Set(wanted.map(\.bitPattern)).count > (ensemble.depth == 0 ? 0 : 1))
}
