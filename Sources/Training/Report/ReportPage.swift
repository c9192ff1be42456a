/// One page of HTML that needs nothing but itself: no network, no script, no font. The same
/// contents give the same bytes.
package struct ReportPage: Sendable {
    private let contents: ReportContents

    package init(_ contents: ReportContents) { self.contents = contents }

    /// The page, in UTF-8.
    package func html() -> [UInt8] {
        var html = HTMLWriter()
        html.markup("<!doctype html>\n")
        html.element("html", [("lang", "en")]) { html in
            html.element("head") { writeHead(to: &$0) }
            html.markup("\n")
            html.element("body") { html in
                html.element("header") { writeHeader(to: &$0) }
                html.element("main") { html in
                    for section in ReportSection.allCases {
                        html.markup("\n")
                        html.element("section", [("aria-labelledby", section.id)]) { html in
                            html.element("h2", [("id", section.id)], text: section.title)
                            write(section, to: &html)
                        }
                    }
                }
                html.element("footer") { html in
                    html.element(
                        "p",
                        text: "Written by churnctl. Every figure of the hold-out is of rows that "
                            + "neither training nor selection has seen.")
                }
            }
        }
        html.markup("\n")
        return html.finish()
    }

    private var title: String {
        "Churn model \(contents.modelName), version \(contents.modelVersion)"
    }

    private func writeHead(to html: inout HTMLWriter) {
        html.markup("<meta charset=\"utf-8\">")
        html.markup("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
        // Nothing is loaded from anywhere, and the policy says so.
        html.markup("<meta http-equiv=\"Content-Security-Policy\" ")
        html.markup("content=\"default-src 'none';style-src 'unsafe-inline'\">")
        html.element("title", text: title)
        html.element("style") { $0.sheet(ReportStyle.sheet) }
    }

    private func writeHeader(to html: inout HTMLWriter) {
        html.element("h1", text: title)
        html.element(
            "p", [("class", "lead")],
            text: "\(contents.selected.name), learned from \(contents.data.source): how well it "
                + "predicts which customers leave, and where its limits are.")
        html.element("nav", [("aria-label", "Sections")]) { html in
            html.element("ul") { html in
                for section in ReportSection.allCases {
                    html.element("li") { html in
                        html.element("a", [("href", "#\(section.id)")], text: section.title)
                    }
                }
            }
        }
        SummarySection(contents: contents).write(to: &html)
    }

    /// Which rows of the hold-out something was found on.
    private func rows(_ count: Int?) -> String {
        let all = contents.data.holdOutCount
        guard let count, count < all else { return "Found on all rows of the hold-out." }
        return "Found on \(FigureText.count(count)) of its \(FigureText.count(all)) rows, drawn by "
            + "the seed."
    }

    private func write(_ section: ReportSection, to html: inout HTMLWriter) {
        switch section {
        case .data: DataSection(data: contents.data).write(to: &html)
        case .candidates: CandidateSection(comparison: contents.comparison).write(to: &html)
        case .measures:
            MeasureSection(holdOut: contents.holdOut, folds: contents.selected.folds)
                .write(to: &html)
        case .ranking:
            html.element("div", [("class", "charts pair")]) { html in
                RankingCharts(holdOut: contents.holdOut).write(to: &html)
            }
        case .calibration: CalibrationSection(holdOut: contents.holdOut).write(to: &html)
        case .bands:
            BandSection(holdOut: contents.holdOut, folds: contents.selected.folds)
                .write(to: &html)
        case .importance:
            ImportanceSection(
                fields: contents.importance, rows: rows(contents.importanceRowCount)
            ).write(to: &html)
        case .effects:
            EffectSection(shapes: contents.effects, rows: rows(contents.effectRowCount))
                .write(to: &html)
        case .costs: CostSection(holdOut: contents.holdOut).write(to: &html)
        case .card:
            CardSection(card: contents.card, groups: contents.groups).write(to: &html)
        case .provenance: ProvenanceSection(facts: contents.provenance).write(to: &html)
        }
    }
}

/// The parts of the page, in their order.
enum ReportSection: CaseIterable {
    case data, candidates, measures, ranking, calibration, bands, importance, effects, costs
    case card, provenance

    var id: String {
        switch self {
        case .data: "data"
        case .candidates: "candidates"
        case .measures: "measures"
        case .ranking: "ranking"
        case .calibration: "calibration"
        case .bands: "bands"
        case .importance: "importance"
        case .effects: "effects"
        case .costs: "costs"
        case .card: "card"
        case .provenance: "provenance"
        }
    }

    var title: String {
        switch self {
        case .data: "Data"
        case .candidates: "Candidates"
        case .measures: "Measures"
        case .ranking: "Ranking"
        case .calibration: "Calibration"
        case .bands: "Risk bands"
        case .importance: "Importance of fields"
        case .effects: "Effects of values"
        case .costs: "Thresholds and cost"
        case .card: "Model card"
        case .provenance: "Provenance"
        }
    }
}
