internal import Bytes
internal import Measures
internal import Reports

/// The shape of each feature's effect, all on one scale.
struct EffectSection {
    let shapes: [EffectShape]
    /// Which rows they were found on.
    let rows: String

    func write(to html: inout HTMLWriter) {
        html.element(
            "p",
            text: "The mean contribution of each value to the log-odds of churn, features with the "
                + "largest effect first and all on one scale. Above zero, or to the right, a value "
                + "raises the risk. By +0.7 the odds double. These are effects inside the model, "
                + "not what would happen if the value were changed. \(rows)")
        guard !shapes.isEmpty else { return }
        let sorted = shapes.enumerated().sorted { left, right in
            (right.element.magnitudeMax, left.offset) < (left.element.magnitudeMax, right.offset)
        }.map(\.element)
        let charts = sorted.enumerated().map { index, shape in
            EffectChart(shape: shape, id: "effect-\(index)", domain: domain)
        }
        write("Numbers", charts.filter { !$0.isOfCategories }, to: &html)
        write("Categories", charts.filter(\.isOfCategories), to: &html)
        html.element("details") { html in
            html.element("summary", text: "The effects as tables")
            for shape in sorted { writeTable(shape, to: &html) }
        }
    }

    private var domain: ClosedRange<Double> {
        let means = shapes.flatMap(\.steps).compactMap(\.mean) + [0]
        let (least, greatest) = (means.min() ?? 0, means.max() ?? 0)
        // A little room, so that the largest effect does not touch the edge.
        let room = (greatest - least) * 0.04
        return least - room...greatest + room
    }

    private func write(_ title: String, _ charts: [EffectChart], to html: inout HTMLWriter) {
        guard !charts.isEmpty else { return }
        html.element("h3", text: title)
        html.element("div", [("class", "charts")]) { html in
            for chart in charts { chart.write(to: &html) }
        }
    }

    private func writeTable(_ shape: EffectShape, to html: inout HTMLWriter) {
        let rows: [(name: String, step: EffectShape.Step)] =
            switch shape.kind {
            case .categories(let categories): categories.map { ($0.name, $0.step) }
            case .bins(let bins): bins.map { (EffectSection.name($0.range), $0.step) }
            }
        html.table(
            caption: "Effect of \(shape.name)",
            columns: [.words("Value"), .figures("Mean log-odds"), .figures("Rows")],
            rows: rows.map { row in
                [
                    .init(row.name),
                    .init(row.step.mean.map { FigureText.signed($0, 3) } ?? FigureText.none),
                    .init(FigureText.count(row.step.count)),
                ]
            })
    }

    private static func name(_ range: ClosedRange<Double>) -> String {
        let lower = FigureText.plain(range.lowerBound)
        let upper = FigureText.plain(range.upperBound)
        return lower == upper ? lower : "\(lower) to \(upper)"
    }
}
