internal import ArgumentParser
internal import BatchScoring
internal import Features
internal import Models
internal import Tables

/// `churnctl score`: predictions for a file of customers.
struct ScoreCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Predict churn for each record of a table or of lines of JSON.",
        discussion: """
            Input that begins with a brace is read as a JSON object a line, each as the body of \
            POST /predict; other input as CSV with a header, in which the target's column is \
            ignored. Predictions come in the order of the input. A row that \
            cannot be scored is listed, as a line of JSON for each thing that is wrong with it, \
            and the others are still scored. Rows with a number beyond its field's bounds, if \
            the schema accepts such (x-out-of-range), name the field in out_of_range.

            Exit codes: 0 when all rows were scored, 65 when some were refused or the header is \
            wrong, 66 for no input, 70 for a model that does not load, 73 for output that cannot \
            be written. An output file is complete or absent.
            """)

    @Option(
        help: ArgumentHelp("The bundle of the model.", valueName: "directory"),
        completion: .directory)
    var model: String

    @Option(
        help: ArgumentHelp("The records; - is standard input.", valueName: "path"),
        completion: .file())
    var input = "-"

    @Option(
        help: ArgumentHelp(
            "Write the predictions to this file; - is standard output.", valueName: "path"),
        completion: .file())
    var output = "-"

    @Option(
        help: ArgumentHelp(
            "The format of the predictions, csv or ndjson. (default: as the input)",
            valueName: "format"))
    var format: RecordForm?

    @Option(
        help: ArgumentHelp(
            "List refused rows in this file; - is standard error.",
            valueName: "path"),
        completion: .file())
    var errors = "-"

    @Option(
        help: ArgumentHelp(
            "Score only rows r with (r - 1) mod n = i - 1.", valueName: "i/n"),
        transform: { text in
            guard let shard = Shard(text) else {
                throw ValidationError("expected i/n with 1 <= i <= n <= \(Shard.countMax)")
            }
            return shard
        })
    var shard = Shard.whole

    @Option(help: "Threads, 1 to \(ScoreCommand.threadsMax).")
    var threads = 1

    @Option(
        help: ArgumentHelp(
            "Give so many reasons with each prediction, 1 to \(ReasonCount.most), or all.",
            valueName: "count"),
        transform: { text in
            guard let count = ReasonCount(text) else {
                throw ValidationError("expected 1 to \(ReasonCount.most) or all")
            }
            return count
        })
    var explain: ReasonCount?

    private static let threadsMax = 256

    func validate() throws {
        guard 1...ScoreCommand.threadsMax ~= threads else {
            throw ValidationError("--threads: expected 1 to \(ScoreCommand.threadsMax)")
        }
    }

    func perform() throws {
        let counts = try ScoreRun(
            modelPath: model, inputPath: input, outputPath: output, errorsPath: errors,
            outputForm: format, shard: shard, threads: threads, reasons: explain
        ).run()
        complain(
            "\(counts.scored) rows scored, \(counts.refused) refused"
                + (counts.outOfRange > 0 ? ", \(counts.outOfRange) out of range" : ""))
        if counts.refused > 0 { throw CommandFailure(.data) }
    }
}

extension RecordForm: ExpressibleByArgument {}
