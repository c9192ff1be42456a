internal import ArgumentParser
internal import Features
internal import Models
internal import POSIX
internal import Training

/// `churnctl evaluate`: how good a bundle's model is on a table.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measures a model on a table with its outcomes.",
        discussion: """
            On the table the model was trained on, the rows that training held out are found again \
            and their figures compared with those of the manifest; the figures of all rows follow, \
            which flatter a model that learned from them. Another table is measured as a whole.

            Exit codes: 65 for data that cannot be used or a hold-out whose figures are not those \
            of the manifest, 66 for a file that cannot be read, 70 for a model that does not load.
            """)

    @Option(help: ArgumentHelp("The bundle of the model.", valueName: "directory"))
    var model: String

    @Option(
        help: ArgumentHelp("The table: CSV with a header.", valueName: "path"),
        completion: .file())
    var data: String

    func run() throws {
        let bundle: ModelBundle
        do throws(ModelError) {
            bundle = try ModelBundle(directory: model)
        } catch {
            complain("\(model): \(error)")
            throw ExitCode(70)
        }
        let evaluation: Evaluation
        do throws(TrainingError) {
            guard bundle.schema.target != nil else { throw .noTarget(path: model) }
            let table = try TrainingData(table: data, schema: bundle.schema)
            evaluation = try Evaluation(bundle, table, path: data)
        } catch {
            complain("\(error)")
            throw ExitCode(error.exitCode)
        }
        try tell(evaluation, bundle.fullName)
    }

    private func tell(_ evaluation: Evaluation, _ name: String) throws {
        switch evaluation.holdOut {
        case .measured(let measures, let isAsStated):
            print("\(name), hold-out, which neither training nor selection saw")
            for line in MeasureLines(measures).lines { print(line) }
            print(
                isAsStated
                    ? "  the figures are those of the manifest"
                    : "  the figures are not those of the manifest")
            print("")
            print("\(name), whole table, most of which was learned from")
            for line in MeasureLines(evaluation.whole).lines { print(line) }
            guard isAsStated else { throw ExitCode(65) }
            return
        case .otherTable:
            print("\(name), a table that was not learned from")
        case .learned:
            print("\(name), whole table, all of which was learned from")
        case .unknown:
            print("\(name), whole table; the manifest does not say what was held out")
        }
        for line in MeasureLines(evaluation.whole).lines { print(line) }
    }
}
