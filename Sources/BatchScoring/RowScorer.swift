internal import Bundle
internal import Features
internal import JSON
internal import Models
internal import Tables

/// One thread's memory for reading records and scoring them.
struct RowScorer {
    /// Reads the rows of a table; nil before its header was read, and for lines of JSON.
    var table: TableDecoder?

    private let model: ModelBundle
    private let shard: Shard
    private let lines: PredictionLines
    private let limits: CSVLimits
    private let recordBytesMax: Int
    private var reader: CSVReader
    private var scorer: ModelScorer
    /// Nil where no reasons are asked for.
    private var explainer: Explainer?

    init(model: ModelBundle, options: ScoringOptions, lines: PredictionLines) {
        self.model = model
        self.lines = lines
        shard = options.shard
        limits = options.tableLimits
        recordBytesMax = options.lineBytesMax
        reader = CSVReader(limits: limits)
        scorer = model.scorer
        explainer = options.reasons == nil ? nil : model.explainer
    }

    /// Scores the records that belong to the shard, in their order.
    mutating func score(_ batch: borrowing RecordBatch, into result: inout ScoredBatch) {
        for index in 0..<batch.places.count {
            let place = batch.places[index]
            // The header of a table is record 0 and no row.
            let rowNumber = table == nil ? place.index + 1 : place.index
            guard shard.holds(row: rowNumber) else { continue }
            let isScored =
                if table == nil {
                    scoreObject(batch.record(place), place, rowNumber, into: &result)
                } else {
                    scoreCells(batch.record(place), place, rowNumber, into: &result)
                }
            if isScored { result.counts.scored += 1 } else { result.counts.refused += 1 }
        }
    }

    private mutating func scoreCells(
        _ record: Span<UInt8>, _ place: RecordBatch.Place, _ rowNumber: Int,
        into result: inout ScoredBatch
    ) -> Bool {
        func refuse(_ fault: RowFault, line: Int, _ detail: String) -> Bool {
            result.refuse(
                row: rowNumber, line: line, column: nil, code: fault.rawValue, detail: detail)
            return false
        }
        do throws(CSVError) {
            if place.isTooLarge {
                throw .recordTooLarge(line: place.line, bytesMax: limits.recordBytesMax)
            }
            try reader.read(record, atLine: place.line)
        } catch {
            return refuse(RowFault(error), line: error.line, error.explanation)
        }
        do throws(TableError) {
            guard try table?.decode(reader.record) == true else {
                for violation in table?.violations ?? [] {
                    result.refuse(
                        row: rowNumber, line: violation.line, column: violation.column,
                        code: violation.code.rawValue, detail: violation.detail)
                }
                return false
            }
        } catch {
            return refuse(.ragged, line: place.line, error.explanation)
        }
        guard let table else { return false }
        append(
            scorer.score(table.record), table.identifier, table.outOfRange, rowNumber, to: &result)
        return true
    }

    private mutating func scoreObject(
        _ text: Span<UInt8>, _ place: RecordBatch.Place, _ rowNumber: Int,
        into result: inout ScoredBatch
    ) -> Bool {
        func refuse(_ fault: RowFault, _ detail: String) -> Bool {
            result.refuse(
                row: rowNumber, line: place.line, column: nil, code: fault.rawValue, detail: detail)
            return false
        }
        if place.isTooLarge {
            return refuse(.tooLarge, "too large, expected at most \(recordBytesMax) bytes")
        }
        do throws(BodyError) {
            guard try scorer.decode(text) else {
                for violation in scorer.violations {
                    result.refuse(
                        row: rowNumber, line: place.line, column: violation.field,
                        code: violation.code.rawValue, detail: violation.detail)
                }
                return false
            }
        } catch {
            switch error {
            case .malformed(let error): return refuse(.malformed, "not JSON, \(error)")
            case .notAnObject: return refuse(.notAnObject, "expected a JSON object")
            }
        }
        append(scorer.score(), scorer.identifier, scorer.outOfRange, rowNumber, to: &result)
        return true
    }

    private mutating func append(
        _ score: Score, _ customerID: [UInt8]?, _ outOfRange: [Int], _ rowNumber: Int,
        to result: inout ScoredBatch
    ) {
        if !outOfRange.isEmpty { result.counts.outOfRange += 1 }
        if var explained = explainer {
            explainer = nil
            scorer.explain(by: &explained)
            explainer = explained
        }
        lines.append(
            ScoredRow(
                row: rowNumber, customerID: customerID, probability: score.probability,
                isPositive: model.isPositive(score.probability),
                risk: model.riskLevel(score.probability),
                outOfRange: outOfRange.map { model.schema.fields[$0].name },
                explainer: explainer),
            to: &result.predictions)
    }
}
