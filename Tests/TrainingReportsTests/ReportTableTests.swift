import Measures
import Models
import Testing
import TrainingReports

/// The figures in the tables of a page, of predictions few enough to count by hand.
struct ReportTableTests {
    private let page: String

    init() throws {
        func fold(_ probabilities: [Double]) -> BinaryMeasures {
            BinaryMeasures(Predictions(probabilities: probabilities, labels: [false, true]))
        }
        var contents = try ReportFixture.contents()
        contents.holdOut = HoldOutMeasures(
            Predictions(
                probabilities: [0.05, 0.15, 0.65, 0.75], labels: [false, true, false, true]),
            costRatios: [4], seed: 1)
        // Both rank alike, and the chosen one is surer of what happens.
        contents.comparison.candidates = [
            (
                name: "Unsure", settings: "",
                folds: FoldMeasures([fold([0.4, 0.6]), fold([0.45, 0.55])])
            ),
            (
                name: "Sure", settings: "",
                folds: FoldMeasures([fold([0.2, 0.8]), fold([0.1, 0.9])])
            ),
        ]
        page = String(decoding: ReportPage(contents).html(), as: UTF8.self)
    }

    /// The cells after a row's name in each table that has such a row, without what is in small.
    private func rows(_ name: String) -> [[String]] {
        var found: [[String]] = []
        for row in page.split(separator: "<tr").map({ $0.prefix(upTo: "</tr>") }) {
            guard let head = row.firstRange(of: "<th scope=\"row\">\(name)<") else { continue }
            let cells = row[head.upperBound...].split(separator: "<td").dropFirst()
            found.append(
                cells.map { cell in
                    String(cell.drop { $0 != ">" }.dropFirst().prefix { $0 != "<" })
                })
        }
        return found
    }

    @Test func `a cost is of a thousand customers`() {
        // Cheapest is to pass by the first customer alone; the decision misses one, wastes one.
        #expect(rows("4 wasted offers") == [["0.14", "0.20", "250", "1,250", "500", "2,000"]])
    }

    @Test func `a band has its share of the customers and of the churners`() {
        let percent = "\u{A0}%"
        #expect(
            rows("High") == [
                ["above 0.7", "1", "25.0\(percent)", "100.0\(percent)", "50.0\(percent)"]
            ])
        #expect(
            rows("Medium") == [
                ["above 0.4, to 0.7", "1", "25.0\(percent)", "0.0\(percent)", "0.0\(percent)"]
            ])
        #expect(
            rows("Low") == [
                ["to 0.4", "2", "50.0\(percent)", "50.0\(percent)", "50.0\(percent)"]
            ])
    }

    @Test func `a line has all that are predicted, right or wrong`() {
        #expect(rows("Decision of the service") == [["0.500", "0.500", "0.500", "0.500", "2"]])
        #expect(rows("Best F1") == [["0.150", "0.667", "1.000", "0.800", "3"]])
    }

    @Test func `less log-loss is better, and a tie is not`() {
        let differences = rows("Unsure").last
        #expect(differences?.count == 4)
        #expect(differences?[1] == "0 of 2")
        #expect(differences?[2].first == "+")
        #expect(differences?[3] == "0 of 2")
        #expect(rows("Sure (chosen)").last == ["–", "–", "–", "–"])
    }
}

extension Substring {
    /// What stands before `mark`, or all of it.
    fileprivate func prefix(upTo mark: String) -> Substring {
        self[..<(firstRange(of: mark)?.lowerBound ?? endIndex)]
    }
}
