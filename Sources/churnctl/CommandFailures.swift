internal import AuditLog
internal import BatchScoring
internal import Bytes
internal import DataCheck
internal import Features
internal import ModelImport
internal import Models
internal import Training

// The exit code of each error that ends a command.

extension CommandFailure {
    /// Nil for an error that has no exit code of its own.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as AuditVerifierError: self.init(error.exit, "\(error)")
        case let error as TrainingError: self.init(error)
        case _: return nil
        }
    }

    private init(_ error: TrainingError) {
        guard case .schema(let path, let mistakes) = error else {
            self.init(error.exit, "\(error)\(error.hint)")
            return
        }
        self.init(schema: path, mistakes)
    }

    /// A line for each mistake.
    init(schema path: String, _ error: SchemaError) {
        self.init(.data, lines: error.lines.map { "\(path): \($0)" })
    }

    /// - Parameter name: of the table.
    init(_ name: String, _ error: ScoringError) {
        self.init(error == .empty ? .noInput : .data, "\(name): \(error)")
    }

    /// - Parameter name: of the table.
    init(_ name: String, _ error: DataCheckError) {
        self.init(error == .empty ? .noInput : .data, "\(name): \(error)")
    }
}

extension CommandFailure {
    /// - Parameter path: the file that is at fault.
    init(_ path: String, _ error: ImportError) {
        let exit: Exit = error.isOfModel ? .software : .data
        switch error {
        case .schema(let mistakes): self.init(schema: path, mistakes)
        // A table that cannot be read is named in the error.
        case .proofRows(let error): self.init(exit, lines: CommandFailure.lines(of: error))
        case _: self.init(exit, lines: CommandFailure.lines(of: error).map { "\(path): \($0)" })
        }
    }

    private static func lines(of error: any Error) -> [String] {
        "\(error)".split(separator: "\n").map(String.init)
    }
}

extension AuditVerifierError {
    fileprivate var exit: Exit {
        switch self {
        case .unreadable: .noInput
        case .notAnAuditLog: .data
        }
    }
}

extension TrainingError {
    fileprivate var exit: Exit {
        switch self {
        case .name, .groupField, .unknownField: .usage
        case .schema, .noTarget, .table, .columns, .form, .outcomes, .rows, .tooManyRows,
            .tooFewRows, .tooFewGroups, .notTheTraining, .ranksByChance:
            .data
        case .unreadable: .noInput
        case .library, .bundle: .software
        case .outputExists, .unwritable: .cannotCreate
        }
    }

    /// Which name a misspelt one may have meant.
    fileprivate var hint: String {
        guard case .unknownField(let name, let known) = self,
            let nearest = NearestName.of(name, in: known)
        else { return "" }
        return "; did you mean \(nearest)?"
    }
}

extension ImportError {
    /// Whether the model itself is refused, whatever its columns mean.
    fileprivate var isOfModel: Bool {
        switch self {
        case .notAModel, .foreign, .malformed, .ubjson, .model, .marginsDiffer, .library: true
        case .schema, .columnList, .column, .noNames, .nameCount, .nameTooLong, .unknownColumn,
            .ambiguousColumn, .repeatedColumn, .noCodes, .codesOfNumber, .codesOfOneValue,
            .tooManyCategories, .unseenCategory, .thresholdOutside, .stoppedEarly, .suspicious,
            .proofRows, .expectations, .differences, .tooFewOutcomes, .contradicted:
            false
        }
    }
}
