internal import Bytes
internal import Measures
internal import Reports

/// What offers cost over the threshold, against making none.
struct CostChart {
    let costs: [CostCurve]

    /// A curve for each: more curves than colours cannot be distinguished.
    private static let inks: [Ink] = [.first, .second, .third]

    func write(to html: inout HTMLWriter) {
        let curves = zip(costs, CostChart.inks)
        html.chart(
            id: "cost", title: "Cost of offers by threshold",
            description: "The cost of making an offer to every customer above a threshold, "
                + "relative to making none, for several prices of a missed churner. The dot marks "
                + "the cheapest threshold.",
            height: 330,
            legend: curves.map { curve, ink in
                let ratio = FigureText.plain(curve.ratio)
                return (.line(ink), "a missed churner costs \(ratio) wasted offers")
            }
        ) { html in
            let most = costs.flatMap { curve in curve.points.map { relative($0, curve) } }.max()
            let frame = Frame(
                x: 0...1, y: Axis.domain(upTo: max(most ?? 1, 1)), top: 28, bottom: 284)
            frame.drawAxes(
                &html, xName: "Offers above this probability",
                yName: "Cost, of that without offers",
                yText: .percent)
            for (curve, ink) in curves {
                frame.drawCurve(
                    &html,
                    curve.points.map { ($0.threshold, relative($0, curve)) },
                    ink.stroke)
            }
            for (curve, ink) in curves {
                let point = curve.cheapest
                frame.drawDot(
                    &html, (point.threshold, relative(point, curve)), ink)
            }
        }
    }

    private func relative(_ point: CostCurve.Point, _ curve: CostCurve) -> Double {
        curve.costWithoutOffers > 0 ? point.cost / curve.costWithoutOffers : 0
    }
}
