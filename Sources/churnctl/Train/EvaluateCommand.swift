internal import ArgumentParser
internal import Bundle
internal import Features
internal import JSON
internal import Models
internal import POSIX
internal import Tables
internal import Training

/// `churnctl evaluate`: how good a bundle's model is on a table.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measures a model on a table with its outcomes.",
        discussion: """
            On the table the model was trained on, the rows that training held out are found again \
            and their figures compared with those of the manifest; the figures of all rows follow, \
            which flatter a model that learned from them. That table is recognized by its SHA-256, \
            so a copy with another order or fewer rows is another file: the bundle does not show \
            whether its rows were learned from. With --training its rows are compared with those \
            of the training.

            Exit codes: 65 for data that cannot be used or a hold-out whose figures are not those \
            of the manifest, 66 for a file that cannot be read, 70 for a model that does not load.
            """)

    @Option(help: ArgumentHelp("The bundle of the model.", valueName: "directory"))
    var model: String

    @Option(
        help: ArgumentHelp(
            "The table: CSV with a header; - is standard input.", valueName: "path"),
        completion: .file())
    var data: String

    @Option(
        help: ArgumentHelp(
            "The table the model was trained on, to find its rows in another one.",
            valueName: "path"),
        completion: .file())
    var training: String?

    @Flag(help: "Report as one JSON object.")
    var json = false

    func validate() throws {
        if data == TrainingData.standardInputPath && training == data {
            throw ValidationError("--data and --training: only one can be standard input")
        }
    }

    func run() throws {
        let bundle: ModelBundle
        do throws(BundleError) {
            bundle = try ModelBundle(directory: model)
        } catch {
            complain("\(model): \(error)")
            throw ExitCode(70)
        }
        let evaluation: Evaluation
        do throws(TrainingError) {
            let table: TrainingData
            var compared: (data: TrainingData, path: String)?
            do throws(DataError) {
                guard bundle.schema.target != nil else { throw .noTarget(path: model) }
                table = try TrainingData(table: data, schema: bundle.schema)
                if let training {
                    compared = (
                        try TrainingData(table: training, schema: bundle.schema),
                        TrainingData.name(ofTable: training)
                    )
                }
            } catch { throw .data(error) }
            evaluation = try Evaluation(
                bundle, table, path: TrainingData.name(ofTable: data), training: compared)
        } catch {
            complain("\(error)")
            throw ExitCode(error.exitCode)
        }
        let text = EvaluationText(evaluation, model: bundle.fullName)
        if json {
            StandardStream.output.write(IndentedJSON.bytes(text.json).span)
        } else {
            for line in text.lines { print(line) }
        }
        if case .measured(_, isAsStated: false) = evaluation.holdOut { throw ExitCode(65) }
    }
}
