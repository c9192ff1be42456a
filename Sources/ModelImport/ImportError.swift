internal import Bundle
package import Features
package import JSON
package import Models
package import Tables
package import XGBoost

/// Why a model cannot be imported.
package enum ImportError: Error, Equatable, Sendable {
    /// The file is neither JSON nor UBJSON.
    case notAModel
    /// The file is a model of another library, or another kind of file.
    case foreign(ForeignModel)
    case malformed(JSONError)
    case ubjson(UBJSONError)
    case onnx(ONNXError)
    /// The model is not one that can be served.
    case model(ModelError)
    /// The schema is invalid.
    case schema(SchemaError)
    /// The list of columns is invalid.
    case columnList(SchemaProblem, index: Int?)
    /// An entry of the list of columns is invalid; entries count from 0.
    case column(SchemaError, index: Int)
    /// The model names no columns, and nobody else does.
    case noNames(featureCount: Int)
    /// Another number of names than the model has features.
    case nameCount(found: Int, wanted: Int)
    /// A name longer than any column of the schema could have; columns count from 0.
    case nameTooLong(index: Int, bytesMax: Int)
    /// A column that shows nothing of the schema, by its name.
    case unknownColumn(String, nearest: [String])
    /// A column that may show several things of the schema.
    case ambiguousColumn(String, meanings: [String])
    /// A column that shows what an earlier one shows, or has its name.
    case repeatedColumn(String)
    /// A category as one column, of which the model does not say the codes.
    case noCodes(String, values: [String])
    /// A number of too many values for the codes that the model has for it.
    case codesOfNumber(String, feature: String)
    /// Codes for a column that shows one value.
    case codesOfOneValue(String)
    /// A column by `--columns` of which the model shows single values.
    case presenceOfColumn(String)
    /// A model that predicts another outcome than the schema's.
    case otherOutcome(found: String, wanted: String)
    case tooManyCategories(String, most: Int)
    /// A value of the schema that the model does not know.
    case unseenCategory(String, value: String)
    /// A split where no value of the column is, as if the model had learned from others.
    case thresholdOutside(String, threshold: Float, lowest: Double, highest: Double)
    /// A model that was trained on after its best round.
    case stoppedEarly(best: Int, rounds: Int)
    /// The scorer and the library differ; rows count from 1.
    case marginsDiffer(row: Int, found: UInt32, library: UInt32)
    /// A margin that single precision cannot hold closely enough; rows count from 1.
    case imprecise(row: Int, found: Float, wanted: Double)
    case library(XGBoostError)
    /// What is visible in the model, which nothing was given to disprove.
    case suspicious([Suspicion])
    /// The rows that were to prove the import cannot be read.
    case proofRows(DataError)
    /// The expected predictions cannot be read, or are not those of the rows.
    case expectations(ExpectationError)
    /// Predictions that are not the expected ones.
    case differences(PredictionDifferences)
    /// Rows of which one outcome is too rare to show anything.
    case tooFewOutcomes(positives: Int, negatives: Int)
    /// Outcomes that contradict the predictions, and what is visible in the model beside.
    case contradicted(OutcomeProof, [Suspicion])
}

extension ImportError: CustomStringConvertible {
    /// One line, or one for each reason against the import. Names come from the model, so code that
    /// prints it must escape them.
    package var description: String {
        switch self {
        case .notAModel:
            "neither JSON, UBJSON, ONNX nor LightGBM's text, expected what "
                + "booster.save_model(\"model.json\") writes"
        case .foreign(let model): "\(model)"
        case .malformed(let error): "\(error)"
        case .onnx(let error): "\(error)"
        case .ubjson(let error): "\(error); booster.save_model(\"model.json\") writes JSON"
        case .model(let error): "\(error)"
        case .schema(let error): "\(error)"
        case .columnList(let problem, let index):
            (index.map { "entry \($0): " } ?? "") + "\(problem)"
        case .column(let error, let index): "entry \(index): \(error)"
        case .noNames(let featureCount):
            "the model names none of its \(featureCount) columns, expected their names by --columns"
        case .nameCount(let found, let wanted): "\(found) columns, expected the model's \(wanted)"
        case .nameTooLong(let index, let bytesMax):
            "column \(index): a name too long, expected at most \(bytesMax) bytes"
        case .unknownColumn(let name, let nearest):
            "column \(name): nothing the schema has; nearest: \(nearest.joined(separator: ", "))"
        case .ambiguousColumn(let name, let meanings):
            "column \(name): may be \(meanings.joined(separator: " or ")), expected it by --columns"
        case .repeatedColumn(let name): "column \(name): shows what an earlier column shows"
        case .noCodes(let name, let values):
            "column \(name): a category in one column, and the model does not say its codes; "
                + "expected by --columns an order of: \(values.joined(separator: ", "))"
        case .codesOfNumber(let name, let feature):
            "column \(name): codes of categories, but \(feature) is a number in the schema"
        case .codesOfOneValue(let name):
            "column \(name): codes of categories, expected one column for the field"
        case .presenceOfColumn(let name):
            "column \(name): the model shows values of it, expected the name of a field"
        case .otherOutcome(let found, let wanted):
            "the model predicts \(found), expected the schema's positive outcome \(wanted) as the "
                + "second of its classes"
        case .tooManyCategories(let name, let most):
            "column \(name): too many categories, expected at most \(most)"
        case .unseenCategory(let name, let value):
            "column \(name): the model knows no category \(value), which the schema takes"
        case .thresholdOutside(let name, let threshold, let lowest, let highest):
            "column \(name): compared with \(threshold), expected values of \(lowest) to "
                + "\(highest); "
                + "a column that was scaled needs its mean and scale by --columns"
        case .stoppedEarly(let best, let rounds):
            "stopped early, round \(best + 1) of \(rounds) was the best: save "
                + "booster[:\(best + 1)], which is what XGBClassifier predicts with, or say "
                + "--all-rounds"
        case .marginsDiffer(let row, let found, let library):
            "row \(row): margin \(floatBits(found)), the library's is \(floatBits(library))"
        case .imprecise(let row, let found, let wanted):
            "row \(row): margin \(found), the model's own is \(wanted): leaves too large for "
                + "single precision"
        case .library(let error): "\(error)"
        case .suspicious(let suspicions):
            suspicions.map { "\($0)" }.joined(separator: "\n")
                + "\nprove the import by --expect, or by --data where outcomes can show it, or "
                + "pass --unproven"
        case .proofRows(let error): "\(error)"
        case .expectations(let error): "\(error)"
        case .differences(let differences): "\(differences)"
        case .tooFewOutcomes(let positives, let negatives):
            "\(positives) positive and \(negatives) negative rows, expected at least "
                + "\(ProofLimits.outcomeRowsMin) of each"
        case .contradicted(let proof, let suspicions):
            (["\(proof)"] + proof.reasons + suspicions.map { "visible in the model: \($0)" })
                .joined(separator: "\n")
        }
    }
}
