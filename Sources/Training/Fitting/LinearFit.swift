internal import JSON
internal import XGBoost

/// Fits a logistic regression by the library's coordinate descent.
///
/// Coordinate descent crawls where columns are correlated, as one-hot columns are: on the Telco
/// table it takes some 5,000 rounds to come within 1e-4 of the optimum. The penalty, a sum of
/// squares, does not change when the columns are rotated. So the library learns on principal axes,
/// which are uncorrelated, in about 50 rounds, and the weights are turned back.
struct LinearFit {
    let parameters: LinearParameters
    let settings: [XGBoostSetting]

    /// A model of the columns of `matrix`, which must be standardized.
    func booster(
        learning matrix: FeatureMatrix, featureNames: [String]
    ) throws(XGBoostError) -> Booster {
        let axes = PrincipalAxes(of: matrix.values, columnCount: matrix.columnCount)
        let rotated = FeatureMatrix(
            values: axes.rotated(matrix.values), columnCount: matrix.columnCount,
            labels: matrix.labels, weights: matrix.weights)
        let data = try rotated.dataMatrix()
        let booster = try Booster(learning: data, parameters: settings)
        try converge(booster, data)

        let document = try LinearDocument(parsing: try booster.document())
        var weights = document.weights
        let bias = weights.removeLast()
        let turned = try Booster(
            document: document.bytes(weights: axes.columnWeights(weights) + [bias]).span)
        try turned.setFeatureNames(featureNames)
        return turned
    }

    private func converge(
        _ booster: borrowing Booster, _ data: borrowing DataMatrix
    ) throws(XGBoostError) {
        var margins: [Float] = []
        for round in 0..<parameters.roundsMax {
            try booster.update(round: round, learning: data)
            guard (round + 1) % parameters.roundsBetweenChecks == 0 else { continue }
            let found = try booster.margins(of: data)
            let change = zip(margins, found).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
            if !margins.isEmpty && change <= parameters.marginTolerance { return }
            margins = found
        }
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
