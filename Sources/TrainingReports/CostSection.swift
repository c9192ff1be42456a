internal import Bytes
internal import Measures
internal import Models
internal import Reports

/// Where to draw the line, by what a mistake costs.
struct CostSection {
    let holdOut: HoldOutMeasures

    func write(to html: inout HTMLWriter) {
        let decision = FigureText.plain(holdOut.thresholds.decision)
        html.element(
            "p",
            text: "Every customer above a threshold gets an offer. An offer to a customer who "
                + "would "
                + "have stayed is wasted; a churner without one is missed. An offer is taken to "
                + "work always, which is the best case. The line of the decision, \(decision), is "
                + "right only where both mistakes cost the same.")
        guard !holdOut.costs.isEmpty else { return }
        html.element("div", [("class", "charts alone")]) { html in
            CostChart(costs: holdOut.costs).write(to: &html)
        }
        html.table(
            caption: "The cheapest thresholds on the hold-out; costs are per 1,000 customers, in "
                + "wasted offers",
            columns: [
                .words("A missed churner costs"), .figures("Cheapest threshold"),
                .figures("Threshold in theory"), .figures("Cost there"),
                .figures("Cost at the decision"), .figures("Offers to all"),
                .figures("No offers"),
            ],
            rows: holdOut.costs.map(row))
    }

    private func row(_ curve: CostCurve) -> [TableCell] {
        let decision = holdOut.measures.point(.decision)
        let atDecision =
            (curve.ratio * Double(decision.falseNegatives) + Double(decision.falsePositives))
            / Double(holdOut.measures.count)
        func thousand(_ cost: Double) -> TableCell { .init(FigureText.fixed(cost * 1000, 0)) }
        return [
            .init("\(FigureText.plain(curve.ratio)) wasted offers"),
            .init(FigureText.fixed(curve.cheapest.threshold, 2)),
            .init(FigureText.fixed(curve.calibratedThreshold, 2)), thousand(curve.cheapest.cost),
            thousand(atDecision), thousand(curve.points[0].cost),
            thousand(curve.costWithoutOffers),
        ]
    }
}
