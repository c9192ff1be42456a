import Features
import ModelImport
import Tables
import Testing

/// Predictions of another program, and how rows are compared with them.
struct ExpectationTests {
    private static let table = Array(
        """
        id,plan,security,months,senior,price
        a,basic,Yes,10,0,20
        b,plus,No,50,1,
        c,none,No plan,50,0,40

        """.utf8)

    /// Margins of 0.1 below 30 months and of −0.2 from there: 0.52498 and 0.45017.
    private static let model = ProofModels.stumps(
        ["months", "price"],
        [.init(threshold: "3E1"), .init(column: 1, threshold: "3E1", leaves: ("0E0", "0E0"))])

    private func differences(
        _ predictions: String, model: [UInt8] = model
    ) throws -> PredictionDifferences? {
        let material = try ProofModels.expecting(Array(predictions.utf8), of: Self.table)
        guard case .differences(let found) = try ProofModels.error(model, material) else {
            return nil
        }
        return found
    }

    @Test(arguments: [
        ("0.52498", "0.45017", true), ("0.525", "0.450", true), ("0.525", "0.5", true),
        ("0.52499", "0.45017", false), ("0.524", "0.45", false), ("5.2498e-01", "4.5e-1", true),
        ("5.2499E-1", "4.5e-1", false), ("0.52497918", "0.45016602", true),
        ("0.52497931", "0.45016602", false), ("0.5249791874789399", "0.4501660026875221", true),
    ])
    func `a prediction is met within half a unit of its last digit`(
        below: String, above: String, isMet: Bool
    ) throws {
        #expect(
            try (differences("id,p\na,\(below)\nb,\(above)\nc,\(above)\n") == nil) == isMet)
    }

    @Test(arguments: [
        "id,p\nc,0.4502\na,0.5250\nb,0.4502\n", "customer_id,p\nb,0.4502\n",
        ",id,p\n0,a,0.525\n1,b,0.45\n", "id,x,probability\na,9,0.525\n", "p\n0.525\n0.45\n0.45\n",
        "0.525\n0.45\n0.45\n", "0.525\r0.45\r0.45\r", "id,p\r\na,0.525\r\n",
    ])
    func `predictions come by identifier or in the order of the rows`(text: String) throws {
        #expect(try differences(text) == nil)
        #expect(
            try ProofModels.error(
                Self.model, ProofModels.expecting(Array(text.utf8), of: Self.table)) == nil)
    }

    @Test func `the rows that differ are named by line and identifier, the first of them`() throws {
        let found = try #require(try differences("id,p\na,0.525\nb,0.4502\nc,0.9\n"))
        #expect(found.compared == 3 && found.count == 1)
        #expect(found.first.map(\.line) == [4] && found.first.map(\.identifier) == ["c"])
        #expect(
            "\(found)".hasSuffix("\nline 4 (c): 0.45016602, expected 0.9"), "\(found)")
    }

    @Test(arguments: [
        ("id,p\na,0.475\nb,0.5498\nc,0.5498\n", DifferenceCause.otherOutcome),
        ("id,p\na,0.100\nb,-0.2\nc,-0.2\n", .margins),
        ("p\n0.4502\n0.525\n0.4502\n", .order),
        // A margin of 1 more.
        ("id,p\na,0.7503\nb,0.69\nc,0.69\n", .baseScore(difference: 1)),
        ("id,p\na,0.525\nb,0.9\nc,0.4502\n", .blanks(column: "price")),
        ("id,p\na,0.525\nb,0.4502\nc,0.9\n", .value(column: "plan")),
    ])
    func `why predictions differ is told where it is to be seen`(
        predictions: String, cause: DifferenceCause
    ) throws {
        #expect(try differences(predictions)?.cause == cause)
    }

    @Test(arguments: [
        ("", ExpectationError.empty), ("id,p\n", .empty),
        ("id,p\na,x\n", .notANumber(line: 2, text: "x")),
        ("id,p\na,nan\n", .notANumber(line: 2, text: "nan")),
        ("id,p\na,1\nb,0\nc,0\n", .classes), ("id,p\na,0.52\nb,0.45\n", .tooCoarse),
        ("id,p,q\na,1,2\n", .columns(["p", "q"], identifier: "id")),
        ("id,p\na\n", .ragged(line: 2, cells: 1, wanted: 2)),
        ("id,p\na,\"1\n", .table(.unterminatedQuote(line: 2))),
        ("p\n0.525\n", .count(found: 1, wanted: 3)),
        ("id,p\nz,0.525\n", .unknownRow(line: 2, identifier: "z")),
        ("id,p\na,0.525\na,0.525\n", .repeatedRow(line: 3, identifier: "a")),
    ])
    func `what is no prediction of a row is named`(text: String, error: ExpectationError) throws {
        var found: ExpectationError?
        do {
            let material = try ProofModels.expecting(Array(text.utf8), of: Self.table)
            if case .expectations(let other) = try ProofModels.error(Self.model, material) {
                found = other
            }
        } catch let other as ExpectationError { found = other }
        #expect(found == error)
    }

    @Test func `a target that is no outcome of the schema does not hinder a comparison`() throws {
        let table = Array("id,plan,security,months,senior,price,left\na,basic,Yes,10,0,20,1\n".utf8)
        let material = try ProofModels.expecting(Array("p\n0.525\n".utf8), of: table)
        #expect(try ProofModels.error(Self.model, material) == nil)
        #expect(throws: DataError.self) {
            try ProofModels.rows(table, needsTarget: true)
        }
    }
}
