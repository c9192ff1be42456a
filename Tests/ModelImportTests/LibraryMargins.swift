import Features
import Models

/// What other libraries predict for invented customers, which `make-libraries.py` wrote.
enum LibraryMargins {
    /// How far a scorer is at most from a column, by default one of margins.
    static func greatestDifference(
        _ scorer: ModelScorer, column: String, of found: (Score) -> Float = { $0.margin }
    ) throws -> Double {
        let lines = String(decoding: try ImportedModels.fixture("libraries.csv"), as: UTF8.self)
            .split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
        guard let place = lines[0].firstIndex(of: column) else { throw NoColumn(name: column) }
        var scorer = scorer
        var greatest = 0.0
        for line in lines.dropFirst() {
            let request =
                #"{"plan":"\#(line[0])","paperless":"\#(line[1])","months":\#(line[2]),"#
                + #""senior":\#(line[3]),"price":\#(line[4])}"#
            guard try scorer.decode(Array(request.utf8).span), let wanted = Double(line[place])
            else { throw NoColumn(name: request) }
            greatest = max(greatest, (Double(found(scorer.score())) - wanted).magnitude)
        }
        return greatest
    }

    struct NoColumn: Error { let name: String }
}
