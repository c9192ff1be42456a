internal import ArgumentParser
internal import Bundle
internal import Bytes
internal import Configuration
internal import DataCheck
internal import JSON
internal import Models
internal import POSIX
internal import Tables
internal import Training
internal import TrainingReports

struct TrainCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Compare training methods on a table and write a bundle of the best.",
        discussion: """
            One row in five is held out. On the others the candidates are compared by repeated \
            stratified cross-validation, all on the same folds; parameter search and scaling are \
            done within each fold. Of the candidates whose mean ROC-AUC is within 0.001 of the \
            best and whose log-loss is within 1 % of the least of these, the simplest is fitted \
            on all rows but the hold-out, measured on the hold-out, and written. A candidate is \
            calibrated where that lowers its log-loss out of fold. If the identifier repeats, \
            rows with the same one are kept together.

            The same table, schema, options and release of XGBoost make the same bytes. Exit \
            codes: 64 for an invalid option, 65 for data or a schema that cannot be used, 66 for a \
            file that cannot be read, 70 for a failure of the library, 73 for output that cannot \
            be written. An interrupted run leaves no output.
            """)

    @Option(
        help: ArgumentHelp(
            "The table: CSV with a header; - is standard input.", valueName: "path"),
        completion: .file())
    var data: String

    @Option(
        help: ArgumentHelp("The schema of its records.", valueName: "path"),
        completion: .file())
    var schema: String

    @Option(
        help: ArgumentHelp(
            "Output directory; must not exist.", valueName: "directory"))
    var output: String

    @Option(help: "The model's name.")
    var name: String

    @Option(help: "The model's version.")
    var version: String

    @OptionGroup var random: RandomOptions

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "The training methods to compare, of \(TrainCommand.candidateNames).",
            valueName: "candidate"))
    var candidates: [Candidate] = Candidate.allCases

    @Option(help: "Folds of the cross-validation, 2 to \(TrainCommand.foldsMax).")
    var folds = 5

    @Option(help: "Repetitions of the cross-validation, 1 to \(TrainCommand.repeatsMax).")
    var repeats = 5

    @Option(
        help: """
            Parameter sets that the tuned candidate tries in each fold, 1 to \
            \(TrainCommand.searchMax).
            """)
    var search = ParameterSearch().trials

    @Option(help: "Oversample the minority class: smote or none.")
    var resample = Balancing.Resampling.none

    @Option(help: "Weight the classes: balanced or none.")
    var classWeight = Balancing.ClassWeight.none

    @Flag(help: "Refit the chosen model on all rows, hold-out included.")
    var refit = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Fields by which to break down the hold-out metrics.", valueName: "field"))
    var groups: [String] = []

    @Option(
        help: ArgumentHelp(
            "Keep rows with the same value of this column together. (default: the identifier)",
            valueName: "column"))
    var groupBy: String?

    @Option(
        help: ArgumentHelp(
            "Write the report to this file. (default: the output's name and -report.html)",
            valueName: "path"),
        completion: .file())
    var report: String?

    @Option(
        help: ArgumentHelp(
            "Write each row's folds and out-of-fold probabilities to this file.",
            valueName: "path"),
        completion: .file())
    var exportFolds: String?

    @Option(
        help: """
            Threads, 1 to \(TrainCommand.threadsMax); the result does not depend on it. \
            (default: the processors)
            """)
    var threads: Int?

    @Flag(help: "Report as one JSON object; progress goes to standard error.")
    var json = false

    private static let foldsMax = 20
    private static let repeatsMax = 100
    private static let searchMax = 1000
    private static let threadsMax = 256
    private static let candidateNames =
        Candidate.allCases.map(\.rawValue).joined(separator: ", ")

    func validate() throws {
        try check(folds, 2...TrainCommand.foldsMax, "--folds")
        try check(repeats, 1...TrainCommand.repeatsMax, "--repeats")
        try check(search, 1...TrainCommand.searchMax, "--search")
        if let threads { try check(threads, 1...TrainCommand.threadsMax, "--threads") }
        guard !candidates.isEmpty, Set(candidates).count == candidates.count else {
            throw ValidationError("--candidates: expected each once")
        }
    }

    func perform() throws {
        let interruption = Interruption()
        let table = try TrainingData(table: data, schema: schema)
        let training = try TrainingRun(
            table, path: TrainingData.name(ofTable: data), options: options)
        let directory = bundleDirectory
        try BundleWriter.prepare(directory)
        let outcome = try TrainCommand.outcome(of: training)
        for finding in outcome.deciding { complain(TrainCommand.warning(finding)) }
        if !json { TerminalText.print(TrainingText(outcome, table).lines) }
        try interruption.protecting { try write(outcome, table, to: directory) }
    }

    private static func outcome(of training: TrainingRun) throws -> TrainingOutcome {
        let display = TrainingDisplay()
        defer { display.clear() }
        return try training.run { display.show($0) }
    }

    private func write(
        _ outcome: TrainingOutcome, _ table: TrainingData, to directory: String
    ) throws {
        let bundle = try outcome.contents.write(to: directory)
        if !json { print("\(directory): \(bundle.summary)") }
        let contents = ReportContents(outcome, table, source: TrainCommand.fileName(data))
        let reportPath = report ?? "\(directory)-report.html"
        try write(ReportPage(contents).html(), to: reportPath)
        if let exportFolds { try write(FoldTable(outcome).csv(), to: exportFolds) }
        guard json else { return }
        let result = TrainingDocument(
            outcome: outcome, data: table, bundle: bundle, directory: directory,
            reportPath: reportPath, foldsPath: exportFolds)
        StandardStream.output.write(IndentedJSON.bytes(result.value).span)
    }

    private func check(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws {
        guard range ~= value else {
            throw ValidationError("\(name): expected \(range.lowerBound) to \(range.upperBound)")
        }
    }

    private static func warning(_ finding: DecidingColumns.Finding) -> String {
        "warning: \(finding.name) alone ranks the rows with a ROC-AUC of "
            + "\(FigureText.fixed(finding.area, 4)): make sure that it is known before the "
            + "outcome is"
    }

    private var options: TrainingOptions {
        var options = TrainingOptions(name: name, version: version, seed: random.seed)
        options.candidates = candidates
        options.foldCount = folds
        options.repeatCount = repeats
        options.search.trials = search
        options.balancing.resampling = resample
        options.balancing.classWeight = classWeight
        options.refits = refit
        options.groupFields = groups
        options.groupBy = groupBy
        options.threads = threads ?? ProcessLimits.processorCount
        return options
    }

    /// Without slashes at its end: other names are built by appending to it.
    private var bundleDirectory: String {
        var path = output[...]
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        return String(path)
    }

    private func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        do throws(FileError) {
            try Files.writeAtomically(bytes.span, to: path)
        } catch { throw CommandFailure(.cannotCreate, "\(error)") }
        if !json { print("\(path): written") }
    }

    private static func fileName(_ path: String) -> String {
        TrainingData.name(ofTable: path).split(separator: "/").last.map(String.init) ?? path
    }
}

extension Candidate: ExpressibleByArgument {}
extension Balancing.Resampling: ExpressibleByArgument {}
extension Balancing.ClassWeight: ExpressibleByArgument {}

/// How everything random is drawn.
struct RandomOptions: ParsableArguments {
    @Option(help: "Random seed.")
    var seed: UInt64 = 1
}
