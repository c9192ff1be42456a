internal import DataCheck
internal import Features
internal import JSON
internal import POSIX
internal import Tables

/// One run of `data check`.
struct DataCheckRun {
    /// What a run has found.
    struct Outcome {
        let schema: Schema
        let tableName: String
        let report: DataReport
        /// The first problems of the table.
        let firstProblems: [DataProblem]
        let problemCount: Int
    }

    /// Problems that the report lists.
    static let listedMax = 20

    let schemaPath: String
    let dataPath: String
    /// Nil: they are not listed.
    let problemsPath: String?

    func run() throws(CommandFailure) -> Outcome {
        let schema = try SchemaFile.read(schemaPath)
        let input = try InputFile(path: dataPath)
        var list: OutputFile?
        if let problemsPath { list = try OutputFile(path: problemsPath, or: .error) }
        var check = DataCheck(schema: schema)
        var block = [UInt8](repeating: 0, count: InputFile.blockBytes)
        var first: [DataProblem] = []
        var problemCount = 0
        var progress = Progress()
        var isAtEnd = false
        while !isAtEnd {
            let count = try input.read(into: &block)
            isAtEnd = count == 0
            do throws(TableInputError) {
                if isAtEnd {
                    try check.finish()
                } else {
                    try check.take(block.span.extracting(0..<count))
                }
            } catch { throw CommandFailure(input.name, error) }
            first += check.problems.prefix(DataCheckRun.listedMax - first.count)
            problemCount += check.problems.count
            try list?.write(DataCheckRun.lines(check.problems))
            progress.show { "\(check.report.rowCount) rows" }
        }
        progress.clear()
        try list?.commit()
        return Outcome(
            schema: schema, tableName: input.name, report: check.report, firstProblems: first,
            problemCount: problemCount)
    }

    /// A JSON object a line.
    private static func lines(_ problems: [DataProblem]) -> [UInt8] {
        var json = JSONWriter()
        for problem in problems {
            problem.write(to: &json)
            json.newline()
        }
        return json.finish()
    }
}

/// The file of a schema.
enum SchemaFile {
    static func read(_ path: String) throws(CommandFailure) -> Schema {
        let bytes = try InputFile.readAll(path, bytesMax: SchemaLimits.documentBytesMax)
        do throws(SchemaError) {
            return try Schema(json: bytes.span)
        } catch { throw CommandFailure(schema: path, error) }
    }
}
