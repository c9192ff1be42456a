import Bytes
import Measures
import Models
import Testing
import TrainingReports

struct ReportPageTests {
    private func page(_ contents: ReportContents) -> String {
        String(decoding: ReportPage(contents).html(), as: UTF8.self)
    }

    private func page() throws -> String { page(try ReportFixture.contents()) }

    @Test func `the same contents give the same bytes`() throws {
        let contents = try ReportFixture.contents()
        #expect(ReportPage(contents).html() == ReportPage(contents).html())
        #expect(ReportPage(contents).html() == ReportPage(try ReportFixture.contents()).html())
        var other = contents
        other.modelVersion = "4"
        #expect(ReportPage(contents).html() != ReportPage(other).html())
    }

    @Test func `every tag is closed, and every id is there once`() throws {
        let tags = PageTags(try page())
        #expect(tags.unbalanced.isEmpty)
        let ids = tags.opened.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
        let references =
            tags.opened.compactMap { $0.attributes["aria-labelledby"] }
            .flatMap { $0.split(separator: " ").map(String.init) }
            + tags.all("a").compactMap { $0.attributes["href"].map { String($0.dropFirst()) } }
        #expect(references.count > 20)
        #expect(references.allSatisfy(Set(ids).contains))
    }

    @Test func `nothing is loaded and nothing runs`() throws {
        let page = try page()
        let tags = PageTags(page)
        let loading: Set<String> = [
            "script", "link", "img", "iframe", "object", "embed", "image", "use", "form",
        ]
        #expect(tags.opened.allSatisfy { !loading.contains($0.name) })
        #expect(tags.opened.allSatisfy { $0.attributes["src"] == nil })
        #expect(tags.all("a").allSatisfy { $0.attributes["href"]?.hasPrefix("#") == true })
        let loads = ["url(", "@import", "://"].filter { page.contains($0) }
        #expect(loads.isEmpty)
        let policy = tags.all("meta").compactMap { $0.attributes["content"] }
        #expect(policy.contains("default-src 'none';style-src 'unsafe-inline'"))
    }

    @Test func `headings go down one level at a time`() throws {
        let levels = PageTags(try page()).opened.compactMap { tag in
            ["h1", "h2", "h3", "h4"].firstIndex(of: tag.name)
        }
        #expect(levels.first == 0)
        #expect(levels.count { $0 == 0 } == 1)
        #expect(levels.count { $0 == 1 } == 11)
        #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
    }

    @Test func `every table has a caption and named rows and columns`() throws {
        let tags = PageTags(try page())
        let tables = tags.all("table").count
        #expect(tables >= 10)
        #expect(tags.all("caption").count == tables)
        #expect(tags.all("th").allSatisfy { ["row", "col"].contains($0.attributes["scope"]) })
        let bodyRows = tags.all("tr").count - tables
        #expect(tags.all("th").count { $0.attributes["scope"] == "row" } == bodyRows)
        #expect(tags.all("div").count { $0.attributes["class"] == "scroll" } == tables)
    }

    @Test func `every drawing has a title and a description, or is hidden`() throws {
        let tags = PageTags(try page())
        let drawings = tags.all("svg").filter { $0.attributes["aria-hidden"] == nil }
        // ROC, PR, reliability, distribution, importance, two effects, cost.
        #expect(drawings.count == 8)
        #expect(drawings.allSatisfy { $0.attributes["role"] == "img" })
        #expect(tags.all("desc").count == drawings.count)
        #expect(tags.all("figcaption").count == drawings.count)
    }

