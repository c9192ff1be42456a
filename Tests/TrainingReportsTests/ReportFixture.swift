import Measures
import Models
import TestSupport
import TrainingReports

/// A report of invented figures.
enum ReportFixture {
    static func predictions() throws -> Predictions {
        let figures = try JSONFixture("MeasuresTests/Fixtures/measures.json")
        return Predictions(
            probabilities: try figures.numbers("probabilities"),
            labels: try figures.numbers("labels").map { $0 == 1 })
    }

    static func contents() throws -> ReportContents {
        let predictions = try predictions()
        let folds = FoldMeasures(
            (0..<5).map { fold in
                let rows = predictions.labels.indices.filter { $0 % 5 != fold }
                return BinaryMeasures(predictions.rows(rows))
            })
        let other = FoldMeasures(
            (0..<5).map { fold in
                let rows = predictions.labels.indices.filter { $0 % 6 != fold }
                return BinaryMeasures(predictions.rows(rows))
            })
        return ReportContents(
            modelName: "invented", modelVersion: "3", data: data(predictions),
            comparison: .init(
                method: "One times five folds.",
                candidates: [
                    (name: "Forest", settings: "many trees", folds: other),
                    (name: "Stumps", settings: "depth 1", folds: folds),
                ],
                selected: 1, reason: "The simplest of the best."),
            holdOut: HoldOutMeasures(predictions, seed: 1),
            importance: [
                FieldImportance(name: "kind", drop: Spread([0.01, 0.02])),
                FieldImportance(name: "months", drop: Spread([0.08, 0.1])),
                FieldImportance(name: "worse", drop: Spread([-0.02, -0.01])),
            ],
            effects: [
                EffectShape(
                    name: "kind", categories: ["a", "b", "unused"], values: [0, 1, 1],
                    contributions: [0.5, -0.25, -0.25]),
                EffectShape(
                    name: "months", categories: nil, values: [1, 2, 60],
                    contributions: [2, 1, -1]),
            ],
            card: .init(
                intendedUse: ["To show how a report looks."], data: ["Invented."],
                limits: ["It means nothing."]),
            groups: [GroupMeasures(field: "kind", value: "a", predictions)],
            provenance: [(name: "Seed", value: "1")])
    }

    private static func data(_ predictions: Predictions) -> ReportContents.DataSummary {
        .init(
            source: "invented.csv", rowCount: 1500, positiveCount: 490,
            holdOutCount: predictions.count,
            columns: [
                (name: "kind", kind: "category", values: "a, b, unused", blankCount: 0),
                (name: "months", kind: "integer", values: "1 to 60", blankCount: 2),
            ],
            notes: ["Two blank cells were read as 0."])
    }
}

/// The tags of a page, in their order.
struct PageTags {
    struct Tag {
        let name: String
        let attributes: [String: String]
    }

    private(set) var opened: [Tag] = []
    /// Tags that close something else than what was opened last, or are never closed.
    private(set) var unbalanced: [String] = []

    private static let void: Set<String> = ["meta", "br", "!doctype"]

    init(_ page: String) {
        var stack: [String] = []
        var rest = page[...]
        while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
            let text = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if text.hasPrefix("/") {
                if stack.popLast() != String(text.dropFirst()) { unbalanced.append(String(text)) }
                continue
            }
            let name = String(text.prefix { $0 != " " && $0 != "/" })
            opened.append(Tag(name: name, attributes: PageTags.attributes(of: text)))
            if !text.hasSuffix("/") && !PageTags.void.contains(name) { stack.append(name) }
        }
        unbalanced += stack
    }

    /// Values hold no quotation mark: those are escaped.
    private static func attributes(of tag: Substring) -> [String: String] {
        let parts = tag.split(separator: "\"", omittingEmptySubsequences: false)
        var attributes: [String: String] = [:]
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            guard let name = parts[index].split(separator: " ").last else { continue }
            attributes[String(name.dropLast())] = String(parts[index + 1])
        }
        return attributes
    }

    func all(_ name: String) -> [Tag] { opened.filter { $0.name == name } }
}
