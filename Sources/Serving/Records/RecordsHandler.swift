internal import Configuration
internal import Features
internal import HTTPServer
internal import Models
internal import Reactor
internal import RecordFormats
internal import Telemetry

/// A route whose requests bring several records. They are scored over some turns, admitted by one
/// question to the store, and recorded row by row; `answer` then finds them in `Call.records`.
protocol RecordsHandler: RouteHandler {
    /// Whether the first records are answered where the quota does not allow all; then each that is
    /// not valid has its own answer, too. Else one that is not valid fails the request.
    static var takesPart: Bool { get }

    /// What the body holds, which is not too large.
    ///
    /// - Parameter rowsMax: beyond which `tooManyRows` is thrown.
    static func records(
        _ call: Call, _ request: borrowing Request, rowsMax: Int
    ) throws(ServiceFailure) -> RecordTexts
}

extension RecordsHandler {
    static var takesPart: Bool { false }

    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure) {
        // Its token has become good since the head came.
        if request.isBodyTooLarge { throw .bodyTooLarge(bytesMax: calls.rules.batch.bytesMax) }
        guard call.reasonCount == nil || call.scorer.givesReasons else { throw .noReasons }
        let texts = try records(call, request, rowsMax: calls.rules.batch.rowsMax)
        guard !texts.rows.isEmpty else { throw .recordFormat(.noRows) }
        let records = ScoredRecords(texts, takesPart: takesPart)
        call.keep(
            body: request.body.extracting(first: 0),
            token: request.headBytes.extracting(call.tokenRange))
        call.records = records
    }
}

// The records of calls on their way to the store.
extension Calls {
    /// Records that are scored in one turn.
    static let recordsPerTurnMax = 256

    /// Whether records wait for the next turn.
    var hasUnscored: Bool { !unscored.isEmpty }

    /// Scores the records of one turn, those of the earliest call the first, and asks the store for
    /// the calls whose records are all scored.
    func scoreRecords() {
        var left = Calls.recordsPerTurnMax
        var doneCount = 0
        for call in unscored {
            guard left > 0, let records = call.records else { break }
            let before = records.scoredCount + records.failedCount
            records.scoreNext(left, of: call, using: &scratch)
            left -= records.scoredCount + records.failedCount - before
            guard records.isWhole else { break }
            doneCount += 1
            askForRecords(of: call, records)
        }
        if doneCount > 0 { unscored.removeFirst(doneCount) }
    }

    private func askForRecords(of call: Call, _ records: ScoredRecords) {
        if !records.takesPart, let (row, failure) = records.firstFailure {
            call.contentFailure =
                records.count == 1
                ? failure
                : .invalidRow(
                    InvalidRow(
                        row: row, failure: failure, failedCount: records.failedCount,
                        count: records.count))
        }
        if call.chargeCount > 0, let audit, !audit.takesRecords { return fail(call, .unrecorded) }
        let token = call.keptToken
        ask(call, token.span, deadline: loop.now + rules.decisionNanoseconds)
    }
}

extension Calls {
    /// Counts and notes each record of a call that is about to be answered.
    func note(_ records: ScoredRecords, of call: Call) {
        for result in records.results {
            switch result {
            case .scored(let index):
                records.take(index, into: &scratch)
                counts.predicted(
                    call.scorer.series, risk: scratch.risk, probability: scratch.probability,
                    outOfRange: scratch.outOfRange)
                behaviour?.note(call, scratch.traits)
            case .failed(let failure): counts.noteInvalid(failure)
            case .refused: break
            }
        }
    }
}

extension WorkerCounts {
    /// Counts the fields that have kept a record from being scored.
    func noteInvalid(_ failure: ServiceFailure) {
        switch failure {
        case .invalidRecord(let violations): recordInvalid(violations)
        case .invalidRow(let row): recordInvalid(row.reason.violations)
        case _: break
        }
    }
}

/// Which record has kept a request from being answered.
package struct InvalidRow: Error, Equatable {
    /// Counted from 0.
    package let row: Int
    package let reason: FailureRow
    package let failedCount: Int
    package let count: Int

    init(row: Int, failure: ServiceFailure, failedCount: Int, count: Int) {
        self.row = row
        reason = failure.row
        self.failedCount = failedCount
        self.count = count
    }

    package static func == (one: InvalidRow, other: InvalidRow) -> Bool {
        one.row == other.row && one.reason.problem == other.reason.problem
            && one.reason.violations == other.reason.violations
            && one.failedCount == other.failedCount && one.count == other.count
    }

    /// The problem of that record, with its place.
    var failureRow: FailureRow {
        reason.with { row in
            row.detail =
                "Record \(self.row) of \(count), counted from 0: \(reason.detail)"
                + (failedCount > 1 ? "; \(failedCount - 1) more are not acceptable" : "")
        }
    }
}
