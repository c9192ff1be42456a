internal import Bytes

/// The colours that mean something in a chart.
package enum Ink: CaseIterable {
    case first, second, third, rows

    /// The class of what is filled with it.
    package var fill: String {
        switch self {
        case .first: "fill-first"
        case .second: "fill-second"
        case .third: "fill-third"
        case .rows: "fill-rows"
        }
    }

    /// The class of a line in it.
    package var stroke: String {
        switch self {
        case .first: "curve first"
        case .second: "curve second"
        case .third: "curve third"
        case .rows: "axis"
        }
    }
}

/// How something in a drawing looks.
package enum LegendSample {
    case line(Ink)
    case block(Ink)
    case dot(Ink)
    case reference

    fileprivate func draw(to html: inout HTMLWriter) {
        switch self {
        case .line(let ink):
            html.shape("path", [("class", ink.stroke), ("d", "M0 8H20")])
        case .reference:
            html.shape("path", [("class", "reference"), ("d", "M0 8H20")])
        case .dot(let ink):
            html.shape(
                "circle", [("class", ink.fill), ("cx", "12"), ("cy", "7"), ("r", "4.5")])
        case .block(let ink):
            html.shape(
                "rect",
                [
                    ("class", ink.fill), ("x", "4"), ("y", "1"), ("width", "11"), ("height", "11"),
                ])
        }
    }
}

extension HTMLWriter {
    /// The width of every chart: that of a telephone, so that its texts keep their size there;
    /// wider screens scale it up a little.
    package static let chartWidth = 360.0

    /// A drawing with its title above, its legend below, and a text for screen readers.
    ///
    /// - Parameters:
    ///   - id: unlike that of any other chart of the page.
    ///   - description: what the drawing shows, in a sentence.
    ///   - note: a sentence below; empty for none.
    package mutating func chart(
        id: String, title: String, description: String, height: Double,
        legend: [(sample: LegendSample, text: String)] = [], note: String = "",
        drawing: (inout HTMLWriter) -> Void
    ) {
        let size = "\(FigureText.place(HTMLWriter.chartWidth)) \(FigureText.place(height))"
        element("figure") { html in
            html.element("figcaption", text: title)
            html.element(
                "svg",
                [
                    ("viewBox", "0 0 \(size)"), ("role", "img"),
                    ("aria-labelledby", "\(id)-title \(id)-text"),
                ]
            ) { html in
                html.element("title", [("id", "\(id)-title")], text: title)
                html.element("desc", [("id", "\(id)-text")], text: description)
                drawing(&html)
            }
            if !legend.isEmpty {
                html.element("ul", [("class", "legend")]) { html in
                    for (sample, text) in legend {
                        html.element("li") { html in
                            html.element(
                                "svg", [("viewBox", "0 0 20 12"), ("aria-hidden", "true")]
                            ) { sample.draw(to: &$0) }
                            html.element("span", text: text)
                        }
                    }
                }
            }
            if !note.isEmpty { html.element("p", [("class", "note")], text: note) }
        }
    }
}
