internal import Bytes
internal import Measures
internal import Reports

/// How the values of one feature move the log-odds of churn.
struct EffectChart {
    let shape: EffectShape
    let id: String
    /// From the least effect of any value of any feature, or 0, to the largest: all charts have one
    /// scale, so that they can be compared.
    let domain: ClosedRange<Double>

    var isOfCategories: Bool {
        switch shape.kind {
        case .categories: true
        case .bins: false
        }
    }

    func write(to html: inout HTMLWriter) {
        switch shape.kind {
        case .categories(let categories): write(categories, to: &html)
        case .bins(let bins): write(bins, to: &html)
        }
    }

    private func write(_ categories: [EffectShape.Category], to html: inout HTMLWriter) {
        let bars = BarChart(
            categories.map { category in
                .init(
                    name: category.name, value: category.step.mean,
                    figure: category.step.mean.map { FigureText.signed($0, 2) }
                        ?? FigureText.none,
                    remark: FigureText.count(category.step.count))
            },
            domain: domain, above: .second, below: .first, figureName: "log-odds",
            remarkName: "rows")
        html.chart(
            id: id, title: shape.name,
            description: "The mean contribution of each value of \(shape.name) to the log-odds of "
                + "churn: to the right it raises the risk, to the left it lowers it.",
            height: bars.height
        ) { bars.draw(to: &$0) }
    }

    private func write(_ bins: [EffectShape.Bin], to html: inout HTMLWriter) {
        guard let first = bins.first, let last = bins.last else { return }
        html.chart(
            id: id, title: shape.name,
            description: "The mean contribution of \(shape.name) to the log-odds of churn over its "
                + "values, with the count of rows below.",
            height: 240
        ) { html in
            let range = first.range.lowerBound...last.range.upperBound
            let frame = Frame(x: range, y: domain, top: 28, bottom: 160)
            frame.drawAxes(&html, xName: "", yName: "log-odds", yIntervalsMax: 5)
            let zero = frame.y.place(0)
            Frame.line(&html, "axis", frame.x.start, zero, frame.x.end, zero)
            let edges = EffectChart.edges(bins)
            var path = ""
            for (index, bin) in bins.enumerated() {
                let top = FigureText.place(frame.y.place(bin.step.mean ?? 0))
                let (left, right) = (
                    FigureText.place(frame.x.place(edges[index])),
                    FigureText.place(frame.x.place(edges[index + 1]))
                )
                path += path.isEmpty ? "M\(left) \(top)H\(right)" : "V\(top)H\(right)"
            }
            html.shape("path", [("class", Ink.second.stroke), ("d", path)])
            drawCounts(&html, bins, edges: edges, on: frame.x)
        }
    }

    /// Where a bin ends and the next begins: halfway between their values.
    private static func edges(_ bins: [EffectShape.Bin]) -> [Double] {
        let inner = zip(bins, bins.dropFirst()).map { bin, next in
            bin.range.upperBound / 2 + next.range.lowerBound / 2
        }
        return [bins[0].range.lowerBound] + inner + [bins[bins.count - 1].range.upperBound]
    }

    private func drawCounts(
        _ html: inout HTMLWriter, _ bins: [EffectShape.Bin], edges: [Double], on x: Axis
    ) {
        let most = bins.map(\.step.count).max() ?? 1
        let y = Axis(0...Double(max(most, 1)), from: 226, to: 190)
        for (index, bin) in bins.enumerated() {
            let (left, right) = (x.place(edges[index]), x.place(edges[index + 1]))
            Frame.bar(
                &html, .rows, x: (left, max(right - 0.5, left + 0.5)),
                y: (y.start, y.place(Double(bin.step.count))))
        }
        Frame.text(&html, "rows", at: x.start - 6, y.start, anchor: "end", style: "tick")
        Frame.line(&html, "axis", x.start, y.start, x.end, y.start)
    }
}
