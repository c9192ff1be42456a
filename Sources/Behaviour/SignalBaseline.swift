internal import POSIX

/// What a window says of one signal.
struct Measurement {
    let value: Float
    /// The variance that comes from the window's few requests alone.
    var noise: Float = 0

    /// A count, on a scale where twice as many is one step wherever it begins.
    static func count(_ count: Double) -> Measurement {
        Measurement(value: Float(Transcendental.logarithm(1 + count)))
    }

    /// A share, on a scale where its noise depends on the number of requests alone (Anscombe
    /// 1948).
    static func share(_ part: Int32, of whole: Int32) -> Measurement {
        let (part, whole) = (Double(part), Double(whole))
        let root = ((part + 0.375) / (whole + 0.75)).squareRoot()
        return Measurement(
            value: Float(Transcendental.arcsine(root)), noise: Float(1 / (4 * whole + 2)))
    }
}

/// Mean and variance of one signal of one subject, exponentially weighted.
struct SignalBaseline: Sendable {
    private(set) var mean: Float = 0
    private(set) var variance: Float = 0

    /// How many standard deviations a window lies above the mean.
    func deviation(of measurement: Measurement, floor: Float) -> Float {
        (measurement.value - mean) / spread(floor, measurement.noise)
    }

    private func spread(_ floor: Float, _ noise: Float) -> Float {
        (variance + floor * floor + noise).squareRoot()
    }

    /// Takes a window in.
    ///
    /// - Parameters:
    ///   - weight: of the window; 1 for the first one, which becomes the mean.
    ///   - isBounded: whether one that deviates very much counts as one that deviates less.
    mutating func learn(
        _ measurement: Measurement, weight: Float, floor: Float, isBounded: Bool
    ) {
        var difference = measurement.value - mean
        if isBounded {
            let most = BehaviourRules.deviationMax * spread(floor, measurement.noise)
            difference = min(max(difference, -most), most)
        }
        mean += weight * difference
        let excess = max(difference * difference - measurement.noise, 0)
        variance = (1 - weight) * (variance + weight * excess)
    }
}
