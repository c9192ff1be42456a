internal import ArgumentParser
internal import DataCheck
internal import POSIX

/// `churnctl data`: tables looked over before a model learns from them.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Looks at data.",
        subcommands: [DataCheckCommand.self])
}

/// `churnctl data check`: what the columns of a table hold, and its invalid rows.
struct DataCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tells what the columns of a table hold and what is wrong with its rows.",
        discussion: """
            Errors make a row unusable: a cell the schema refuses, a row that is no record. \
            Warnings do not: repeated identifiers and rows, rows that contradict a rule of \
            the schema's x-implies, columns with one value. Exit codes: 0 without errors, 65 \
            with some or for a header or a schema that is wrong, 66 for no input, 73 for \
            output that cannot be written.
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
            "Where every problem is listed, a JSON object a line; - is standard error.",
            valueName: "path"),
        completion: .file())
    var errors: String?

    func run() throws {
        do throws(DataCheckRunError) {
            let run = DataCheckRun(schemaPath: schema, dataPath: data, problemsPath: errors)
            let found = try run.run()
            let text =
                json
                ? found.report.json(schema: found.schema)
                : Array(DataReportText(found).lines.joined(separator: "\n").utf8)
                    + [UInt8(ascii: "\n")]
            guard StandardStream.output.write(text.span) else { throw .silenced }
            if found.report.unusableCount > 0 { throw .unusableRows }
        } catch {
            if case .schema(let path, let error) = error {
                complain(aboutSchema: path, error)
            } else if let reason = error.reason {
                complain(reason)
            }
            throw ExitCode(error.exitCode)
        }
    }
}
