import Measures
import Models
import Testing
import TrainingReports

/// What the drawings of a page show, read back from its markup.
struct ReportChartTests {
    private let tags: PageTags

    init() throws {
        var contents = try ReportFixture.contents()
        contents.holdOut = HoldOutMeasures(
            Predictions(
                probabilities: [0.05, 0.15, 0.65, 0.75], labels: [false, true, false, true]),
            costRatios: [4], seed: 1)
        tags = PageTags(String(decoding: ReportPage(contents).html(), as: UTF8.self))
    }

    /// The tags of the drawing whose title has this id.
    private func drawing(_ id: String) throws -> ArraySlice<PageTags.Tag> {
        let start = try #require(
            tags.opened.firstIndex { $0.attributes["id"] == "\(id)-title" })
        let rest = tags.opened[start...]
        return rest[
            ..<(rest.firstIndex { $0.name == "ul" || $0.name == "figure" } ?? rest.endIndex)]
    }

    private func paths(_ style: String, in id: String) throws -> [String] {
        try drawing(id).filter { $0.name == "path" && $0.attributes["class"] == style }
            .compactMap { $0.attributes["d"] }
    }

    @Test func `the ROC curve goes from corner to corner through every cut`() throws {
        // A frame of 44 to 348 by 284 to 28.
        #expect(try paths("curve first", in: "roc") == ["M44 284L44 156L196 156L196 28L348 28"])
        #expect(try paths("reference", in: "roc") == ["M44 284L348 28"])
    }

    @Test func `the precision-recall curve goes in steps`() throws {
        // Precision 1, 1/2, 2/3, 1/2 at recalls 1/2, 1/2, 1, 1.
        #expect(
            try paths("curve first", in: "pr")
                == ["M44 28V28H196V156H196V113.3H348V156H348"])
    }

    @Test func `each line to decide at has a dot on its curve`() throws {
        let dots = try drawing("roc").filter { $0.attributes["class"] == "dot fill-second" }
        #expect(dots.compactMap { $0.attributes["cx"] } == ["196", "196"])
        #expect(dots.compactMap { $0.attributes["cy"] } == ["156", "28"])
    }

    @Test func `a bin with rows has a bar, a dot and an interval`() throws {
        let drawing = try drawing("reliability")
        let dots = drawing.filter { $0.attributes["class"] == "dot fill-first" }
        #expect(dots.compactMap { $0.attributes["cy"] } == ["284", "28", "284", "28"])
        #expect(drawing.count { $0.attributes["class"] == "whisker" } == 4)
        let bars = drawing.filter { $0.attributes["class"] == "fill-rows" }
        let heights = bars.compactMap { $0.attributes["height"] }
        #expect(heights == ["42", "42", "0", "0", "0", "0", "42", "42", "0", "0"])
    }

    @Test func `bars go from zero to the right and to the left`() throws {
        let drawing = try drawing("effect-1")
        let right = drawing.filter { $0.attributes["class"] == "fill-second" }
        let left = drawing.filter { $0.attributes["class"] == "fill-first" }
        #expect(right.count == 1)
        #expect(left.count == 1)
        // The scale is that of all effects, −1.1 to 1.6 on 154 to 256.
        #expect(right.first?.attributes["x"] == "195.6")
        #expect(right.first?.attributes["width"] == "18.9")
        #expect(left.first?.attributes["x"] == "186.1")
        #expect(left.first?.attributes["width"] == "9.4")
    }

    @Test func `a number's effect is a line of steps`() throws {
        let paths = try paths("curve second", in: "effect-0")
        // Months 1 and 2 share a bin of mean 1.5, month 60 has −1; between them is month 31.
        #expect(paths == ["M44 32.9H198.6V155.1H348"])
    }

    @Test func `the cheapest threshold has a dot on the cost curve`() throws {
        let drawing = try drawing("cost")
        let dot = try #require(drawing.first { $0.attributes["class"] == "dot fill-first" })
        // One of two others gets an offer in vain, for 1/4 against 8/4 without offers.
        let x = try #require(dot.attributes["cx"])
        #expect(x == "86.6")
        #expect(dot.attributes["cy"] == "252")
    }
}
