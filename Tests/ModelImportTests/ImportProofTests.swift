import Bundle
import Features
import JSON
import ModelImport
import Models
import Tables
import Testing

/// Whether an import is proved, and by what.
struct ImportProofTests {
    struct Case: Sendable {
        let name: String
        /// What the errors of an import without proof, with outcomes and with expectations say; nil
        /// where it is made.
        var alone: String?
        var data: String?
        var expect: String?
    }

    private static let scaled = "a column that was scaled needs its mean and scale"

    @Test(arguments: [
        Case(name: "right-trees"), Case(name: "right-exact"), Case(name: "right-first-dropped"),
        Case(name: "right-linear"), Case(name: "right-regression"), Case(name: "right-weighted"),
        Case(
            name: "wrong-linear-standard", alone: "by columns months, price alone",
            data: "a log-loss of 4.6", expect: "400 of 400 predictions are not"),
        Case(name: "wrong-standard", alone: scaled, data: scaled, expect: scaled),
        Case(
            name: "wrong-min-max", alone: "scaled to 0 to 1, as MinMaxScaler does?",
            data: "the mean probability is 0.1475 and the rate 0.3025, too low",
            expect: "visible in the model: column months: compared with 0.13"),
        Case(
            name: "wrong-log1p", alone: "a logarithm, as log1p",
            data: "farthest apart where months is 0.0 to 13.0",
            expect: "379 of 400 predictions are not the expected ones: visible in the model"),
        Case(
            name: "wrong-custom", alone: "a custom objective, which XGBoost does not save",
            data: "too low by more than", expect: "1 / (1 + e^-margin) is expected"),
        Case(
            name: "wrong-other-target", alone: "predictions of reg:squarederror from 3.98",
            data: "ranks no better than chance", expect: "numbers far from 0 to 1, expected"),
        Case(
            name: "wrong-merged", alone: "no column for security=No plan",
            data: "no column for security=No plan",
            expect: "70 of 400 predictions are not the expected ones: the rows that differ have "
                + "values for which the model has no column, in security"),
        Case(
            name: "wrong-missing", alone: "column price: the model learned where missing values go",
            data: "column price: the model learned where missing values go",
            expect: "29 of 400 predictions are not the expected ones: the rows that differ have a "
                + "blank in price"),
        Case(
            name: "wrong-sparse", alone: "the model learned from a sparse matrix",
            data: "ranks no better than chance", expect: "compared with 2.00001"),
        // That the model learned the other outcome shows in the outcomes alone.
        Case(name: "wrong-outcome", data: "ranks no better than chance, ROC-AUC 0.10"),
    ])
    func `a model that was made wrongly is refused with the reason, and a right one taken`(
        model: Case
    ) throws {
        let file = try ImportedModels.fixture("proofs/\(model.name).json")
        let table = try ProofModels.customers()
        let expected = try ProofModels.expected(model.name)
        for (material, wanted) in [
            (ProofMaterial(), model.alone), (try ProofModels.labelled(table), model.data),
            (try ProofModels.expecting(expected, of: table), model.expect),
        ] {
            let error = try ProofModels.error(file, material)
            if let wanted {
                let text = error.map { "\($0)" } ?? "taken"
                #expect(text.contains(wanted), "\(text)")
            } else {
                #expect(error == nil)
            }
        }
    }

    @Test(arguments: [
        // Rows without a blank, and without the value, are predicted as in Python.
        ("wrong-missing", { @Sendable (line: Substring) in !line.contains(",,") }, "price"),
        ("wrong-merged", { @Sendable (line: Substring) in !line.contains("No plan") }, "No plan"),
    ])
    func `predictions for rows that cannot show what is doubtful do not settle it`(
        name: String, isKept: @Sendable (Substring) -> Bool, words: String
    ) throws {
        let lines = String(decoding: try ProofModels.customers(), as: UTF8.self)
            .split(separator: "\n").filter(isKept)
        let kept = Set(lines.map { $0.prefix { $0 != "," } })
        let expected = String(decoding: try ProofModels.expected(name), as: UTF8.self)
            .split(separator: "\n").filter { kept.contains($0.prefix { $0 != "," }) }
        let material = try ProofModels.expecting(
            Array(expected.joined(separator: "\n").utf8),
            of: Array(lines.joined(separator: "\n").utf8))
        let file = try ImportedModels.fixture("proofs/\(name).json")
        guard case .suspicious(let open) = try ProofModels.error(file, material) else {
            Issue.record("taken")
            return
        }
        #expect(open.count == 1 && "\(open)".contains(words))
        #expect(try ProofModels.run(file, material, acceptsUnproven: true).proof.isProven)
    }

    @Test(arguments: ["right-trees", "right-linear", "right-exact"])
    func `with rows that it is verified by, a model gives reasons, which add up to its margin`(
        name: String
    ) throws {
        let file = try ImportedModels.fixture("proofs/\(name).json")
        let table = try ProofModels.customers()
        #expect(try ProofModels.run(file).bundle.loaded().explainer == nil)
        for material in [
            try ProofModels.labelled(table),
            try ProofModels.expecting(ProofModels.expected(name), of: table),
        ] {
            // That they add up is checked for every golden row as the bundle is loaded.
            let bundle = try ProofModels.run(file, material).bundle.loaded()
            #expect(bundle.explainer != nil)
            #expect(bundle.manifest.meanContributions?.contains { $0 != 0 } == true)
        }
    }

