internal import ArgumentParser
internal import Bundle
internal import Features
internal import JSON
internal import Models
internal import POSIX
internal import Tables
internal import Training

/// `churnctl evaluate`: how good a bundle's model is on a table.
struct EvaluateCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a model on a table with its outcomes.",
        discussion: """
            On the table the model was trained on, the rows that training held out are found again \
            and their metrics compared with those of the manifest; the metrics of all rows follow, \
            which flatter a model trained on them. That table is recognized by its SHA-256, so a \
            copy with another order or fewer rows is another file: the bundle does not show \
            whether the model was trained on its rows. With --training its rows are compared with \
            those of the training.

            Exit codes: 65 for data that cannot be used or a hold-out whose metrics are not those \
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

    func perform() throws {
        let bundle = try LoadedBundle.load(model, unreadable: .software)
        guard bundle.schema.target != nil else { throw DataError.noTarget(path: model) }
        let table = try TrainingData(table: data, schema: bundle.schema)
        let compared = try training.map { path in
            (
                data: try TrainingData(table: path, schema: bundle.schema),
                path: TrainingData.name(ofTable: path)
            )
        }
        let evaluation = try Evaluation(
            bundle, table, path: TrainingData.name(ofTable: data), training: compared)
        let text = EvaluationText(evaluation, model: bundle.fullName)
        if json {
            StandardStream.output.write(IndentedJSON.bytes(text.json).span)
        } else {
            TerminalText.print(text.lines)
        }
        if case .measured(_, isAsStated: false) = evaluation.holdOut {
            throw CommandFailure(.data)
        }
    }
}
