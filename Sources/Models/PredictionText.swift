package import JSON

/// How a probability is shown to callers, by the service and in files.
package enum PredictionText {
    /// Decimals that are shown, rounded half to even.
    package static let probabilityDecimals = 4
}

extension JSONWriter {
    /// A probability as callers see it.
    package mutating func probability(_ probability: Float) {
        number(Double(probability), decimals: PredictionText.probabilityDecimals)
    }
}
