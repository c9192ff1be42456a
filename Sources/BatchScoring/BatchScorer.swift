package import Bundle
internal import Dispatch
internal import Features
internal import Models
internal import Synchronization
package import Tables

/// Scores the records of a file while its bytes arrive: bytes in, lines out, in the file's order.
/// It keeps a batch for each thread and no more, however long the file or a line of it is.
package struct BatchScorer {
    /// How many rows were scored so far.
    package private(set) var counts = ScoringCounts()

    /// A batch, who scores it, and what became of it.
    private struct Work {
        var scorer: RowScorer
        var batch = RecordBatch()
        var result = ScoredBatch()

        mutating func score() {
            result.removeAll()
            scorer.score(batch, into: &result)
        }
    }

    /// The work of one thread at a time.
    private final class BatchThread: Sendable {
        let work: Mutex<Work>

        init(_ scorer: RowScorer) { work = Mutex(Work(scorer: scorer)) }
    }

    private let schema: Schema
    private let options: ScoringOptions
    private let lines: PredictionLines
    private let workers: [BatchThread]
    private var splitter: RecordSplitter
    /// Workers with a batch that waits for the others to have one.
    private var filledCount = 0
    /// Workers whose batch the last call has scored.
    private var scoredCount = 0
    private var hasRecord = false
    private var beginning = TableBeginning()
    private var lineEnds = LineEndReader()

    package init(model: ModelBundle, options: ScoringOptions) {
        precondition(options.threads >= 1)
        schema = model.schema
        self.options = options
        lines = PredictionLines(
            form: options.output, model: model, reasons: options.reasons)
        let scorer = RowScorer(model: model, options: options, lines: lines)
        workers = (0..<options.threads).map { _ in BatchThread(scorer) }
        splitter =
            switch options.input {
            case .csv: RecordSplitter(tableLimits: options.tableLimits)
            case .ndjson: RecordSplitter(lineBytesMax: options.lineBytesMax)
            }
    }

    /// What stands before the first prediction: the header of a table, nothing before JSON.
    package var header: [UInt8] { lines.header }

    /// What the last call has made of rows, in their order.
    package var scored: [ScoredBatch] {
        workers[..<scoredCount].map { worker in worker.work.withLock { $0.result } }
    }

    /// Takes the next bytes of the file. Throws what is wrong with a table's header.
    package mutating func take(_ chunk: Span<UInt8>) throws(TableInputError) {
        scoredCount = 0
        if options.input == .csv, !hasRecord { beginning.take(chunk) }
        if options.input == .csv, let replacement = lineEnds.replacement(for: chunk) {
            splitter.take(replacement.span)
        } else {
            splitter.take(chunk)
        }
        guard splitter.byteCount >= options.batchBytes else { return }
        try fillWorker()
        if filledCount == workers.count { score() }
    }

    /// Ends the file. Throws also when it had no record.
    package mutating func finish() throws(TableInputError) {
        scoredCount = 0
        if options.input == .csv { splitter.take(lineEnds.finish().span) }
        splitter.finish()
        try fillWorker()
        guard hasRecord else { throw .empty }
        score()
    }

    private mutating func fillWorker() throws(TableInputError) {
        var batch = RecordBatch()
        let worker = workers[filledCount]
        worker.work.withLock { swap(&$0.batch, &batch) }
        defer { worker.work.withLock { swap(&$0.batch, &batch) } }
        splitter.handOver(to: &batch)
        guard !batch.places.isEmpty else { return }
        if !hasRecord && options.input == .csv {
            let table: TableDecoder
            do throws(TableInputError) {
                table = try readHeader(batch)
            } catch {
                throw beginning.form(schema: schema).map { .form($0) } ?? error
            }
            batch.removeFirst()
            for worker in workers { worker.work.withLock { $0.scorer.table = table } }
        }
        hasRecord = true
        filledCount += 1
    }

    private func readHeader(
        _ batch: borrowing RecordBatch
    ) throws(TableInputError) -> TableDecoder {
        let place = batch.places[0]
        var reader = CSVReader(limits: options.tableLimits)
        do throws(CSVError) {
            if place.isTooLarge {
                throw .recordTooLarge(
                    line: place.line, bytesMax: options.tableLimits.recordBytesMax)
            }
            try reader.read(batch.record(place), atLine: place.line)
        } catch { throw .malformedHeader(error) }
        do throws(TableError) {
            return try TableDecoder(schema: schema, header: reader.record, readsTarget: false)
        } catch { throw .columns(error) }
    }

    private mutating func score() {
        let workers = workers[..<filledCount]
        if filledCount == 1 {
            workers[0].work.withLock { $0.score() }
        } else {
            DispatchQueue.concurrentPerform(iterations: filledCount) { index in
                workers[index].work.withLock { $0.score() }
            }
        }
        for worker in workers { counts += worker.work.withLock { $0.result.counts } }
        scoredCount = filledCount
        filledCount = 0
    }
}
