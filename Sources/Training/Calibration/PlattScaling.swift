package import Models
internal import POSIX

/// Fits the line that makes probabilities of margins (Platt 1999), by Newton's method with the
/// safeguards of Lin, Lin and Weng (2007).
package struct PlattScaling: Equatable, Sendable {
    package let slope: Double
    package let intercept: Double

    private static let iterationsMax = 100
    private static let gradientTolerance = 1e-10
    /// Keeps the second derivatives from being singular.
    private static let ridge = 1e-12
    private static let stepMin = 1e-10
    private static let sufficientDecrease = 1e-4

    /// Of margins that the model they come from did not learn, and of both outcomes. Nil where a
    /// higher margin does not mean a higher probability: such a model ranks no better than chance.
    package init?(margins: [Float], labels: [Bool]) {
        precondition(
            margins.count == labels.count && labels.contains(true) && labels.contains(false))
        let problem = Problem(margins: margins.map(Double.init), labels: labels)
        var line = (slope: 0.0, intercept: problem.priorLogOdds)
        var loss = problem.loss(line)
        search: for _ in 0..<PlattScaling.iterationsMax {
            let (gradient, hessian) = problem.derivatives(line)
            guard max(gradient.0.magnitude, gradient.1.magnitude) > PlattScaling.gradientTolerance
            else { break }
            let determinant = hessian.0 * hessian.2 - hessian.1 * hessian.1
            let direction = (
                -(hessian.2 * gradient.0 - hessian.1 * gradient.1) / determinant,
                -(hessian.0 * gradient.1 - hessian.1 * gradient.0) / determinant
            )
            let descent = gradient.0 * direction.0 + gradient.1 * direction.1
            var step = 1.0
            while step >= PlattScaling.stepMin {
                let next = (line.slope + step * direction.0, line.intercept + step * direction.1)
                let nextLoss = problem.loss(next)
                if nextLoss < loss + PlattScaling.sufficientDecrease * step * descent {
                    (line, loss) = (next, nextLoss)
                    continue search
                }
                step /= 2
            }
            break
        }
        guard line.slope > 0, line.slope.isFinite, line.intercept.isFinite else { return nil }
        slope = line.slope
        intercept = line.intercept
    }

    package var calibration: Calibration { .platt(slope: slope, intercept: intercept) }

    private struct Problem {
        let margins: [Double]
        /// What the probabilities shall be: not 0 and 1 but, as after one more row of each outcome,
        /// a little inside (Platt 1999), so that separable margins have a finite slope.
        let targets: [Double]
        let priorLogOdds: Double

        init(margins: [Double], labels: [Bool]) {
            let positives = Double(labels.count { $0 })
            let negatives = Double(labels.count) - positives
            let (high, low) = ((positives + 1) / (positives + 2), 1 / (negatives + 2))
            self.margins = margins
            targets = labels.map { $0 ? high : low }
            priorLogOdds = Transcendental.logarithm((positives + 1) / (negatives + 1))
        }

        /// The sum of −t·ln p − (1 − t)·ln(1 − p), computed so that no exponential overflows.
        func loss(_ line: (slope: Double, intercept: Double)) -> Double {
            var sum = 0.0
            for index in margins.indices {
                let score = line.slope * margins[index] + line.intercept
                let tail = Transcendental.logarithm(
                    1 + Transcendental.exponential(-score.magnitude))
                sum += tail + (score > 0 ? (1 - targets[index]) * score : -targets[index] * score)
            }
            return sum
        }

        /// The gradient by slope and intercept, and the second derivatives by both, by one each and
        /// by the intercept.
        func derivatives(
            _ line: (slope: Double, intercept: Double)
        ) -> (gradient: (Double, Double), hessian: (Double, Double, Double)) {
            var gradient = (0.0, 0.0)
            var hessian = (PlattScaling.ridge, 0.0, PlattScaling.ridge)
            for index in margins.indices {
                let margin = margins[index]
                let score = line.slope * margin + line.intercept
                let tail = Transcendental.exponential(-score.magnitude)
                let probability = (score >= 0 ? 1 : tail) / (1 + tail)
                let distance = probability - targets[index]
                let curvature = tail / ((1 + tail) * (1 + tail))
                gradient.0 += margin * distance
                gradient.1 += distance
                hessian.0 += margin * margin * curvature
                hessian.1 += margin * curvature
                hessian.2 += curvature
            }
            return (gradient, hessian)
        }
    }
}