    @Test func `colours follow the reader's choice and are named once`() throws {
        let page = try page()
        let hasDark = page.contains("@media screen and (prefers-color-scheme:dark)")
        #expect(hasDark)
        let tags = PageTags(page)
        #expect(
            tags.opened.allSatisfy { tag in
                tag.attributes["fill"] == nil && tag.attributes["stroke"] == nil
                    && tag.attributes["style"] == nil
            })
    }

    @Test func `names from a schema stay names`() throws {
        let evil = "</title><script>alert('x')</script>&\"\u{202E}"
        var contents = try ReportFixture.contents()
        contents.modelName = evil
        contents.modelVersion = evil
        contents.data.source = evil
        contents.data.notes = [evil]
        contents.data.columns = [
            (name: evil, kind: evil, values: evil, blankCount: 1)
        ]
        contents.comparison.method = evil
        contents.comparison.reason = evil
        for index in contents.comparison.candidates.indices {
            contents.comparison.candidates[index].name = evil
            contents.comparison.candidates[index].settings = evil
        }
        contents.importance = [FieldImportance(name: evil, drop: Spread([0, 1]))]
        contents.effects = [
            EffectShape(name: evil, categories: [evil], values: [0], contributions: [1]),
            EffectShape(name: evil, categories: nil, values: [0, 3], contributions: [1, 2]),
        ]
        contents.card = .init(intendedUse: [evil], data: [evil], limits: [evil])
        contents.groups = [
            GroupMeasures(field: evil, value: evil, try ReportFixture.predictions())
        ]
        contents.provenance = [(name: evil, value: evil)]
        let page = page(contents)
        let tags = PageTags(page)
        #expect(tags.unbalanced.isEmpty)
        #expect(tags.all("script").isEmpty)
        let turnsRound = page.contains("\u{202E}")
        #expect(!turnsRound)
        let isEscaped = page.contains("&lt;/title&gt;&lt;script&gt;alert(&#39;x&#39;)")
        #expect(isEscaped)
    }

    @Test func `figures stand where they belong`() throws {
        let contents = try ReportFixture.contents()
        let page = try page()
        let measures = contents.holdOut.measures
        let wanted = [
            "<h1>Churn model invented, version 3</h1>",
            "1,500 customers, of whom 490 (32.67\u{A0}%) churned. 300 of them",
            "<dd>\(FigureText.fixed(measures.rocAUC, 3))<small>",
            "<td class=\"number\">\(measures.bands[0].count)</td>",
            ">Stumps (chosen)<small>depth 1</small>",
            "5 wasted offers</th><td class=\"number\">",
            "+0.500</td><td class=\"number\">1</td>",
        ]
        let missing = wanted.filter { !page.contains($0) }
        #expect(missing.isEmpty)
    }

    @Test func `the most important field and the largest effect come first`() throws {
        let page = try page()
        func place(_ text: String) throws -> String.Index {
            try #require(page.firstRange(of: text)).lowerBound
        }
        #expect(
            try place("months</th><td class=\"number\">+0.0900")
                < place("kind</th><td class=\"number\">+0.0150"))
        #expect(try place("Effect of months") < place("Effect of kind"))
    }

    @Test func `a report of little is a report`() throws {
        var contents = try ReportFixture.contents()
        contents.importance = []
        contents.effects = []
        contents.groups = []
        contents.provenance = []
        contents.card = .init(intendedUse: [], data: [], limits: [])
        contents.data.columns = []
        contents.data.notes = []
        contents.comparison.candidates = [contents.comparison.candidates[1]]
        contents.comparison.selected = 0
        let few = Predictions(probabilities: [0, 1], labels: [false, true])
        contents.holdOut = HoldOutMeasures(few, costRatios: [], seed: 1)
        let page = page(contents)
        #expect(PageTags(page).unbalanced.isEmpty)
        let words = Set(page.split { !$0.isLetter }.map { $0.lowercased() })
        #expect(words.isDisjoint(with: ["nan", "inf", "infinity"]))
        #expect(words.contains("provenance"))
    }

    @Test func `a page of many rows stays small: a curve has no more points than pixels`() throws {
        var random = RandomSource(seed: 9)
        let probabilities = (0..<3000).map { _ in random.nextFraction() }
        let labels = probabilities.map { random.nextFraction() < $0 }
        var contents = try ReportFixture.contents()
        contents.holdOut = HoldOutMeasures(
            Predictions(probabilities: probabilities, labels: labels), seed: 1)
        #expect(ReportPage(contents).html().count < 100_000)
    }
}
