/// A drawing with its title above, its legend below, and words for who cannot see it. It is as wide
/// as a telephone, so that its texts keep their size there; wider places scale it up a little.
struct Chart {
    /// Unlike that of any other chart of the page.
    let id: String
    let title: String
    /// What the drawing shows, in a sentence.
    let description: String
    let height: Double
    var legend: [LegendEntry] = []
    /// A sentence below; empty for none.
    var note = ""

    static let width = 360.0

    struct LegendEntry {
        let sample: Sample
        let text: String
    }

    /// How something in a drawing looks.
    enum Sample {
        case line(Ink)
        case block(Ink)
        case dot(Ink)
        case reference
    }

    func write(to html: inout HTMLWriter, drawing: (inout HTMLWriter) -> Void) {
        html.element("figure") { html in
            html.element("figcaption", text: title)
            html.element(
                "svg",
                [
                    ("viewBox", "0 0 \(FigureText.place(Chart.width)) \(FigureText.place(height))"),
                    ("role", "img"), ("aria-labelledby", "\(id)-title \(id)-text"),
                ]
            ) { html in
                html.element("title", [("id", "\(id)-title")], text: title)
                html.element("desc", [("id", "\(id)-text")], text: description)
                drawing(&html)
            }
            if !legend.isEmpty { writeLegend(to: &html) }
            if !note.isEmpty { html.element("p", [("class", "note")], text: note) }
        }
    }

    private func writeLegend(to html: inout HTMLWriter) {
        html.element("ul", [("class", "legend")]) { html in
            for entry in legend {
                html.element("li") { html in
                    html.element(
                        "svg", [("viewBox", "0 0 20 12"), ("aria-hidden", "true")]
                    ) { html in entry.sample.draw(to: &html) }
                    html.element("span", text: entry.text)
                }
            }
        }
    }
}

/// The colours that mean something in a chart.
enum Ink: CaseIterable {
    case first, second, third, rows

    /// The class of what is filled with it.
    var fill: String {
        switch self {
        case .first: "fill-first"
        case .second: "fill-second"
        case .third: "fill-third"
        case .rows: "fill-rows"
        }
    }

    /// The class of a line in it.
    var stroke: String {
        switch self {
        case .first: "curve first"
        case .second: "curve second"
        case .third: "curve third"
        case .rows: "axis"
        }
    }
}

extension Chart.Sample {
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
