internal import Features
internal import POSIX

/// Finds the weights of a logistic regression: the least of the log-losses of all rows and the
/// penalty, a sum of squares that leaves the bias out, by Newton's method. Every step halves until
/// the loss falls, so that it converges from anywhere.
///
/// A step is solved by conjugate gradients (Golub, Van Loan §11.5), each of which costs two passes
/// over the rows. They are few, because the equations are first turned by the second derivatives of
/// an evenly spread sample of the rows, decomposed; or, beyond
/// `LinearParameters.directColumnsMax` columns, by those of each column alone.
struct LogisticOptimum {
    let parameters: LinearParameters
    let design: LinearDesign
    let labels: [Bool]
    /// How much each row counts; nil where all count 1.
    let weights: [Float]?
    /// Every `sampleStep`-th row.
    private let sample: LinearDesign
    private let sampleStep: Int

    /// The steps' halvings after which rounding hides any further fall of the loss.
    private static let halvingsMax = 40
    /// The residue of conjugate gradients as a share of the gradient, and their steps at most.
    private static let residueShare = 1e-2
    private static let conjugateStepsMax = 1000
    /// More of them are a reason to decompose again, where the weights are by now.
    private static let conjugateStepsWanted = 4
    /// Rows that the second derivatives are decomposed of, at least, if there are as many.
    private static let sampleRowsMin = 32_768

    init(parameters: LinearParameters, learning rows: LearningSet, encoding: FeatureEncoding) {
        self.parameters = parameters
        labels = rows.labels
        weights = rows.weights
        let all = LinearDesign(rows.records, encoding)
        let step = max(1, rows.count / LogisticOptimum.sampleRowsMin)
        let places = stride(from: 0, to: rows.count, by: step)
        design = all
        sample =
            step == 1 ? all : LinearDesign(places.map { rows.records[$0] }, encoding)
        sampleStep = step
    }

    /// One weight for each of the design's columns, and the bias last.
    func found() -> [Double] {
        var point = [Double](repeating: 0, count: design.columnCount + 1)
        point[design.columnCount] = priorLogOdds
        var margins = design.margins(point)
        var loss = loss(margins, point)
        var slopes = slopes(margins)
        var turn = preconditioner(slopes.second)
        for _ in 0..<parameters.iterationsMax {
            let gradient = gradient(slopes.first, point)
            let (direction, stepCount) = direction(gradient, slopes.second, turn)
            let changes = design.margins(direction)
            let descent = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
            guard let step = step(from: point, margins, loss, direction, changes, descent) else {
                break
            }
            for index in point.indices { point[index] -= step.length * direction[index] }
            for row in margins.indices { margins[row] -= step.length * changes[row] }
            loss = step.loss
            let move = step.length * (changes.reduce(0) { max($0, $1.magnitude) })
            if move <= parameters.marginTolerance { break }
            slopes = self.slopes(margins)
            if stepCount > LogisticOptimum.conjugateStepsWanted {
                turn = preconditioner(slopes.second)
            }
        }
        return point
    }

    private func preconditioner(_ curvatures: [Double]) -> Preconditioner {
        Preconditioner(
            factor: isDirect ? decomposed(curvatures) : nil, diagonal: diagonal(curvatures))
    }

    private var isDirect: Bool { design.columnCount <= parameters.directColumnsMax }

    /// What equations are turned by.
    private struct Preconditioner {
        let factor: CholeskyFactor?
        let diagonal: [Double]

        func solved(_ values: [Double]) -> [Double] {
            factor?.solved(values) ?? zip(values, diagonal).map { $0 / $1 }
        }
    }

    private func weight(_ row: Int) -> Double { weights.map { Double($0[row]) } ?? 1 }

    private var priorLogOdds: Double {
        var (positive, negative) = (0.0, 0.0)
        for row in labels.indices {
            if labels[row] { positive += weight(row) } else { negative += weight(row) }
        }
        return Transcendental.logarithm(positive / negative)
    }

