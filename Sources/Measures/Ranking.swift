/// Predictions in the order of their probabilities, counted at each of them. What depends on the
/// order alone is found here, in integers where it can be.
package struct Ranking: Sendable {
    /// The rows at or above one probability.
    package struct Cut: Equatable, Sendable {
        package let probability: Double
        package let truePositives: Int
        package let falsePositives: Int
    }

    /// One cut for each distinct probability, the highest first. The last one holds all rows.
    package let cuts: [Cut]
    package let positiveCount: Int
    package let negativeCount: Int

    /// Of predictions that hold both a positive and a negative.
    package init(_ predictions: Predictions) {
        precondition(predictions.hasBothClasses, "without both classes there is no ranking")
        let order = predictions.probabilities.indices.sorted {
            predictions.probabilities[$0] > predictions.probabilities[$1]
        }
        var cuts: [Cut] = []
        var truePositives = 0
        var falsePositives = 0
        for (place, row) in order.enumerated() {
            if predictions.labels[row] { truePositives += 1 } else { falsePositives += 1 }
            let probability = predictions.probabilities[row]
            let isLastOfTies =
                place + 1 == order.count
                || predictions.probabilities[order[place + 1]] != probability
            guard isLastOfTies else { continue }
            cuts.append(
                Cut(
                    probability: probability, truePositives: truePositives,
                    falsePositives: falsePositives))
        }
        self.cuts = cuts
        positiveCount = predictions.positiveCount
        negativeCount = predictions.negativeCount
    }

    /// The area under the receiver operating characteristic: the chance that a positive is ranked
    /// above a negative, a tie counting one half.
    package var rocAUC: Double {
        var doubledArea = 0
        var above = Cut(probability: 1, truePositives: 0, falsePositives: 0)
        for cut in cuts {
            doubledArea +=
                (cut.falsePositives - above.falsePositives)
                * (cut.truePositives + above.truePositives)
            above = cut
        }
        return Double(doubledArea) / Double(2 * positiveCount * negativeCount)
    }

    /// The area under the precision-recall curve as its average precision: the precision at each
    /// cut, weighted by the recall the cut adds. Nothing is interpolated, which would flatter.
    package var prAUC: Double {
        var area = 0.0
        var found = 0
        for cut in cuts {
            let gain = Double(cut.truePositives - found) / Double(positiveCount)
            area += gain * Ranking.precision(cut)
            found = cut.truePositives
        }
        return area
    }

    /// The curve of false positive rate (x) against true positive rate (y), from (0, 0) to (1, 1).
    package var rocPoints: [CurvePoint] {
        [CurvePoint(x: 0, y: 0)]
            + cuts.map {
                CurvePoint(
                    x: Double($0.falsePositives) / Double(negativeCount),
                    y: Double($0.truePositives) / Double(positiveCount))
            }
    }

    /// The curve of recall (x) against precision (y), from recall 0, where the precision is taken
    /// as 1, to recall 1.
    package var prPoints: [CurvePoint] {
        [CurvePoint(x: 0, y: 1)]
            + cuts.map {
                CurvePoint(
                    x: Double($0.truePositives) / Double(positiveCount), y: Ranking.precision($0))
            }
    }

    /// The cut of the best F1; of equally good ones the highest.
    package var bestF1: OperatingPoint {
        // F1 is 2·TP / (called + positives): fractions of integers are compared exactly.
        func total(_ cut: Cut) -> Int { cut.truePositives + cut.falsePositives + positiveCount }
        var best = cuts[0]
        for cut in cuts.dropFirst()
        where cut.truePositives * total(best) > best.truePositives * total(cut) {
            best = cut
        }
        return point(best)
    }

    /// The highest cut that finds this share of the positives or more; `share` is at most 1.
    package func point(recallAtLeast share: Double) -> OperatingPoint {
        let cut = cuts.first { Double($0.truePositives) / Double(positiveCount) >= share }
        guard let cut else { preconditionFailure("the last cut finds every positive") }
        return point(cut)
    }

    private func point(_ cut: Cut) -> OperatingPoint {
        OperatingPoint(
            threshold: cut.probability, truePositives: cut.truePositives,
            falsePositives: cut.falsePositives, positiveCount: positiveCount,
            negativeCount: negativeCount)
    }

    private static func precision(_ cut: Cut) -> Double {
        Double(cut.truePositives) / Double(cut.truePositives + cut.falsePositives)
    }
}

/// A point of a curve.
package struct CurvePoint: Equatable, Sendable {
    package let x: Double
    package let y: Double

    package init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}
