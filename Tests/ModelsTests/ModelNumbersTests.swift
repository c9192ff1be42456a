import Models
import TestSupport
import Testing

/// A trap ends the run of all tests, so reaching the end of a table is itself a test.
@Suite struct ModelNumbersTests {
    /// How many variants were taken and how many refused, for a table that takes none, or all,
    /// tests nothing.
    private struct Counts {
        var taken = 0
        var refused = 0
    }

    @Test(arguments: ["gbtree", "dart", "forest", "gblinear", "categories"])
    func `every kind of booster with any number in any place is taken or refused`(
        name: String
    ) throws {
        let document = try contents(
            of: "\(ProjectPlaces.root)/Tests/ModelsTests/Fixtures/\(name).json")
        let count = ExtremeNumbers.places(in: document).count
        var counts = Counts()
        ExtremeNumbers.forEachVariant(of: document, step: max(1, count / 40)) { document in
            do throws(ModelError) {
                let ensemble = try ensemble(document)
                counts.taken += 1
                let row = [Float](repeating: 1e25, count: ensemble.featureCount)
                #expect(!ensemble.margin(row.span).isNaN)
            } catch {
                counts.refused += 1
                #expect(!error.description.isEmpty)
            }
        }
        #expect(counts.taken > 0)
        #expect(counts.refused > 0)
    }

    /// The names are not to the point: the count of features is taken from the document.
    private func ensemble(_ document: [UInt8]) throws(ModelError) -> Ensemble {
        do throws(ModelError) {
            return try Ensemble(xgboostJSON: document.span, featureNames: [])
        } catch {
            guard case .featureCount(let found, _) = error, found < 100 else { throw error }
            let names = (0..<found).map { "f\($0)" }
            return try Ensemble(xgboostJSON: document.span, featureNames: names)
        }
    }
}
