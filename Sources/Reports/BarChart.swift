internal import Bytes

/// Bars to the right and the left of zero, a row each: a name, the bar, its figure, and a remark.
package struct BarChart {
    package struct Row {
        let name: String
        /// Nil where there is nothing to draw.
        let value: Double?
        /// Half the length of the whisker; 0 for none.
        let deviation: Double
        let figure: String
        let remark: String

        package init(
            name: String, value: Double?, deviation: Double = 0, figure: String, remark: String
        ) {
            self.name = name
            self.value = value
            self.deviation = deviation
            self.figure = figure
            self.remark = remark
        }
    }

    private let rows: [Row]
    /// What all charts that are compared have in common.
    private let domain: ClosedRange<Double>
    /// The colours of bars above zero and below it.
    private let above: Ink
    private let below: Ink
    /// What the figures and the remarks are.
    private let figureName: String
    private let remarkName: String

    private static let rowHeight = 24.0
    private static let headHeight = 20.0
    private static let nameWidth = 148.0
    private static let barsEnd = 256.0
    private static let figureEnd = 308.0

    package init(
        _ rows: [Row], domain: ClosedRange<Double>, above: Ink, below: Ink, figureName: String,
        remarkName: String
    ) {
        self.rows = rows
        self.domain = domain
        self.above = above
        self.below = below
        self.figureName = figureName
        self.remarkName = remarkName
    }

    package var height: Double { BarChart.headHeight + Double(rows.count) * BarChart.rowHeight + 4 }

    package func draw(to html: inout HTMLWriter) {
        let axis = Axis(domain, from: BarChart.nameWidth + 6, to: BarChart.barsEnd)
        let zero = axis.place(0)
        let head = BarChart.headHeight - 8
        Frame.text(
            &html, figureName, at: BarChart.figureEnd, head, anchor: "end", style: "tick")
        Frame.text(&html, remarkName, at: HTMLWriter.chartWidth, head, anchor: "end", style: "tick")
        for (index, row) in rows.enumerated() {
            let middle = BarChart.headHeight + (Double(index) + 0.5) * BarChart.rowHeight
            let name = TextWidth.cut(row.name, to: BarChart.nameWidth)
            html.element("g") { html in
                if name != row.name { html.element("title", text: row.name) }
                Frame.text(&html, name, at: 0, middle + 4, anchor: "start")
            }
            draw(row, at: middle, on: axis, to: &html)
            Frame.text(&html, row.figure, at: BarChart.figureEnd, middle + 4, anchor: "end")
            Frame.text(
                &html, row.remark, at: HTMLWriter.chartWidth, middle + 4, anchor: "end",
                style: "tick")
        }
        Frame.line(&html, "axis", zero, BarChart.headHeight, zero, height - 4)
    }

    private func draw(
        _ row: Row, at middle: Double, on axis: Axis, to html: inout HTMLWriter
    ) {
        guard let value = row.value else { return }
        Frame.bar(
            &html, value < 0 ? below : above, x: (axis.place(0), axis.place(value)),
            y: (middle - 7, middle + 7))
        guard row.deviation > 0 else { return }
        let (low, high) = (
            axis.place(value - row.deviation), axis.place(value + row.deviation)
        )
        let (left, right) = (FigureText.place(low), FigureText.place(high))
        let (top, bottom) = (FigureText.place(middle - 3.5), FigureText.place(middle + 3.5))
        html.shape(
            "path",
            [
                ("class", "whisker"),
                (
                    "d",
                    "M\(left) \(top)V\(bottom)M\(left) \(FigureText.place(middle))H\(right)"
                        + "M\(right) \(top)V\(bottom)"
                ),
            ])
    }
}
