internal import DataCheck
internal import Features
internal import JSON
internal import POSIX

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

    /// Problems that are told in words.
    static let problemsToldMax = 20

    let schemaPath: String
    let dataPath: String
    /// Nil: they are not listed.
    let problemsPath: String?

    func run() throws(DataCheckRunError) -> Outcome {
        let schema = try readSchema()
        let input = try openInput()
        var list = try openList()
        var check = DataCheck(schema: schema)
        var block = [UInt8](repeating: 0, count: InputFile.blockBytes)
        var first: [DataProblem] = []
        var problemCount = 0
        var progress = Progress()
        var isAtEnd = false
        while !isAtEnd {
            let count = try read(input, into: &block)
            isAtEnd = count == 0
            do throws(DataCheckError) {
                if isAtEnd {
                    try check.finish()
                } else {
                    try check.take(block.span.extracting(0..<count))
                }
            } catch { throw .table(name: input.name, error) }
            first += check.problems.prefix(DataCheckRun.problemsToldMax - first.count)
            problemCount += check.problems.count
            try list?.write(check.problems)
            progress.show { "\(check.report.rowCount) rows" }
        }
        progress.clear()
        try list?.commit()
        return Outcome(
            schema: schema, tableName: input.name, report: check.report, firstProblems: first,
            problemCount: problemCount)
    }

    private func readSchema() throws(DataCheckRunError) -> Schema {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try Files.read(schemaPath, bytesMax: SchemaLimits.documentBytesMax)
        } catch { throw .unreadable(error) }
        do throws(SchemaError) {
            return try Schema(json: bytes.span)
        } catch { throw .schema(path: schemaPath, error) }
    }

    private func openInput() throws(DataCheckRunError) -> InputFile {
        do throws(FileError) {
            return try InputFile(path: dataPath)
        } catch { throw .unreadable(error) }
    }

    private func read(
        _ input: borrowing InputFile, into block: inout [UInt8]
    ) throws(DataCheckRunError) -> Int {
        do throws(FileError) {
            return try input.read(into: &block)
        } catch { throw .unreadable(error) }
    }

    private func openList() throws(DataCheckRunError) -> ProblemList? {
        guard let problemsPath else { return nil }
        return try ProblemList(path: problemsPath)
    }
}

/// Why a run of `data check` failed.
enum DataCheckRunError: Error {
    case unreadable(FileError)
    case schema(path: String, SchemaError)
    case table(name: String, DataCheckError)
    case output(FileError)
    /// Nobody takes the report.
    case silenced
    /// The report tells of them.
    case unusableRows

    /// One line; nil where all has been said.
    var reason: String? {
        switch self {
        case .unreadable(let error), .output(let error): "\(error)"
        case .schema(let path, let error): TerminalText.plain("\(path): \(error)")
        case .table(let name, let error): TerminalText.plain("\(name): \(error)")
        case .silenced: "standard output: cannot be written"
        case .unusableRows: nil
        }
    }

    /// By sysexits(3).
    var exitCode: Int32 {
        switch self {
        case .unusableRows, .schema, .table(_, .malformedHeader), .table(_, .columns),
            .table(_, .form):
            65
        case .unreadable, .table(_, .empty): 66
        case .output, .silenced: 73
        }
    }
}

/// The list of all problems, a JSON object a line.
private struct ProblemList: ~Copyable {
    private var writer: FileWriter

    init(path: String) throws(DataCheckRunError) {
        do throws(FileError) {
            writer = try FileWriter(path: path, or: .error)
        } catch { throw .output(error) }
    }

    func write(_ problems: [DataProblem]) throws(DataCheckRunError) {
        var json = JSONWriter()
        for problem in problems {
            problem.write(to: &json)
            json.newline()
        }
        let bytes = json.finish()
        do throws(FileError) {
            try writer.write(bytes.span)
        } catch { throw .output(error) }
    }

    mutating func commit() throws(DataCheckRunError) {
        do throws(FileError) {
            try writer.commit()
        } catch { throw .output(error) }
    }
}
