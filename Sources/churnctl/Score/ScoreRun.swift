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
    /// How many reasons each prediction has; nil: none.
    let reasons: ReasonCount?

    /// Files of output appear only when all has gone well.
    func run() throws(CommandFailure) -> ScoringCounts {
        let model = try LoadedBundle.load(modelPath, unreadable: .software)
        guard reasons == nil || model.explainer != nil else {
            throw CommandFailure(.software, LoadedBundle.withoutReasons(modelPath))
        }
        let input = try InputFile(path: inputPath)
        var block = [UInt8](repeating: 0, count: InputFile.blockBytes)
        var count = try input.read(into: &block)
        guard count > 0 else {
            throw CommandFailure(
                .noInput,
                "\(input.name): nothing in it, expected a table with a header or a JSON object "
                    + "a line"
            )
        }

        let inputForm = RecordForm(beginning: block.span.extracting(0..<count))
        var options = ScoringOptions(input: inputForm, output: outputForm ?? inputForm)
        options.shard = shard
        options.threads = threads
        options.reasons = reasons
        var scorer = BatchScorer(model: model, options: options)
        var predictions = try OutputFile(path: outputPath, or: .output)
        var refusals = try OutputFile(path: errorsPath, or: .error)
        try predictions.write(scorer.header)
        var progress = Progress()
        var isAtEnd = false
        while !isAtEnd {
            isAtEnd = count == 0
            do throws(TableInputError) {
                if isAtEnd {
                    try scorer.finish()
                } else {
                    try scorer.take(block.span.extracting(0..<count))
                }
            } catch { throw CommandFailure(input.name, error) }
            for batch in scorer.scored {
                try predictions.write(batch.predictions)
                try refusals.write(batch.refusals)
            }
            progress.show { "\(scorer.counts.scored + scorer.counts.refused) rows" }
            if !isAtEnd { count = try input.read(into: &block) }
        }
        progress.clear()
        try refusals.commit()
        try predictions.commit()
        return scorer.counts
    }
}