    /// Computed so that no exponential overflows.
    private func loss(_ margins: [Double], _ point: [Double]) -> Double {
        var sum = 0.0
        for row in margins.indices {
            let margin = labels[row] ? -margins[row] : margins[row]
            let tail = Transcendental.logarithm(1 + Transcendental.exponential(-margin.magnitude))
            sum += weight(row) * (max(margin, 0) + tail)
        }
        let squares = point.dropLast().reduce(0) { $0 + $1 * $1 }
        return sum + squares / (2 * parameters.inversePenalty)
    }

    /// The first and the second derivative of each row's loss by its margin.
    private func slopes(_ margins: [Double]) -> (first: [Double], second: [Double]) {
        var first = margins
        var second = margins
        for row in margins.indices {
            let tail = Transcendental.exponential(-margins[row].magnitude)
            let probability = (margins[row] >= 0 ? 1 : tail) / (1 + tail)
            first[row] = weight(row) * (probability - (labels[row] ? 1 : 0))
            second[row] = weight(row) * tail / ((1 + tail) * (1 + tail))
        }
        return (first, second)
    }

    private func gradient(_ slopes: [Double], _ point: [Double]) -> [Double] {
        var gradient = design.columnSums(slopes)
        for column in 0..<design.columnCount {
            gradient[column] += point[column] / parameters.inversePenalty
        }
        return gradient
    }

    /// The second derivative by each weight alone.
    private func diagonal(_ curvatures: [Double]) -> [Double] {
        var diagonal = design.squareSums(curvatures)
        for column in 0..<design.columnCount { diagonal[column] += 1 / parameters.inversePenalty }
        return diagonal
    }

    /// The second derivatives of a sample, and on the diagonal what they are of all rows if that is
    /// more: a rare value may not be in the sample.
    private func decomposed(_ curvatures: [Double]) -> CholeskyFactor? {
        let scale = Double(labels.count) / Double(sample.rowCount)
        let places = stride(from: 0, to: labels.count, by: sampleStep)
        var products = sample.products(places.map { curvatures[$0] * scale })
        for (column, value) in diagonal(curvatures).enumerated() {
            let penalty = column < design.columnCount ? 1 / parameters.inversePenalty : 0
            products[column, column] = max(products[column, column] + penalty, value)
        }
        return products.decomposed()
    }

    /// How far to go; nil where no step makes the loss less.
    private func step(
        from point: [Double], _ margins: [Double], _ loss: Double, _ direction: [Double],
        _ changes: [Double], _ descent: Double
    ) -> (length: Double, loss: Double)? {
        guard descent > 0 else { return nil }
        var length = 1.0
        for _ in 0..<LogisticOptimum.halvingsMax {
            let next = self.loss(
                zip(margins, changes).map { $0 - length * $1 },
                zip(point, direction).map { $0 - length * $1 })
            if next < loss { return (length, next) }
            length /= 2
        }
        return nil
    }

    /// What times the second derivatives is `gradient`, nearly.
    private func direction(
        _ gradient: [Double], _ curvatures: [Double], _ start: Preconditioner
    ) -> (direction: [Double], stepCount: Int) {
        func dot(_ left: [Double], _ right: [Double]) -> Double {
            zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let penalty = 1 / parameters.inversePenalty
        var solution = [Double](repeating: 0, count: gradient.count)
        var residue = gradient
        var turned = start.solved(residue)
        var direction = turned
        var product = dot(residue, turned)
        var stepCount = 0
        let limit = product * LogisticOptimum.residueShare * LogisticOptimum.residueShare
        for _ in 0..<LogisticOptimum.conjugateStepsMax where product > limit {
            stepCount += 1
            var bent = design.columnSums(zip(design.margins(direction), curvatures).map(*))
            for column in 0..<design.columnCount { bent[column] += penalty * direction[column] }
            let length = product / dot(direction, bent)
            for index in solution.indices {
                solution[index] += length * direction[index]
                residue[index] -= length * bent[index]
            }
            turned = start.solved(residue)
            let next = dot(residue, turned)
            for index in direction.indices {
                direction[index] = turned[index] + next / product * direction[index]
            }
            product = next
        }
        return (solution, stepCount)
    }
}
