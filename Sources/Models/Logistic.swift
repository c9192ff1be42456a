internal import POSIX

/// The logistic link in single precision, as XGBoost computes it.
package enum Logistic {
    /// The probability of a margin. With glibc equal to XGBoost's bit for bit.
    package static func probability(fromMargin margin: Float) -> Float {
        // The bound keeps the exponential finite, the last summand the quotient defined.
        1 / (Transcendental.exponential(min(-margin, 88.7)) + 1 + 1e-16)
    }

    /// The margin of a probability between 0 and 1, both excluded.
    package static func margin(fromProbability probability: Float) -> Float {
        -Transcendental.logarithm(1 / probability - 1)
    }
}
