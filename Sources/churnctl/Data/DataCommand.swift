internal import ArgumentParser
internal import DataCheck
internal import POSIX

/// `churnctl data`: tables inspected before a model learns from them.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Inspect tables.", subcommands: [DataCheckCommand.self])
}

/// `churnctl data check`: what the columns of a table hold, and its invalid rows.
struct DataCheckCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Summarize a table's columns and report invalid rows.",
        discussion: """
            Errors make a row unusable: a cell the schema refuses, a row that is not a record. \
            Warnings do not: repeated identifiers and rows, rows that contradict a rule of the \
            schema's x-implies, columns with one value. Exit codes: 0 without errors, 65 with \
            some or for an invalid header or schema, 66 for no input, 73 for output that cannot \
            be written.
            """)

    @Option(
        help: ArgumentHelp("The schema of the records.", valueName: "path"),
        completion: .file())
    var schema: String

    @Option(
        help: ArgumentHelp(
            "The table, CSV with a header; - is standard input.", valueName: "path"),
        completion: .file())
    var data: String

    @Flag(help: "Report as one JSON object.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "List every problem in this file, a JSON object a line; - is standard error.",
            valueName: "path"),
        completion: .file())
    var errors: String?

    func perform() throws {
        let run = DataCheckRun(schemaPath: schema, dataPath: data, problemsPath: errors)
        let found = try run.run()
        let isWritten =
            json
            ? StandardStream.output.write(found.report.json(schema: found.schema).span)
            : TerminalText.print(DataReportText(found).lines)
        guard isWritten else {
            throw CommandFailure(.cannotCreate, "standard output: cannot be written")
        }
        if found.report.unusableCount > 0 { throw CommandFailure(.data) }
    }
}
