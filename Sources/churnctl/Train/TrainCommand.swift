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

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Compares ways of training on a table and makes a bundle of the best.",
        discussion: """
            One row in five is held out. On the others the candidates are compared by repeated \
            stratified cross-validation, all on the same folds; what a candidate has to search or \
            to scale, it does within each fold. Of the candidates whose mean ROC-AUC is within \
            0.001 of the best and whose log-loss is within 1 % of the least of these, the \
            simplest is fitted on all rows but the hold-out, measured on that, and written. A \
            candidate is calibrated where that lowers its log-loss out of fold. Where the \
            identifier repeats, rows of the same one are kept together.

            The same table, schema, options and release of XGBoost make the same bytes. Exit \
            codes: 64 for an option that is wrong, 65 for data or a schema that cannot be used, 66 \
            for a file that cannot be read, 70 for a failure of the library, 73 for output that \
            cannot be written. When it is interrupted it leaves nothing.
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
            "The bundle's directory, which must not be there.", valueName: "directory"))
    var output: String

    @Option(help: "The model's name.")
    var name: String

    @Option(help: "The model's version.")
    var version: String

    @Option(help: "What everything random is drawn with.")
    var seed: UInt64 = 1

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "The ways of training to compare, of \(TrainCommand.candidateNames).",
            valueName: "candidate"))
    var candidates: [Candidate] = Candidate.allCases

    @Option(help: "Folds of the cross-validation, 2 to \(TrainCommand.foldsMax).")
    var folds = 5

    @Option(help: "How often the rows are divided anew, 1 to \(TrainCommand.repeatsMax).")
    var repeats = 5

    @Option(
        help: """
            Sets of parameters that the tuned candidate tries in each fold, 1 to \
            \(TrainCommand.searchMax).
            """)
    var search = ParameterSearch().trials

    @Option(help: "Make up rows of the rarer outcome: smote or none.")
    var resample = Balancing.Resampling.none

    @Option(help: "Let rows of the rarer outcome count more: balanced or none.")
    var classWeight = Balancing.ClassWeight.none

    @Flag(help: "Ship a model that has learned from the hold-out too.")
    var refit = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Fields by whose values the hold-out is divided and measured.", valueName: "field"))
    var groups: [String] = []

    @Option(
        help: ArgumentHelp(
            "The column whose rows of one value are kept together. (default: the identifier)",
            valueName: "column"))
    var groupBy: String?

    @Option(
        help: ArgumentHelp(
            "Where the report goes. (default: the output's name and -report.html)",
            valueName: "path"),
        completion: .file())
    var report: String?

    @Option(
        help: ArgumentHelp(
            "Where to tell which row was in which fold, and its probabilities there.",
            valueName: "path"),
        completion: .file())
    var exportFolds: String?

    @Option(
        help: """
            What is computed at once, 1 to \(TrainCommand.threadsMax); the result is the same. \
            (default: the processors)
            """)
    var threads: Int?

    @Flag(help: "Print the result as one JSON object; progress is on standard error.")
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
            throw ValidationError("--candidates: wanted each once")
        }
    }

    func run() throws {
        let interruption = Interruption()
        do throws(TrainingError) {
            try train(interruption)
        } catch {
            if case .data(.schema(let path, let error)) = error {
                complain(aboutSchema: path, error)
            } else {
                complain("\(error)\(TrainCommand.hint(error))")
            }
            throw ExitCode(error.exitCode)
        }
    }

    /// Which name a misspelt one may have meant.
    private static func hint(_ error: TrainingError) -> String {
        guard case .unknownField(let name, let known) = error,
            let nearest = NearestName.of(name, in: known)
        else { return "" }
        return "; did you mean \(nearest)?"
    }

    private func check(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws {
        guard range ~= value else {
            throw ValidationError("\(name): wanted \(range.lowerBound) to \(range.upperBound)")
        }
    }

    private func train(_ interruption: Interruption) throws(TrainingError) {
        let table: TrainingData
        do throws(DataError) {
            table = try TrainingData(table: data, schema: schema)
        } catch { throw .data(error) }
        let training = try TrainingRun(
            table, path: TrainingData.name(ofTable: data), options: options)
        let directory = bundleDirectory
        do throws(BundleWriteError) {
            try BundleWriter.prepare(directory)
        } catch { throw .output(error) }

        let display = TrainingDisplay()
        let outcome: TrainingOutcome
        do throws(TrainingError) {
            outcome = try training.run { display.show($0) }
        } catch {
            display.clear()
            throw error
        }
        display.clear()
        for finding in outcome.deciding { complain(TrainCommand.warning(finding)) }
        if !json { for line in TrainingText(outcome, table).lines { print(line) } }
        try interruption.protecting { () throws(TrainingError) in
            let bundle: ModelBundle
            do throws(BundleWriteError) {
                bundle = try outcome.contents.write(to: directory)
            } catch { throw .output(error) }
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
    }

    private static func warning(_ finding: DecidingColumns.Finding) -> String {
        "warning: \(finding.name) alone ranks the rows with a ROC-AUC of "
            + "\(FigureText.fixed(finding.area, 4)): make sure that it is known before the "
            + "outcome is"
    }

    private var options: TrainingOptions {
        var options = TrainingOptions(name: name, version: version, seed: seed)
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

    /// Without slashes at its end, behind which names are built.
    private var bundleDirectory: String {
        var path = output[...]
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        return String(path)
    }

    private func write(_ bytes: [UInt8], to path: String) throws(TrainingError) {
        do throws(FileError) {
            try Files.writeAtomically(bytes.span, to: path)
        } catch { throw .output(.unwritable(error)) }
        if !json { print("\(path): written") }
    }

    private static func fileName(_ path: String) -> String {
        TrainingData.name(ofTable: path).split(separator: "/").last.map(String.init) ?? path
    }
}

extension Candidate: ExpressibleByArgument {}
extension Balancing.Resampling: ExpressibleByArgument {}
extension Balancing.ClassWeight: ExpressibleByArgument {}

extension TrainingError {
    /// By sysexits(3).
    var exitCode: Int32 {
        switch self {
        case .name, .groupField, .unknownField: 64
        case .data(.unreadable): 66
        case .data, .tooFewRows, .tooFewGroups, .notTheTraining, .ranksByChance: 65
        case .library, .output(.unloadable): 70
        case .output: 73
        }
    }
}
