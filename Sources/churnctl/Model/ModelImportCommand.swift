internal import ArgumentParser
internal import Bundle
internal import Features
internal import ModelImport
internal import Models
internal import POSIX

/// `churnctl model import`: a bundle of a model that was trained in Python.
struct ModelImportCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import a model of XGBoost, LightGBM or ONNX.",
        discussion: """
            The model is what booster.save_model("model.json") or ("model.ubj") of XGBoost 1.6 to \
            3.x writes: gbtree, dart or gblinear, objective binary:logistic, reg:logistic or \
            reg:squarederror; what booster.save_model("model.txt") of LightGBM writes; or an ONNX \
            model of a pipeline of scikit-learn or of XGBoost.

            Its columns are found by their names: those of fields (tenure), of \
            pandas.get_dummies and OneHotEncoder (Contract_One year), with or without a step in \
            front as ColumnTransformer puts it there (cat__Contract_One year). Categories as \
            pandas' category dtype are known since XGBoost 3.1.

            If the names are not enough, --columns is a JSON array with an entry for each column: \
            its name, or an object as manifest.json has in encoding.columns, for example \
            {"name": "x0", "feature": "tenure", "mean": 32.4, "scale": 24.6} or \
            {"name": "Contract", "feature": "Contract", "codes": ["Month-to-month", "One year", \
            "Two year"]}.

            --expect verifies that the model predicts here what it predicts in Python: its \
            predictions for the rows of --rows or --data are compared one by one. --data, a table \
            with its outcomes, shows whether they are worse than a model that reads its columns \
            rightly can be. Without either, a doubtful model is refused unless --unproven is \
            given. Their rows are also what reasons are measured against (mean_contributions): \
            without them, or for trees without covers, as those of LightGBM and ONNX, the model \
            gives no reasons.

            Exit codes: 64 for a wrong option, 65 for columns, a schema or rows that do not fit, \
            a model that was stopped early, is doubtful, or predicts otherwise than expected, 66 \
            for a file that cannot be read, 70 for a model that is refused, 73 for a bundle that \
            cannot be written.
            """)

    @Option(
        help: ArgumentHelp("Model file.", valueName: "path"),
        completion: .file())
    var model: String

    @Option(
        help: ArgumentHelp("The schema of the records.", valueName: "path"),
        completion: .file())
    var schema: String

    @Option(help: ArgumentHelp("Output directory; must not exist.", valueName: "directory"))
    var output: String

    @Option(help: "The model's name.")
    var name: String

    @Option(help: "The model's version.")
    var version: String

    @Option(
        help: ArgumentHelp(
            "Column mapping, if feature names do not match the schema.", valueName: "path"),
        completion: .file())
    var columns: String?

    @OptionGroup var random: RandomOptions

    @Flag(help: "Keep rounds after the best iteration.")
    var allRounds = false

    @OptionGroup var proof: ImportProofOptions

    func validate() throws {
        for (option, text) in [("--name", name), ("--version", version)]
        where !Manifest.isName(text) {
            throw ValidationError(
                "\(option): expected 1 to \(ModelLimits().nameBytesMax) of A-Z a-z 0-9 . _ - "
                    + "and no dot in front")
        }
    }

    func perform() throws {
        let (result, bundle) = try makeBundle()
        for column in result.unscaledColumns {
            complain(
                "\(column): taken as it is; if a step scaled it, give mean and scale by --columns")
        }
        let omissions = result.encoding.omissions
        if !omissions.isEmpty { complain("no column shows \(omissions.joined(separator: ", "))") }
        for remark in result.proof.remarks { complain(remark) }
        print("\(output): \(bundle.summary)")
    }

    private func makeBundle() throws -> (ModelImport.Result, ModelBundle) {
        try BundleWriter.prepare(output)
        let known = try SchemaFile.read(schema)
        let file = try InputFile.readAll(model, bytesMax: ModelImport.modelBytesMax)
        let list = try columns.map {
            try InputFile.readAll($0, bytesMax: ModelImport.columnsBytesMax)
        }
        var making = ModelImport(name: name, version: version)
        making.seed = random.seed
        making.keepsAllRounds = allRounds
        making.acceptsUnproven = proof.unproven
        making.material = try proof.material(known)
        let result: ModelImport.Result
        do throws(ImportError) {
            result = try making.run(file: file, schema: known, columns: list)
        } catch { throw CommandFailure(path(of: error), error) }
        return (result, try result.bundle.write(to: output))
    }

    /// The file that is at fault.
    private func path(of error: ImportError) -> String {
        switch error {
        case .columnList, .column: columns ?? model
        case .expectations, .differences: proof.expect ?? model
        case .tooFewOutcomes, .contradicted: proof.data ?? model
        case .notAModel, .foreign, .malformed, .ubjson, .onnx, .model, .marginsDiffer, .imprecise,
            .library, .schema,
            .noNames, .nameCount, .nameTooLong, .unknownColumn, .ambiguousColumn, .repeatedColumn,
            .noCodes, .codesOfNumber, .codesOfOneValue, .presenceOfColumn, .otherOutcome,
            .tooManyCategories, .unseenCategory,
            .thresholdOutside, .stoppedEarly, .suspicious, .proofRows:
            model
        }
    }
}
