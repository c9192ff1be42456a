internal import AuditReading
internal import Bundle
internal import Bytes
internal import Features
internal import ModelImport
internal import Models
internal import Tables
internal import Training

// The exit code of each error that ends a command.

extension CommandFailure {
    /// Nil for an error that has no exit code of its own.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as AuditVerifierError: self.init(error.exit, "\(error)")
        case let error as DataError: self.init(error)
        case let error as BundleWriteError: self.init(error.exit, "\(error)")
        case let error as TrainingError: self.init(error)
        case _: return nil
        }
    }

    private init(_ error: DataError) {
        switch error {
        case .schema(let path, let mistakes): self.init(schema: path, mistakes)
        case .unreadable: self.init(.noInput, "\(error)")
        case .noTarget, .table, .columns, .form, .outcomes, .rows, .tooManyRows:
            self.init(.data, "\(error)")
        }
    }

    private init(_ error: TrainingError) {
        switch error {
        case .data(let error): self.init(error)
        case .output(let error): self.init(error.exit, "\(error)")
        case .name, .groupField: self.init(.usage, "\(error)")
        case .unknownField(let name, let known):
            let nearest = NearestName.of(name, in: known).map { "; did you mean \($0)?" }
            self.init(.usage, "\(error)\(nearest ?? "")")
        case .tooFewRows, .tooFewGroups, .notTheTraining, .ranksByChance:
            self.init(.data, "\(error)")
        case .library: self.init(.software, "\(error)")
        }
    }

    /// A line for each mistake.
    init(schema path: String, _ error: SchemaError) {
        self.init(.data, error.lines.map { "\(path): \($0)" })
    }

    /// - Parameter name: of the table.
    init(_ name: String, _ error: TableInputError) {
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
        case .proofRows(let error): self.init(exit, "\(error)")
        case _:
            self.init(exit, "\(error)".split(separator: "\n").map { "\(path): \($0)" })
        }
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

extension BundleWriteError {
    fileprivate var exit: Exit {
        switch self {
        case .unloadable: .software
        case .outputExists, .unwritable: .cannotCreate
        }
    }
}

extension ImportError {
    /// Whether the model itself is refused, whatever its columns mean.
    fileprivate var isOfModel: Bool {
        switch self {
        case .notAModel, .foreign, .malformed, .ubjson, .onnx, .model, .marginsDiffer, .imprecise,
            .library:
            true
        case .schema, .columnList, .column, .noNames, .nameCount, .nameTooLong, .unknownColumn,
            .ambiguousColumn, .repeatedColumn, .noCodes, .codesOfNumber, .codesOfOneValue,
            .presenceOfColumn, .otherOutcome,
            .tooManyCategories, .unseenCategory, .thresholdOutside, .stoppedEarly, .suspicious,
            .proofRows, .expectations, .differences, .tooFewOutcomes, .contradicted:
            false
        }
    }
}
