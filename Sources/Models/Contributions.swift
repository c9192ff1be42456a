/// How much each column of a row adds to the margin of a model: the Shapley values of the margin,
/// where a column that is not known takes the way of the training rows at each split (TreeSHAP,
/// Lundberg 2018, "path-dependent"), as XGBoost's `pred_contribs` has them.
///
/// The value of a column is the integral over t from 0 to 1 of the margin's change when that column
/// becomes known and each other one is known with probability t (Owen 1972). In a leaf's term this
/// is a polynomial in t, so that a Gauss-Legendre sum with half as many points as its path has
/// columns is exact. All leaves are gathered from below in one pass over the nodes (Yu et al. 2022,
/// "Linear TreeShap").
package struct Contributions: Sendable {
    /// The deepest tree whose values are computed.
    package static let depthMax = 64

    private enum Form: Sendable {
        case linear(LinearModel)
        case stumps([Stump])
        case shallow(TreeValues<SIMD4<Double>>)
        case deep(TreeValues<SIMD8<Double>>)
        case deepest(TreeValues<SIMD32<Double>>)
    }

    private let form: Form
    private let forest: LinkedForest
    private let columnCount: Int
    /// The margin where no column is known. A margin is this and its row's contributions.
    package let base: Double

    /// Nil for trees deeper than `depthMax`, and for trees of two levels and more that do not say
    /// how many training rows went where.
    package init?(_ ensemble: Ensemble) {
        columnCount = ensemble.featureCount
        forest = ensemble.linked
        let margin = Double(ensemble.baseMargin)
        if let linear = ensemble.linear {
            form = .linear(linear)
            base = margin + Double(linear.weights[columnCount])
            return
        }
        if ensemble.depth <= 1 {
            let stumps = Stump.all(of: forest)
            form = .stumps(stumps.list)
            base = margin + stumps.base
            return
        }
        guard forest.shares != nil else { return nil }
        // The polynomial has the degree of the path less one; n points are exact to 2n - 1.
        switch ensemble.depth {
        case ...8: form = .shallow(TreeValues(forest))
        case ...16: form = .deep(TreeValues(forest))
        case ...Contributions.depthMax: form = .deepest(TreeValues(forest))
        default: return nil
        }
        base = margin + TreeValues<SIMD4<Double>>.base(of: forest)
    }

    /// Adds the contributions of a row's columns to `values`, which has one of each; NaN is a
    /// missing value.
    package func add(_ row: Span<Float>, to values: inout [Double]) {
        precondition(row.count == columnCount && values.count == columnCount)
        switch form {
        case .linear(let model):
            for i in 0..<columnCount where !row[i].isNaN {
                values[i] += Double(row[i]) * Double(model.weights[i])
            }
        case .stumps(let stumps):
            for i in 0..<stumps.count {
                let stump = stumps[i]
                let isLeft = forest.goesLeft(row[Int(stump.split.feature)], at: stump.split)
                values[Int(stump.split.feature)] += isLeft ? stump.left : stump.right
            }
        case .shallow(let trees): trees.add(row, forest, to: &values)
        case .deep(let trees): trees.add(row, forest, to: &values)
        case .deepest(let trees): trees.add(row, forest, to: &values)
        }
    }
}

/// A tree of one split.
private struct Stump: Sendable {
    let split: LinkedForest.Node
    /// What the column adds on either side: the leaf less the mean of both.
    let left: Double
    let right: Double

    /// The stumps of a forest, and what its trees add where no column is known.
    static func all(of forest: LinkedForest) -> (list: [Stump], base: Double) {
        var list: [Stump] = []
        var base = 0.0
        for root in forest.roots {
            let split = forest.nodes[root]
            guard !split.isLeaf else {
                base += Double(split.value)
                continue
            }
            let child = Int(split.left)
            let left = Double(forest.nodes[child].value)
            let right = Double(forest.nodes[child + 1].value)
            // Without a share any mean will do: what is added is compared with its own mean.
            let share = forest.shares?[child] ?? 0.5
            let mean = share * left + (1 - share) * right
            list.append(Stump(split: split, left: left - mean, right: right - mean))
            base += mean
        }
        return (list, base)
    }
}
