import POSIX
import TestSupport
import Testing
import Training

/// Docs/models/training.md against the code's own tables.
struct TrainingDocumentTests {
    private let rows: [[String]]

    init() throws {
        let bytes = try Files.read(
            "\(ProjectPlaces.root)/Docs/models/training.md", bytesMax: 1 << 20)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        rows = lines.filter { $0.hasPrefix("| ") }.map { line in
            line.split(separator: "|").map { cell in
                cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
                    .reduce(into: "") { $0.append($1) }
            }
        }
    }

    private func row(_ name: String) throws -> [String] {
        try #require(rows.first { $0[0] == name }, "\(name)")
    }

    @Test(arguments: Candidate.allCases)
    func `each candidate is described with its complexity`(candidate: Candidate) throws {
        let row = try row("`\(candidate.rawValue)`")
        #expect(row[1].hasPrefix("\(candidate.title):"))
        #expect(row[2] == "\(candidate.complexity)")
        switch candidate.recipe {
        case .boosting(let parameters):
            #expect(row[1].contains(Recipe.boosting(parameters).summary))
        case .forest(let parameters):
            #expect(row[1].contains(Recipe.forest(parameters).summary))
        case .linear(let parameters):
            #expect(row[1].contains("`C` = \(Int(parameters.inversePenalty))"))
        case nil: break
        }
    }

    @Test(arguments: [
        ("eta", SearchSpace.learningRates), ("lambda", SearchSpace.lambdas),
        ("least child weight", SearchSpace.childWeights),
        ("share of rows a tree", SearchSpace.rowShares),
        ("share of columns a tree", SearchSpace.columnShares),
        (
            "depth",
            Double(SearchSpace.depths.lowerBound)...Double(SearchSpace.depths.upperBound)
        ),
    ])
    func `the search space is the one described`(name: String, range: ClosedRange<Double>) throws {
        let row = try row(name)
        #expect(Double(row[1]) == range.lowerBound)
        #expect(Double(row[2]) == range.upperBound)
    }
}
