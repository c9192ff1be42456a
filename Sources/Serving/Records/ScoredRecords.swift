internal import Behaviour
internal import Bytes
internal import HTTPServer
internal import Models
internal import RecordFormats
internal import Telemetry

/// The records of one call, and what came of each. It is made whole over some turns of the loop, so
/// that a thousand records keep no other request waiting.
final class ScoredRecords {
    /// What came of a record.
    enum Result {
        /// Its place among `predictions`.
        case scored(Int)
        /// What is wrong with it.
        case failed(ServiceFailure)
        /// It is good, and the quota does not admit it.
        case refused(retrySeconds: Int)
    }

    /// A prediction in little memory; its identifier and its features are in `text`.
    private struct Compact {
        let probability: Float
        let isPositive: Bool
        let risk: RiskLevel
        let identifier: Range<Int32>
        let features: Range<Int32>
        /// Where in the request its record is.
        let row: Int32
    }

    /// What few records have.
    private struct Rest {
        var outOfRange: [String] = []
        var explanation: Explanation?
        var traits: RecordTraits?
    }

    /// Whether the records that the quota still allows are answered where it does not allow all.
    let takesPart: Bool
    let texts: RecordTexts
    private(set) var results: [Result] = []
    private var predictions: [Compact] = []
    private var rests: [Int: Rest] = [:]
    private var text: [UInt8] = []

    init(_ texts: consuming RecordTexts, takesPart: Bool) {
        self.texts = texts
        self.takesPart = takesPart
        results.reserveCapacity(self.texts.rows.count)
        predictions.reserveCapacity(self.texts.rows.count)
    }

    var count: Int { texts.rows.count }
    /// How many are scored, and so how many admissions the call needs, or has.
    var scoredCount: Int { predictions.count }
    var isWhole: Bool { results.count == count }
    /// The first that failed, with its place; nil where none has.
    private(set) var firstFailure: (row: Int, failure: ServiceFailure)?
    private(set) var failedCount = 0

    /// Scores the next records, `countMax` at most.
    ///
    /// - Parameter prediction: memory for one.
    func scoreNext(
        _ countMax: Int, of call: Call, using prediction: inout Prediction
    ) {
        let texts = texts
        for row in results.count..<min(count, results.count + countMax) {
            prediction.removeAll()
            do throws(ServiceFailure) {
                switch texts.rows[row] {
                case .fault(let fault): throw .recordFault(fault)
                case .text(let range):
                    let bytes = texts.bytes
                    try call.scorer.score(
                        bytes.span.extracting(range), &call.stages, reasons: call.reasonCount,
                        into: &prediction)
                }
                results.append(.scored(predictions.count))
                keep(prediction, of: row)
            } catch {
                results.append(.failed(error))
                failedCount += 1
                if firstFailure == nil { firstFailure = (row, error) }
            }
        }
    }

    private func keep(_ prediction: Prediction, of row: Int) {
        let index = predictions.count
        let start = Int32(text.count)
        text.append(contentsOf: prediction.customerID)
        let middle = Int32(text.count)
        text.append(contentsOf: prediction.features)
        predictions.append(
            Compact(
                probability: prediction.probability, isPositive: prediction.isPositive,
                risk: prediction.risk, identifier: start..<middle,
                features: middle..<Int32(text.count), row: Int32(row)))
        if prediction.traits != nil || prediction.explanation != nil
            || !prediction.outOfRange.isEmpty
        {
            rests[index] = Rest(
                outOfRange: prediction.outOfRange, explanation: prediction.explanation,
                traits: prediction.traits)
        }
    }

    /// Takes the quota's word: the first `count` of those that are scored are admitted.
    func admit(_ admittedCount: Int, retrySeconds: Int) {
        guard admittedCount < predictions.count else { return }
        for prediction in predictions[admittedCount...] {
            results[Int(prediction.row)] = .refused(retrySeconds: retrySeconds)
        }
        predictions.removeLast(predictions.count - admittedCount)
    }

    /// Gives back the prediction at a place that a result names.
    func take(_ index: Int, into prediction: inout Prediction) {
        let compact = predictions[index]
        prediction.removeAll()
        prediction.probability = compact.probability
        prediction.isPositive = compact.isPositive
        prediction.risk = compact.risk
        prediction.customerID.append(contentsOf: text[compact.identifier.places])
        prediction.features.append(contentsOf: text[compact.features.places])
        guard let rest = rests[index] else { return }
        prediction.outOfRange = rest.outOfRange
        prediction.explanation = rest.explanation
        prediction.traits = rest.traits
    }

    /// The text of the record of a prediction, and its place in the request.
    func record(of index: Int) -> (row: Int, text: Range<Int>) {
        let row = Int(predictions[index].row)
        guard case .text(let range) = texts.rows[row] else {
            preconditionFailure("what was scored has a text")
        }
        return (row, range)
    }
}

extension Range<Int32> {
    fileprivate var places: Range<Int> { Int(lowerBound)..<Int(upperBound) }
}
