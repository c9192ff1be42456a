import Testing
import XGBoost

struct BoosterTests {
    @Test func `a document that is no model is an error with the library's words`() throws {
        let document = Array("{\"learner\":{}}".utf8)
        #expect {
            _ = try Booster(document: document.span)
        } throws: { error in
            guard let error = error as? XGBoostError else { return false }
            return error.call == "XGBoosterLoadModelFromBuffer" && !error.reason.isEmpty
                && !error.reason.contains("\n")
        }
    }

    @Test func `a parameter the library refuses is an error, not a warning`() throws {
        let rows = SyntheticRows(count: 20, seed: 1)
        let matrix = try DataMatrix(rows: rows.values.span, columnCount: SyntheticRows.columnCount)
        try matrix.setLabels(rows.labels.span)
        #expect {
            let booster = try Booster(
                learning: matrix, parameters: [("objective", "binary:logistic"), ("eta", "fast")])
            try booster.update(round: 0, learning: matrix)
        } throws: { error in
            (error as? XGBoostError)?.reason.contains("could not be parsed") == true
        }
    }

    @Test func `the library is of the release whose format is read`() {
        #expect(XGBoostLibrary.version.split(separator: ".").count == 3)
        #expect(XGBoostLibrary.version.hasPrefix("1.") || XGBoostLibrary.version.hasPrefix("2."))
    }
}
