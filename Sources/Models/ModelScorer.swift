package import Features
package import JSON

/// All that lies between the body of a request and its probability: decode, encode, add up,
/// calibrate. It keeps its memory from one record to the next, so it belongs to one thread; a valid
/// record costs no allocation.
package struct ModelScorer {
    package let ensemble: Ensemble
    package let encoding: FeatureEncoding
    private let calibration: Calibration
    private let link: Link
    private var decoder: RecordDecoder
    private var row: [Float]

    package init(
        _ ensemble: Ensemble, _ encoding: FeatureEncoding, calibration: Calibration = .none,
        schema: Schema
    ) {
        self.ensemble = ensemble
        self.encoding = encoding
        self.calibration = calibration
        link = ensemble.link
        decoder = RecordDecoder(schema: schema)
        row = [Float](repeating: 0, count: encoding.columnCount)
    }

    /// Whether the body holds a valid record; `score()` is of that one. If not, `violations` has
    /// everything that is wrong with it.
    package mutating func decode(_ body: Span<UInt8>) throws(BodyError) -> Bool {
        try decoder.decode(body)
    }

    /// What `decode` has read.
    package var record: Record { decoder.record }
    package var identifier: [UInt8]? { decoder.identifier }
    package var outOfRange: [Int] { decoder.outOfRange }
    package var violations: [Violation] { decoder.violations }

    /// The score of the record that `decode` has read.
    package mutating func score() -> Score {
        encoding.encode(decoder.record, into: &row)
        return encodedScore
    }

    /// The score of a record of the schema.
    package mutating func score(_ record: borrowing Record) -> Score {
        encoding.encode(record, into: &row)
        return encodedScore
    }

    /// Explains the record that was scored last.
    package func explain(by explainer: inout Explainer) { explainer.explain(row.span) }

    private var encodedScore: Score {
        let margin = ensemble.margin(row.span)
        return Score(
            margin: margin,
            probability: calibration.probability(fromMargin: margin, link: link))
    }
}

/// What a model makes of one record.
package struct Score: Equatable, Sendable {
    /// The sum before the link.
    package let margin: Float
    /// The probability of churn, calibrated and not rounded.
    package let probability: Float
}

extension JSONWriter {
    /// A probability as callers see it, in answers and in files: four decimals, half to even.
    package mutating func probability(_ probability: Float) {
        number(Double(probability), decimals: 4)
    }
}
