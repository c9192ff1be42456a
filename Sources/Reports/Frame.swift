internal import Bytes

/// The rectangle that points are drawn in, with its axes.
package struct Frame {
    package let x: Axis
    /// Its upper end is above: places grow downwards.
    package let y: Axis

    /// A frame with room for the numbers at its left and below it.
    package init(
        x: ClosedRange<Double>, y: ClosedRange<Double>, top: Double, bottom: Double,
        left: Double = 44
    ) {
        self.x = Axis(x, from: left, to: HTMLWriter.chartWidth - 12)
        self.y = Axis(y, from: bottom, to: top)
    }

    /// How a tick of an axis is written.
    package enum TickText { case number, percent }

    /// Grid, ticks and the names of both axes; an empty name is left out.
    package func drawAxes(
        _ html: inout HTMLWriter, xName: String, yName: String, xText: TickText = .number,
        yText: TickText = .number, yIntervalsMax: Int = 6
    ) {
        for tick in y.ticks(intervalsMax: yIntervalsMax) {
            let place = y.place(tick.value)
            Frame.line(&html, "grid", x.start, place, x.end, place)
            Frame.text(
                &html, Frame.text(tick, yText), at: x.start - 6, place + 4, anchor: "end",
                style: "tick")
        }
        Frame.line(&html, "axis", x.start, y.start, x.end, y.start)
        for tick in x.ticks(intervalsMax: 6) {
            let place = x.place(tick.value)
            Frame.line(&html, "axis", place, y.start, place, y.start + 4)
            Frame.text(
                &html, Frame.text(tick, xText), at: place, y.start + 17, anchor: "middle",
                style: "tick")
        }
        Frame.text(&html, yName, at: 0, y.end - 13, anchor: "start", style: "tick")
        guard !xName.isEmpty else { return }
        Frame.text(
            &html, xName, at: (x.start + x.end) / 2, y.start + 34, anchor: "middle", style: "tick")
    }

    private static func text(_ tick: Axis.Tick, _ style: TickText) -> String {
        switch style {
        case .number: tick.text
        case .percent: FigureText.percent(tick.value, 0)
        }
    }

    /// A line through points. What lies closer together than half a pixel is drawn once.
    package func drawCurve(
        _ html: inout HTMLWriter, _ points: [(x: Double, y: Double)], _ style: String,
        isStepped: Bool = false
    ) {
        var path = ""
        var drawn: (x: Double, y: Double)?
        for (index, point) in points.enumerated() {
            let (left, top) = (x.place(point.x), y.place(point.y))
            if let drawn, index + 1 < points.count, (left - drawn.x).magnitude < 0.5,
                (top - drawn.y).magnitude < 0.5
            {
                continue
            }
            let place = "\(FigureText.place(left)) \(FigureText.place(top))"
            if drawn == nil {
                path += "M" + place
            } else if isStepped {
                // The value at a point holds from the point before.
                path += "V\(FigureText.place(top))H\(FigureText.place(left))"
            } else {
                path += "L" + place
            }
            drawn = (left, top)
        }
        html.shape("path", [("class", style), ("d", path)])
    }

    /// A dot at a point.
    package func drawDot(
        _ html: inout HTMLWriter, _ point: (x: Double, y: Double), _ ink: Ink
    ) {
        html.shape(
            "circle",
            [
                ("class", "dot \(ink.fill)"), ("cx", FigureText.place(x.place(point.x))),
                ("cy", FigureText.place(y.place(point.y))), ("r", "4.5"),
            ])
    }

    package static func line(
        _ html: inout HTMLWriter, _ style: String, _ x1: Double, _ y1: Double, _ x2: Double,
        _ y2: Double
    ) {
        html.shape(
            "line",
            [
                ("class", style), ("x1", FigureText.place(x1)), ("y1", FigureText.place(y1)),
                ("x2", FigureText.place(x2)), ("y2", FigureText.place(y2)),
            ])
    }

    /// A filled rectangle between two places each way, in any order.
    package static func bar(
        _ html: inout HTMLWriter, _ ink: Ink, x: (Double, Double), y: (Double, Double)
    ) {
        html.shape(
            "rect",
            [
                ("class", ink.fill), ("x", FigureText.place(min(x.0, x.1))),
                ("y", FigureText.place(min(y.0, y.1))),
                ("width", FigureText.place((x.1 - x.0).magnitude)),
                ("height", FigureText.place((y.1 - y.0).magnitude)),
            ])
    }

    package static func text(
        _ html: inout HTMLWriter, _ text: String, at x: Double, _ y: Double, anchor: String,
        style: String = "label"
    ) {
        html.element(
            "text",
            [
                ("class", style), ("x", FigureText.place(x)), ("y", FigureText.place(y)),
                ("text-anchor", anchor),
            ], text: text)
    }
}