    @Test func `what is doubtful is taken unproven, and the manifest says so`() throws {
        let file = try ImportedModels.fixture("proofs/wrong-min-max.json")
        let result = try ProofModels.run(file, acceptsUnproven: true)
        #expect(!result.proof.isProven && result.proof.suspicions.count == 2)
        let provenance = try result.bundle.loaded().manifest.provenance
        #expect(provenance["proof"] == .array([]))
        #expect(
            provenance["suspicions"]
                == .array([.string("scaled_column"), .string("scaled_column")])
        )
    }

    @Test func `a contradiction is refused also where a model is taken unproven`() throws {
        let file = try ImportedModels.fixture("proofs/wrong-min-max.json")
        #expect(throws: ImportError.self) {
            try ProofModels.run(
                file, try ProofModels.labelled(ProofModels.customers()), acceptsUnproven: true)
        }
    }

    @Test func `the manifest says how an import was proved`() throws {
        let table = try ProofModels.customers()
        var material = try ProofModels.expecting(
            ProofModels.expected("right-trees"), of: table)
        material.labelled = try ProofModels.labelled(table).labelled
        let result = try ProofModels.run(
            ImportedModels.fixture("proofs/right-trees.json"), material)
        let provenance = try result.bundle.loaded().manifest.provenance
        let proofs = try #require(provenance["proof"]?.asArray).compactMap(\.asObject)
        #expect(proofs.map { $0["kind"]?.asString } == ["expect", "data"])
        #expect(proofs.map { $0["rows"]?.asNumber } == [400, 400])
        #expect(proofs[0]["expect_sha256"]?.asString?.utf8.count == 64)
        #expect(proofs[1]["rate"]?.asNumber == 0.3025)
        #expect(provenance["suspicions"] == nil)
    }

    @Test func `a faithful import of a model that predicts badly is made, and its outcomes told`()
        throws
    {
        let table = try ProofModels.customers()
        var material = try ProofModels.expecting(
            ProofModels.expected("wrong-outcome"), of: table)
        material.labelled = try ProofModels.labelled(table).labelled
        let proof = try ProofModels.run(
            ImportedModels.fixture("proofs/wrong-outcome.json"), material
        ).proof
        #expect(proof.comparedCount == 400)
        #expect(proof.outcome?.contradictions.first == .ranksByChance)
    }

    @Test(arguments: [-1, 0, 1])
    func `outcomes of too few rows prove nothing`(excess: Int) throws {
        let wanted = ProofLimits.outcomeRowsMin + excess
        var positives = 0
        let lines = String(decoding: try ProofModels.customers(), as: UTF8.self)
            .split(separator: "\n").filter { line in
                if line.hasSuffix(",yes") { positives += 1 }
                return !line.hasSuffix(",yes") || positives <= wanted
            }
        let material = try ProofModels.labelled(Array(lines.joined(separator: "\n").utf8))
        let error = try ProofModels.error(
            ImportedModels.fixture("proofs/right-trees.json"), material)
        if excess < 0 {
            #expect(error == .tooFewOutcomes(positives: wanted, negatives: 279))
        } else if case .contradicted = error {
            // So few of the 121 that the rate is far from what was learned.
        } else {
            Issue.record("\(String(describing: error))")
        }
    }

    /// The same rows with fewer positives, so that the rate falls by `gap` and the model stays.
    @Test(arguments: [(0.04, false), (0.2, true)])
    func `a mean probability as far from the rate as customers change is no contradiction`(
        gap: Double, isRefused: Bool
    ) throws {
        let lines = String(decoding: try ProofModels.customers(), as: UTF8.self)
            .split(separator: "\n")
        let positives = lines.filter { $0.hasSuffix(",yes") }
        let share = (0.3025 - gap) / 0.3025
        let kept = Double(positives.count) * share * (1 - 0.3025) / (1 - 0.3025 + gap)
        let fewer =
            lines.filter { !$0.hasSuffix(",yes") }
            + positives.enumerated().filter { index, _ in
                (Double(index) * kept / Double(positives.count)).rounded(.down)
                    != (Double(index + 1) * kept / Double(positives.count)).rounded(.down)
            }.map(\.element)
        let material = try ProofModels.labelled(Array(fewer.joined(separator: "\n").utf8))
        let error = try ProofModels.error(
            ImportedModels.fixture("proofs/right-trees.json"), material)
        guard case .contradicted(let proof, _) = error else {
            #expect(!isRefused, "\(String(describing: error))")
            return
        }
        #expect(isRefused)
        #expect(proof.meanProbability > proof.rate)
    }

    @Test func `the error of an area under the curve is Hanley's and McNeil's`() throws {
        let proof = try #require(
            try ProofModels.run(
                ImportedModels.fixture("proofs/right-trees.json"),
                ProofModels.labelled(ProofModels.customers())
            ).proof.outcome)
        // Computed by hand from AUC 0.8971, 121 positives and 279 negatives.
        #expect(abs(proof.rocAUC - 0.8971) < 5e-5)
        #expect(abs(proof.rocAUCError - 0.0198) < 5e-5)
    }

    @Test func `rows that the schema refuses prove nothing`() throws {
        let table = Array("plan,security,months,senior,price\nbasic,No,61,0,\"29,85\"\n".utf8)
        #expect {
            try ProofModels.rows(table)
        } throws: { error in
            guard case DataError.rows(_, let first, _) = error else { return false }
            return first.map(\.column) == ["months", "price"]
                && first[1].found?.text == "29,85"
        }
    }
}
