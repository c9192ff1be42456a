internal import BatchScoring
internal import Bundle
internal import Features
internal import Models
internal import POSIX
internal import Tables

/// One run of `score`, from the bytes of one file to those of others.
struct ScoreRun {
    let modelPath: String
    let inputPath: String
    let outputPath: String
    let errorsPath: String
    /// Nil: as the input.
    let outputForm: RecordForm?
    let shard: Shard
    let threads: Int

    /// Files of output appear only when all has gone well.
    func run() throws(ScoreRunError) -> ScoringCounts {
        let model = try loadModel()
        let input = try openInput()
        var block = [UInt8](repeating: 0, count: InputFile.blockBytes)
        var count = try read(input, into: &block)
        guard count > 0 else { throw .input(name: input.name, .empty) }

        let inputForm = RecordForm(beginning: block.span.extracting(0..<count))
        var options = ScoringOptions(input: inputForm, output: outputForm ?? inputForm)
        options.shard = shard
        options.threads = threads
        var scorer = BatchScorer(model: model, options: options)
        var output = try ScoreOutput(path: outputPath, errorsPath: errorsPath)
        try output.begin(with: scorer.header)
        var progress = Progress()
        while count > 0 {
            do throws(ScoringError) {
                try scorer.take(block.span.extracting(0..<count))
            } catch { throw .input(name: input.name, error) }
            try output.write(scorer.scored)
            progress.show { "\(scorer.counts.scored + scorer.counts.refused) rows" }
            count = try read(input, into: &block)
        }
        do throws(ScoringError) {
            try scorer.finish()
        } catch { throw .input(name: input.name, error) }
        try output.write(scorer.scored)
        progress.clear()
        try output.commit()
        return scorer.counts
    }

    private func loadModel() throws(ScoreRunError) -> ModelBundle {
        do throws(BundleError) {
            return try ModelBundle(directory: modelPath)
        } catch { throw .model(path: modelPath, error) }
    }

    private func openInput() throws(ScoreRunError) -> InputFile {
        do throws(FileError) {
            return try InputFile(path: inputPath)
        } catch { throw .unreadable(error) }
    }

    private func read(
        _ input: borrowing InputFile, into block: inout [UInt8]
    ) throws(ScoreRunError) -> Int {
        do throws(FileError) {
            return try input.read(into: &block)
        } catch { throw .unreadable(error) }
    }
}

/// Why a run of `score` failed.
enum ScoreRunError: Error {
    case model(path: String, BundleError)
    case unreadable(FileError)
    case input(name: String, ScoringError)
    case output(FileError)
    /// The others were scored.
    case rowsRefused

    /// One line; nil where all has been said.
    var reason: String? {
        switch self {
        case .model(let path, let error): "\(path): \(error)"
        case .unreadable(let error), .output(let error): "\(error)"
        case .input(let name, let error): TerminalText.plain("\(name): \(error)")
        case .rowsRefused: nil
        }
    }

    /// By sysexits(3).
    var exitCode: Int32 {
        switch self {
        case .rowsRefused: 65
        case .input(_, .empty), .unreadable: 66
        case .input(_, .malformedHeader), .input(_, .columns), .input(_, .form): 65
        case .model: 70
        case .output: 73
        }
    }
}

/// Where the predictions and the refusals go.
private struct ScoreOutput: ~Copyable {
    private var predictions: FileWriter
    private var refusals: FileWriter

    init(path: String, errorsPath: String) throws(ScoreRunError) {
        let predictions = try ScoreOutput.open(path, or: .output)
        refusals = try ScoreOutput.open(errorsPath, or: .error)
        self.predictions = predictions
    }

    private static func open(
        _ path: String, or stream: StandardStream
    ) throws(ScoreRunError) -> FileWriter {
        do throws(FileError) {
            return try FileWriter(path: path, or: stream)
        } catch { throw .output(error) }
    }

    func begin(with header: [UInt8]) throws(ScoreRunError) {
        do throws(FileError) {
            try predictions.write(header.span)
        } catch { throw .output(error) }
    }

    func write(_ scored: [ScoredBatch]) throws(ScoreRunError) {
        do throws(FileError) {
            for batch in scored {
                try predictions.write(batch.predictions.span)
                try refusals.write(batch.refusals.span)
            }
        } catch { throw .output(error) }
    }

    mutating func commit() throws(ScoreRunError) {
        do throws(FileError) {
            try refusals.commit()
            try predictions.commit()
        } catch { throw .output(error) }
    }
}
