internal import Bytes
internal import Measures
internal import Models
internal import Reports

/// Whether the probabilities are true, and how they are spread.
struct CalibrationCharts {
    let holdOut: HoldOutMeasures

    func write(to html: inout HTMLWriter) {
        writeReliability(to: &html)
        writeDistribution(to: &html)
    }

    private func writeReliability(to html: inout HTMLWriter) {
        html.chart(
            id: "reliability", title: "Reliability",
            description: "For each tenth of the probability, the mean forecast against the share "
                + "that churned, with the count of customers below. On the dashed line forecasts "
                + "are true.",
            height: 400,
            legend: [
                (.line(.first), "observed, with a 95\u{A0}% interval"),
                (.reference, "perfect"),
                (.block(.rows), "customers in the bin"),
            ]
        ) { html in
            let frame = Frame(x: 0...1, y: 0...1, top: 28, bottom: 284)
            frame.drawAxes(&html, xName: "", yName: "Share that churned")
            frame.drawCurve(
                &html, [(0, 0), (1, 1)], "reference")
            drawObserved(&html, in: frame)
            drawCounts(&html, above: 366, below: 312)
            Frame.text(
                &html, "Mean probability stated", at: (frame.x.start + frame.x.end) / 2, 392,
                anchor: "middle", style: "tick")
        }
    }

    private func drawObserved(_ html: inout HTMLWriter, in frame: Frame) {
        var points: [(x: Double, y: Double)] = []
        for bin in holdOut.reliability.bins {
            guard let mean = bin.meanProbability, let rate = bin.rate, let interval = bin.interval
            else { continue }
            let place = frame.x.place(mean)
            Frame.line(
                &html, "whisker", place, frame.y.place(interval.lowerBound), place,
                frame.y.place(interval.upperBound))
            points.append((mean, rate))
        }
        frame.drawCurve(&html, points, Ink.first.stroke)
        for point in points { frame.drawDot(&html, point, .first) }
    }

    /// Bars of the bins' counts, in the width of the frame, with the counts over them.
    private func drawCounts(_ html: inout HTMLWriter, above bottom: Double, below top: Double) {
        let bins = holdOut.reliability.bins
        let most = bins.map(\.count).max() ?? 0
        let frame = Frame(
            x: 0...1, y: 0...Double(max(most, 1)), top: top + 12, bottom: bottom)
        for bin in bins {
            let (left, right) = (frame.x.place(bin.lower), frame.x.place(bin.upper))
            let height = frame.y.place(Double(bin.count))
            Frame.bar(&html, .rows, x: (left + 1.5, right - 1.5), y: (bottom, height))
            Frame.text(
                &html, CalibrationCharts.short(bin.count), at: (left + right) / 2, height - 3,
                anchor: "middle", style: "tick")
        }
        Frame.line(&html, "axis", frame.x.start, bottom, frame.x.end, bottom)
    }

    /// A count that fits above a bar 30 pixels wide.
    private static func short(_ count: Int) -> String {
        if count < 10_000 { return "\(count)" }
        if count < 1_000_000 { return "\(count / 1000)k" }
        return "\(count / 1_000_000)M"
    }

    private func writeDistribution(to html: inout HTMLWriter) {
        let thresholds = holdOut.thresholds
        html.chart(
            id: "distribution", title: "Probabilities of both classes",
            description: "How the probabilities of churned customers and of those who stayed are "
                + "spread from 0 to 1, each as shares of its class.",
            height: 400,
            legend: [
                (.block(.first), "stayed"),
                (.block(.second), "churned"),
                (
                    .reference,
                    "lines of the bands, \(FigureText.plain(thresholds.medium)) and "
                        + FigureText.plain(thresholds.high)
                ),
            ]
        ) { html in
            let (stayed, churned) = (shares(\.negatives), shares(\.positives))
            let most = (stayed + churned).max() ?? 0
            let frame = Frame(
                x: 0...1, y: Axis.domain(upTo: most), top: 28, bottom: 354)
            frame.drawAxes(
                &html, xName: "Probability", yName: "Share of the class", yText: .percent)
            for bin in 0..<holdOut.distribution.bins.count {
                let left = frame.x.place(holdOut.distribution.bins.edge(bin))
                let right = frame.x.place(holdOut.distribution.bins.edge(bin + 1))
                let middle = (left + right) / 2
                let bottom = frame.y.start
                Frame.bar(
                    &html, .first, x: (left + 1, middle), y: (bottom, frame.y.place(stayed[bin])))
                Frame.bar(
                    &html, .second, x: (middle, right - 1),
                    y: (bottom, frame.y.place(churned[bin])))
            }
            for line in [thresholds.medium, thresholds.high] {
                let place = frame.x.place(line)
                Frame.line(&html, "reference", place, frame.y.start, place, frame.y.end)
            }
        }
    }

    private func shares(_ counts: KeyPath<ProbabilityDistribution, [Int]>) -> [Double] {
        let counts = holdOut.distribution[keyPath: counts]
        let total = Double(max(counts.reduce(0, +), 1))
        return counts.map { Double($0) / total }
    }
}
