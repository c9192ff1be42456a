internal import Features
internal import JSON
internal import Models
internal import XGBoost

/// Fits a logistic regression and writes it as a model of the library's `gblinear`.
///
/// The library's own coordinate descent converges slowly when columns are correlated, as one-hot
/// columns are, and reads every column of every row in each round. The optimum is the same for any
/// way to it, so churnctl finds it itself, and the library only makes the document.
struct LinearFit {
    let parameters: LinearParameters

    /// A model of `rows`, by an encoding that is standardized on them.
    func booster(
        learning rows: LearningSet, encoding: FeatureEncoding
    ) throws(XGBoostError) -> Booster {
        let optimum = LogisticOptimum(
            parameters: parameters, learning: rows, encoding: encoding)
        var found = optimum.found()
        let bias = optimum.design.centred(bias: found.removeLast(), weights: found)
        // The library adds the margin of `base_score` to the bias.
        let baseMargin = Logistic.margin(fromProbability: rows.positiveShare)
        let document = try LinearDocument(parsing: try emptyDocument(rows, encoding.columnCount))
        let booster = try Booster(
            document: document.bytes(weights: found + [bias - Double(baseMargin)]).span)
        try booster.setFeatureNames(encoding.columnNames)
        return booster
    }

    /// A document of as many columns, learned from two rows of zeros: its weights are exchanged.
    private func emptyDocument(
        _ rows: LearningSet, _ columnCount: Int
    ) throws(XGBoostError) -> [UInt8] {
        let matrix = FeatureMatrix(
            values: [Float](repeating: 0, count: 2 * columnCount), columnCount: columnCount,
            labels: [false, true])
        let data = try matrix.dataMatrix()
        let booster = try Booster(
            learning: data,
            parameters: parameters.documentSettings(baseScore: rows.positiveShare))
        try booster.update(round: 0, learning: data)
        return try booster.document()
    }
}

/// What XGBoost saves of a linear model, with its weights to be exchanged.
struct LinearDocument {
    /// One a column, and the bias last.
    let weights: [Double]
    private let bytes: [UInt8]
    /// Where the list of weights stands in `bytes`.
    private let place: Range<Int>

    private static let path = ["learner", "gradient_booster", "model", "weights"]

    init(parsing bytes: [UInt8]) throws(XGBoostError) {
        var weights: [Double] = []
        var place: Range<Int>?
        do throws(JSONError) {
            var scanner = JSONScanner(bytes.span)
            for name in LinearDocument.path {
                try scanner.beginObject()
                while let member = try scanner.nextName(), scanner.text(member) != name {
                    try scanner.skipValue()
                }
            }
            _ = try scanner.peek()
            let start = scanner.offset
            try scanner.beginArray()
            while try scanner.nextElement() { weights.append(try scanner.number().value) }
            place = start..<scanner.offset
        } catch { throw LinearDocument.failure }
        guard let place, !weights.isEmpty else { throw LinearDocument.failure }
        self.weights = weights
        self.bytes = bytes
        self.place = place
    }

    /// The document with these weights, in single precision. All have a decimal point or an
    /// exponent: the library refuses integers among them.
    func bytes(weights: [Double]) -> [UInt8] {
        precondition(weights.count == self.weights.count)
        let list = weights.map { "\(Float($0))" }.joined(separator: ",")
        return bytes[..<place.lowerBound] + Array("[\(list)]".utf8) + bytes[place.upperBound...]
    }

    private static var failure: XGBoostError {
        XGBoostError(
            call: "XGBoosterSaveModelToBuffer", reason: "no weights in the document of gblinear")
    }
}
