internal import ArgumentParser
internal import Bundle
internal import Features
internal import ModelImport
internal import Models
internal import POSIX

/// `churnctl model import`: makes a bundle of a model that was trained in Python.
struct ModelImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Makes a bundle of a model that XGBoost saved elsewhere.",
        discussion: """
            The model is what booster.save_model("model.json") or ("model.ubj") of XGBoost 1.6 to \
            3.x writes: gbtree, dart or gblinear, objective binary:logistic, reg:logistic or \
            reg:squarederror. Its columns are found by their names: those of fields (tenure), of \
            pandas.get_dummies and OneHotEncoder (Contract_One year), with or without a step in \
            front as ColumnTransformer puts it there (cat__Contract_One year). Categories as \
            pandas' category dtype are known since XGBoost 3.1.

            Where names do not do, --columns is a JSON array with an entry for each column: its \
            name, or an object as manifest.json has in encoding.columns, for example \
            {"name": "x0", "feature": "tenure", "mean": 32.4, "scale": 24.6} or \
            {"name": "Contract", "feature": "Contract", "codes": ["Month-to-month", "One year", \
            "Two year"]}.

            That a model predicts here what it predicts in Python is proved by --expect: its \
            predictions for the rows of --rows or --data, compared one by one. --data, a table \
            with its outcomes, shows whether they are worse than a model that reads its columns \
            rightly can be. Without either, a model in which something is doubtful is refused \
            unless --unproven is given.

            Exit codes: 64 for a wrong option, 65 for columns, a schema or rows that do not fit, \
            a model that was stopped early, is doubtful, or predicts otherwise than expected, 66 \
            for a file that cannot be read, 70 for a model that is refused, 73 for a bundle that \
            cannot be written.
            """)

    @Option(help: ArgumentHelp("What XGBoost saved.", valueName: "path"), completion: .file())
    var model: String

    @Option(
        help: ArgumentHelp("The schema of the records it will predict for.", valueName: "path"),
        completion: .file())
    var schema: String

    @Option(help: ArgumentHelp("The bundle, which must not be there.", valueName: "directory"))
    var output: String

    @Option(help: "The model's name.")
    var name: String

    @Option(help: "The model's version.")
    var version: String

    @Option(
        help: ArgumentHelp(
            "The model's columns, where its own names do not do.", valueName: "path"),
        completion: .file())
    var columns: String?

    @Option(help: "What the golden requests are drawn with.")
    var seed: UInt64 = 1

    @Flag(help: "Take a model that was stopped early with the rounds after its best one.")
    var allRounds = false

    @OptionGroup var proof: ImportProofOptions

    func validate() throws {
        for (option, text) in [("--name", name), ("--version", version)]
        where !Manifest.isName(text) {
            throw ValidationError(
                "\(option): wanted 1 to \(ModelLimits().nameBytesMax) of A-Z a-z 0-9 . _ - "
                    + "and no dot in front")
        }
    }

    func run() throws {
        do throws(ImportFailure) {
            let (result, bundle) = try makeBundle()
            for column in result.unscaledColumns {
                complain(
                    TerminalText.plain(
                        "\(column): taken as it is; if a step scaled it, say mean and scale by "
                            + "--columns"))
            }
            let omissions = result.encoding.omissions
            if !omissions.isEmpty {
                complain("no column shows \(omissions.joined(separator: ", "))")
            }
            for remark in result.proof.remarks { complain(TerminalText.plain(remark)) }
            print("\(output): \(bundle.summary)")
        } catch {
            if case .refused(let path, .schema(let error)) = error {
                complain(aboutSchema: path, error)
            } else {
                for line in error.reason.split(separator: "\n") {
                    complain(TerminalText.plain(String(line)))
                }
            }
            throw ExitCode(error.exitCode)
        }
    }

    private func makeBundle() throws(ImportFailure) -> (ModelImport.Result, ModelBundle) {
        do throws(BundleWriteError) {
            try BundleWriter.prepare(output)
        } catch { throw .output(error) }
        let schemaBytes = try read(schema, SchemaLimits.documentBytesMax)
        let known: Schema
        do throws(SchemaError) {
            known = try Schema(json: schemaBytes.span)
        } catch { throw .refused(path: schema, .schema(error)) }
        let file = try read(model, ModelImport.modelBytesMax)
        var list: [UInt8]?
        if let columns { list = try read(columns, ModelImport.columnsBytesMax) }

        var making = ModelImport(name: name, version: version)
        making.seed = seed
        making.keepsAllRounds = allRounds
        making.acceptsUnproven = proof.unproven
        making.material = try proof.material(known)
        let result: ModelImport.Result
        do throws(ImportError) {
            result = try making.run(file: file, schema: known, columns: list)
        } catch { throw .refused(path: path(of: error), error) }
        do throws(BundleWriteError) {
            return (result, try result.bundle.write(to: output))
        } catch { throw .output(error) }
    }

    private func read(_ path: String, _ bytesMax: Int) throws(ImportFailure) -> [UInt8] {
        do throws(FileError) {
            return try Files.read(path, bytesMax: bytesMax)
        } catch { throw .unreadable(error) }
    }

    /// The file that is at fault.
    private func path(of error: ImportError) -> String {
        switch error {
        case .columnList, .column: columns ?? model
        case .expectations, .differences: proof.expect ?? model
        case .tooFewOutcomes, .contradicted: proof.data ?? model
        case .notAModel, .foreign, .malformed, .ubjson, .model, .marginsDiffer, .library, .schema,
            .noNames, .nameCount, .nameTooLong, .unknownColumn, .ambiguousColumn, .repeatedColumn,
            .noCodes, .codesOfNumber, .codesOfOneValue, .tooManyCategories, .unseenCategory,
            .thresholdOutside, .stoppedEarly, .suspicious, .proofRows:
            model
        }
    }
}

/// Why nothing was imported.
enum ImportFailure: Error {
    case unreadable(FileError)
    case refused(path: String, ImportError)
    case output(BundleWriteError)

    /// One line, or several.
    var reason: String {
        switch self {
        case .unreadable(let error): "\(error)"
        // A table that cannot be read is named in the error.
        case .refused(_, .proofRows(let error)): "\(error)"
        case .refused(let path, let error):
            "\(error)".split(separator: "\n").map { "\(path): \($0)" }.joined(separator: "\n")
        case .output(let error): "\(error)"
        }
    }

    /// By sysexits(3).
    var exitCode: Int32 {
        switch self {
        case .unreadable: 66
        case .refused(_, let error): error.isOfModel ? 70 : 65
        case .output(let error):
            if case .unloadable = error { 70 } else { 73 }
        }
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
