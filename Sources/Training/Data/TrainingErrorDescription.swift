internal import Features

extension TrainingError: CustomStringConvertible {
    /// One line, or one for each bad cell.
    package var description: String {
        switch self {
        case .unreadable(let error), .unwritable(let error): "\(error)"
        case .schema(let path, let error): "\(path): \(error)"
        case .noTarget(let path): "\(path): no x-target, expected the column to learn"
        case .table(let path, let error): "\(path): \(error)"
        case .columns(let path, let error): "\(path): \(error)"
        case .form(let path, let form): "\(path): \(form)"
        case .outcomes(let path, let outcomes): "\(path): \(outcomes)"
        case .rows(let path, let first, let further):
            (first.map { violation in
                "\(path): line \(violation.line), column \(violation.column): "
                    + violation.detail + (violation.found.map { ", \($0)" } ?? "")
            }
                + (further > 0 ? ["\(path): and \(further) more"] : []))
                .joined(separator: "\n")
        case .tooManyRows(let path, let most): "\(path): too many rows, expected at most \(most)"
        case .tooFewRows(let path, let positives, let negatives, let least):
            "\(path): \(positives) positive and \(negatives) negative rows, "
                + "expected at least \(least) of each"
        case .tooFewGroups(let path, let column, let positives, let negatives, let least):
            "\(path): rows of the same \(column) are kept together, and \(positives) values of it "
                + "have positive rows and \(negatives) negative ones, expected at least \(least) "
                + "of each"
        case .unknownField(let name, let known):
            "\(name): no such field, expected one of \(known.joined(separator: ", "))"
        case .notTheTraining(let path):
            "\(path): not the table the model was trained on, whose SHA-256 the manifest states"
        case .name(let text):
            "\(text): not a name, expected 1 to 64 of A-Z a-z 0-9 . _ - and no dot in front"
        case .groupField(let name):
            "\(name): makes no groups, expected a category or an integer of at most 16 values"
        case .outputExists(let path): "\(path): exists, expected a place for a new bundle"
        case .library(let error): "\(error)"
        case .ranksByChance(let candidate):
            "\(candidate.title): ranks rows no better than chance, which cannot be calibrated"
        case .bundle(let error): "the trained bundle does not load: \(error)"
        }
    }
}
