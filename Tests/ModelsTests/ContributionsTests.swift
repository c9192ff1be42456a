import Bytes
import Models
import Testing
import XGBoost

/// What columns add to a margin, compared with libxgboost's own `pred_contribs`.
struct ContributionsTests {
    private static let columnCount = SyntheticRows.columnCount

    /// Of each row what libxgboost says: the columns' values, then what all rows share.
    private func reference(_ document: [UInt8], _ rows: SyntheticRows) throws -> [[Double]] {
        let matrix = try DataMatrix(rows: rows.values.span, columnCount: Self.columnCount)
        let values = try Booster(document: document.span).contributions(of: matrix)
        let width = Self.columnCount + 1
        return stride(from: 0, to: values.count, by: width).map { start in
            values[start..<start + width].map(Double.init)
        }
    }

    private func expectReference(
        _ document: [UInt8], _ rows: SyntheticRows, within tolerance: Double = 5e-6
    ) throws {
        let ensemble = try SyntheticModels.ensemble(document)
        let contributions = try #require(Contributions(ensemble))
        let reference = try reference(document, rows)
        var worst = 0.0
        var worstSum = 0.0
        for (index, expected) in reference.enumerated() {
            var values = [Double](repeating: 0, count: Self.columnCount)
            contributions.add(rows.row(index), to: &values)
            for (found, expected) in zip(values + [contributions.base], expected) {
                worst = max(worst, (found - expected).magnitude)
            }
            let sum = values.reduce(contributions.base, +)
            worstSum = max(worstSum, (sum - Double(ensemble.margin(rows.row(index)))).magnitude)
        }
        #expect(worst <= tolerance)
        #expect(worstSum <= 1e-5)
    }

    @Test(arguments: [1, 2, 3, 4, 6, 8, 9, 12, 17])
    func `they are XGBoost's for trees of any depth`(_ depth: Int) throws {
        let document = try SyntheticModels.document(
            depth: depth, rows: SyntheticRows(count: 1500, seed: 1))
        try expectReference(document, SyntheticRows(count: 200, seed: 2))
    }

    @Test(arguments: [1, 3, 6])
    func `a missing value takes its way like any other`(_ depth: Int) throws {
        let document = try SyntheticModels.document(
            depth: depth, rows: SyntheticRows(count: 1500, seed: 3, missingShare: 0.3))
        try expectReference(document, SyntheticRows(count: 200, seed: 4, missingShare: 0.2))
    }

    @Test func `dart, deleted nodes and several trees a round change nothing`() throws {
        for settings in [
            [("booster", "dart"), ("rate_drop", "0.5")],
            [("tree_method", "exact"), ("gamma", "2")],
            [("num_parallel_tree", "4"), ("subsample", "0.5")],
        ] {
            let document = try SyntheticModels.document(depth: 4, settings: settings)
            try expectReference(document, SyntheticRows(count: 100, seed: 5))
        }
    }

    @Test func `of a linear model they are weight times value`() throws {
        let document = try SyntheticModels.document(
            depth: 1, settings: [("booster", "gblinear"), ("updater", "coord_descent")])
        try expectReference(
            document, SyntheticRows(count: 100, seed: 6, missingShare: 0.1), within: 2e-5)
    }

    @Test func `a column that is compared twice on a path is one player`() throws {
        // One column decides all, so that each path has it several times.
        var random = RandomSource(seed: 7)
        let values = (0..<700).map { _ in Float(random.next(below: 1000)) / 10 }
        let matrix = try DataMatrix(rows: values.span, columnCount: Self.columnCount)
        let labels = stride(from: 0, to: 700, by: Self.columnCount).map { start in
            Int(values[start] / 7) % 2 == 0 ? Float(1) : 0
        }
        try matrix.setLabels(labels.span)
        let booster = try Booster(
            learning: matrix, parameters: SyntheticModels.settings + [("max_depth", "7")])
        for round in 0..<10 { try booster.update(round: round, learning: matrix) }
        try expectReference(try booster.document(), SyntheticRows(count: 100, seed: 8))
    }

    @Test func `trees without covers have none, but for stumps`() throws {
        for (depth, isThere) in [(1, true), (2, false)] {
            let document = try SyntheticModels.document(depth: depth)
            let text = String(decoding: document, as: UTF8.self)
                .replacing(/,"sum_hessian":\[[^\]]*\]/, with: "")
            let ensemble = try SyntheticModels.ensemble(Array(text.utf8))
            #expect((Contributions(ensemble) != nil) == isThere)
        }
    }

    @Test func `covers that are all zero are ignored`() throws {
        let document = try SyntheticModels.document(depth: 2)
        let text = String(decoding: document, as: UTF8.self)
            .replacing(/"sum_hessian":\[([^\]]*)\]/) { match in
                let zeros = match.output.1.split(separator: ",").map { _ in "0E0" }
                return "\"sum_hessian\":[\(zeros.joined(separator: ","))]"
            }
        #expect(Contributions(try SyntheticModels.ensemble(Array(text.utf8))) == nil)
    }

    @Test(arguments: ["-1E0", "1E39", "NaN"])
    func `covers that are no counts are ignored`(_ cover: String) throws {
        let document = try SyntheticModels.document(depth: 2)
        let text = String(decoding: document, as: UTF8.self)
            .replacing(/"sum_hessian":\[[^,\]]*/, with: "\"sum_hessian\":[\(cover)")
        let ensemble = try? SyntheticModels.ensemble(Array(text.utf8))
        #expect(ensemble.flatMap(Contributions.init) == nil)
    }
}
