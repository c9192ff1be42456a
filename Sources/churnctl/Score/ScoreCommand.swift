internal import ArgumentParser
internal import BatchScoring
internal import Features
internal import Models
internal import Tables

/// `churnctl score`: predictions for a file of customers.
struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Predicts churn for each record of a table or of lines of JSON.",
        discussion: """
            Input that begins with a brace is taken as a JSON object a line, each as the body of \
            POST /predict; other input as CSV with a header, in which the target's column may \
            stand and is not looked at. Predictions come in the order of the input. A row that \
            cannot be scored is listed, as a line of JSON for each thing that is wrong with it, \
            and the others are still scored. Rows with a number beyond its field's bounds, if \
            the schema accepts such (x-out-of-range), name the field in out_of_range.

            Exit codes: 0 when all rows were scored, 65 when some were refused or the header is \
            wrong, 66 for no input, 70 for a model that does not load, 73 for output that cannot \
            be written. A file of output is there whole or not at all.
            """)

    @Option(help: ArgumentHelp("The bundle of the model.", valueName: "directory"))
    var model: String

    @Option(
        help: ArgumentHelp("The records; - is standard input.", valueName: "path"),
        completion: .file())
    var input = "-"

    @Option(
        help: ArgumentHelp(
            "Where the predictions go; - is standard output.", valueName: "path"),
        completion: .file())
    var output = "-"

    @Option(
        help: ArgumentHelp(
            "How predictions are written, csv or ndjson. (default: as the input)",
            valueName: "format"))
    var format: RecordForm?

    @Option(
        help: ArgumentHelp(
            "Where the rows that are refused are listed; - is standard error.",
            valueName: "path"),
        completion: .file())
    var errors = "-"

    @Option(
        help: ArgumentHelp(
            "Score row r only where (r - 1) mod n = i - 1.", valueName: "i/n"),
        transform: { text in
            guard let shard = Shard(text) else {
                throw ValidationError("wanted i/n with 1 <= i <= n <= \(Shard.countMax)")
            }
            return shard
        })
    var shard = Shard.whole

    @Option(help: "Threads that score, 1 to \(ScoreCommand.threadsMax).")
    var threads = 1

    private static let threadsMax = 256

    func validate() throws {
        guard 1...ScoreCommand.threadsMax ~= threads else {
            throw ValidationError("--threads: wanted 1 to \(ScoreCommand.threadsMax)")
        }
    }

    func run() throws {
        do throws(ScoreRunError) {
            let counts = try ScoreRun(
                modelPath: model, inputPath: input, outputPath: output, errorsPath: errors,
                outputForm: format, shard: shard, threads: threads
            ).run()
            complain(
                "\(counts.scored) rows scored, \(counts.refused) refused"
                    + (counts.outOfRange > 0 ? ", \(counts.outOfRange) out of range" : ""))
            if counts.refused > 0 { throw ScoreRunError.rowsRefused }
        } catch {
            if let reason = error.reason { complain(reason) }
            throw ExitCode(error.exitCode)
        }
    }
}

extension RecordForm: ExpressibleByArgument {}
