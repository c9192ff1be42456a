internal import POSIX

/// The Shapley values of trees of any depth, with the points of the integral in the lanes of a
/// vector.
///
/// An edge leads to a node from its parent. With the column that the parent compares, an edge has
/// the share z of the training rows that took it, and o, which is 1 where the row takes it. If a
/// column is compared more than once on a path, its edges count as one with the product of both.
/// At a point t the edge is a factor (1 - t) z + t o of each leaf below it.
struct TreeValues<Lanes: SIMD & Sendable>: Sendable where Lanes.Scalar == Double {
    private struct Edge: Sendable {
        /// The column, or none at a root.
        let column: Int
        /// The nearest edge above with the same column, as a node; −1 without one.
        let earlier: Int
        /// The factor where the row takes the edge and the earlier one, over the earlier one's.
        let taken: Lanes
        /// The same where it leaves the edge, having taken the earlier one.
        let left: Lanes
        /// The same where it had left the earlier one: the share of this edge alone.
        let share: Double
        /// (1 - z) over the factor where the row takes the edge, times the points' weights.
        let gain: Lanes
    }

    /// One for each node of the forest.
    private let edges: [Edge]
    /// (0 - z) over the factor where the row does not take an edge, times the points' weights: the
    /// same for all edges.
    private let loss: Lanes
    private let treeNodesMax: Int

    init(_ forest: LinkedForest) {
        let (points, weights) = GaussLegendre.points(count: Lanes.scalarCount)
        let t = Lanes(points)
        let w = Lanes(weights)
        guard let shares = forest.shares else {
            preconditionFailure("the trees say which share took which way")
        }
        loss = -w / (1 - t)
        var edges: [Edge] = []
        edges.reserveCapacity(forest.nodes.count)
        var z = [Double](repeating: 1, count: forest.nodes.count)
        var parents = [Int](repeating: -1, count: forest.nodes.count)
        for (index, node) in forest.nodes.enumerated() where !node.isLeaf {
            parents[Int(node.left)] = index
            parents[Int(node.left) + 1] = index
        }
        for index in forest.nodes.indices {
            let parent = parents[index]
            guard parent >= 0 else {
                edges.append(
                    Edge(column: -1, earlier: -1, taken: .one, left: .one, share: 1, gain: .zero))
                continue
            }
            let column = Int(forest.nodes[parent].feature)
            var earlier = parent
            while earlier >= 0, edges[earlier].column != column { earlier = parents[earlier] }
            let before = earlier >= 0 ? z[earlier] : 1
            z[index] = before * shares[index]
            let earlierFactor = earlier >= 0 ? (1 - t) * before + t : .one
            let factor = (1 - t) * z[index] + t
            edges.append(
                Edge(
                    column: column, earlier: earlier, taken: factor / earlierFactor,
                    left: (1 - t) * z[index] / earlierFactor, share: shares[index],
                    gain: w * (1 - z[index]) / factor))
        }
        self.edges = edges
        treeNodesMax = forest.roots.indices.map { forest.nodes(ofTree: $0).count }.max() ?? 0
    }

    /// What the trees add to the margin where no column is known.
    static func base(of forest: LinkedForest) -> Double {
        guard let shares = forest.shares else { return 0 }
        var reached = shares
        var sum = 0.0
        for (index, node) in forest.nodes.enumerated() {
            guard !node.isLeaf else {
                sum += reached[index] * Double(node.value)
                continue
            }
            for child in Int(node.left)...Int(node.left) + 1 { reached[child] *= reached[index] }
        }
        return sum
    }

    /// Adds the values of a row's columns to `values`.
    func add(_ row: Span<Float>, _ forest: LinkedForest, to values: inout [Double]) {
        var sums = [Lanes](repeating: .zero, count: values.count)
        // Of the nodes of one tree: the product of the factors above, then the sum of what the
        // leaves below come to.
        var products = [Lanes](repeating: .zero, count: treeNodesMax)
        var isTaken = [Bool](repeating: true, count: treeNodesMax)
        let nodes = forest.nodes.span
        let edges = edges.span
        for tree in forest.roots.indices {
            let range = forest.nodes(ofTree: tree)
            let root = range.lowerBound
            products[0] = .one
            isTaken[0] = true
            for index in range {
                let node = nodes[index]
                let product = products[index - root]
                guard !node.isLeaf else {
                    products[index - root] = product * Double(node.value)
                    continue
                }
                let goesLeft = forest.goesLeft(row[Int(node.feature)], at: node)
                for side in 0...1 {
                    let child = Int(node.left) + side
                    let edge = edges[child]
                    let isWay = goesLeft == (side == 0)
                    let wasTaken = edge.earlier < 0 || isTaken[edge.earlier - root]
                    isTaken[child - root] = isWay && wasTaken
                    let factor =
                        !wasTaken ? Lanes(repeating: edge.share) : isWay ? edge.taken : edge.left
                    products[child - root] = product * factor
                }
            }
            for index in range.reversed() where index != root {
                let edge = edges[index]
                let node = nodes[index]
                if !node.isLeaf {
                    let child = Int(node.left) - root
                    products[index - root] = products[child] + products[child + 1]
                }
                let below = products[index - root]
                sums[edge.column] += below * (isTaken[index - root] ? edge.gain : loss)
                guard edge.earlier >= 0 else { continue }
                // The leaves below count with this edge's factor, not with the earlier one's.
                let earlierGain =
                    isTaken[edge.earlier - root] ? edges[edge.earlier].gain : loss
                sums[edge.column] -= below * earlierGain
            }
        }
        for column in values.indices { values[column] += sums[column].sum() }
    }
}

extension SIMD where Scalar == Double {
    fileprivate static var one: Self { Self(repeating: 1) }

    fileprivate init(_ values: [Double]) {
        self.init()
        for lane in 0..<Self.scalarCount { self[lane] = values[lane] }
    }
}

/// Points and weights with which a sum is the integral from 0 to 1 of any polynomial of a degree
/// below twice their count.
enum GaussLegendre {
    static func points(count: Int) -> (points: [Double], weights: [Double]) {
        var points: [Double] = []
        var weights: [Double] = []
        for index in 0..<count {
            // The zeros of the Legendre polynomial by Newton's method, from a good guess.
            var x = Transcendental.cosine(
                .pi * (Double(index) + 0.75) / (Double(count) + 0.5))
            var slope = 1.0
            for _ in 0..<100 {
                let (value, derivative) = legendre(count, x)
                slope = derivative
                let step = value / derivative
                x -= step
                if step.magnitude < 1e-16 { break }
            }
            points.append((1 - x) / 2)
            weights.append(1 / ((1 - x * x) * slope * slope))
        }
        return (points, weights)
    }

    /// The polynomial of a degree of at least 1 and its derivative.
    private static func legendre(_ degree: Int, _ x: Double) -> (Double, Double) {
        var before = 1.0
        var value = x
        for n in stride(from: 2, through: degree, by: 1) {
            (before, value) = (
                value, (Double(2 * n - 1) * x * value - Double(n - 1) * before) / Double(n)
            )
        }
        return (value, Double(degree) * (x * value - before) / (x * x - 1))
    }
}
