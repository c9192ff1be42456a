internal import Features
internal import JSON
internal import Models
internal import OpenSSL

/// What an import is verified with, beside the model itself.
package struct ProofMaterial: Sendable {
    /// Predictions of another program, and the rows they are for.
    package struct Expected: Sendable {
        let expectations: Expectations
        let rows: ProofRows
        let sha256: String

        /// - Parameter file: the file the expectations were read from.
        package init(_ expectations: Expectations, file: [UInt8], rows: ProofRows) {
            self.expectations = expectations
            self.rows = rows
            sha256 = SHA256.hexDigest(file.span)
        }
    }

    /// A table with outcomes.
    package struct Labelled: Sendable {
        let rows: ProofRows
        let sha256: String

        /// - Parameter file: the file the rows were read from.
        package init(_ rows: ProofRows, file: [UInt8]) {
            self.rows = rows
            sha256 = SHA256.hexDigest(file.span)
        }
    }

    package var expected: Expected?
    package var labelled: Labelled?

    package init() {}

    /// Those that reasons are measured against: of the table with outcomes, else of the rows that
    /// were expected.
    var records: [Record] { (labelled?.rows ?? expected?.rows)?.rows.map(\.record) ?? [] }
}

/// How an import was verified, and the reasons against it.
package struct ImportProof: Equatable, Sendable {
    /// How many predictions were compared; nil where none were expected.
    package let comparedCount: Int?
    package let outcome: OutcomeProof?
    /// What is visible in the model itself.
    package let suspicions: [Suspicion]
    private let expectedSHA256: String?
    private let dataSHA256: String?

    package var isProven: Bool { comparedCount != nil || outcome != nil }

    /// What is visible and was not disproved.
    let openSuspicions: [Suspicion]

    /// Throws where the predictions are not the expected ones, or the outcomes contradict them and
    /// nothing was expected: a faithful import of a bad model is still one.
    init(
        _ material: ProofMaterial, _ scorer: ModelScorer, _ encoding: FeatureEncoding,
        _ schema: Schema, suspicions: [Suspicion], positiveWeight: Double
    ) throws(ImportError) {
        var scorer = scorer
        var open = suspicions
        self.suspicions = suspicions
        expectedSHA256 = material.expected?.sha256
        dataSHA256 = material.labelled?.sha256
        if let expected = material.expected {
            let comparison: ExpectationProof
            do throws(ExpectationError) {
                comparison = try ExpectationProof(expected.expectations, expected.rows, &scorer)
            } catch { throw .expectations(error) }
            if let differences = comparison.differences(suspicions, schema) {
                throw .differences(differences)
            }
            comparedCount = comparison.count
            open = open.filter { !comparison.covers($0, encoding, schema) }
        } else {
            comparedCount = nil
        }
        guard let labelled = material.labelled else {
            outcome = nil
            openSuspicions = open
            return
        }
        let proof: OutcomeProof
        do throws(TooFewOutcomes) {
            proof = try OutcomeProof(
                labelled.rows, &scorer, encoding, schema, positiveWeight: positiveWeight,
                isDoubtful: !suspicions.isEmpty)
        } catch { throw .tooFewOutcomes(positives: error.positives, negatives: error.negatives) }
        if comparedCount == nil, !proof.contradictions.isEmpty {
            throw .contradicted(proof, suspicions)
        }
        outcome = proof
        openSuspicions = open.filter { !$0.isDecidedByOutcomes }
    }

    /// As a manifest's provenance has it: a list with an object for each proof, empty for none, and
    /// what was found and accepted nevertheless.
    var members: [(name: String, value: JSONValue)] {
        var proofs: [JSONValue] = []
        if let comparedCount, let expectedSHA256 {
            proofs.append(
                .object([
                    ("kind", .string("expect")), ("rows", .number(Double(comparedCount))),
                    ("expect_sha256", .string(expectedSHA256)),
                ]))
        }
        if let outcome, let dataSHA256 {
            proofs.append(
                .object([
                    ("kind", .string("data")), ("rows", .number(Double(outcome.rowCount))),
                    ("data_sha256", .string(dataSHA256)), ("roc_auc", .number(outcome.rocAUC)),
                    (outcome.isRegression ? "brier" : "log_loss", .number(outcome.loss)),
                    (
                        outcome.isRegression ? "brier_of_rate" : "log_loss_of_rate",
                        .number(outcome.lossOfRate)
                    ),
                    ("mean_probability", .number(outcome.meanProbability)),
                    ("rate", .number(outcome.rate)),
                ]))
        }
        return [("proof", .array(proofs))]
            + (suspicions.isEmpty
                ? [] : [("suspicions", .array(suspicions.map { .string($0.key) }))])
    }
}
