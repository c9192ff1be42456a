internal import Glibc

/// The C library's exponential and logarithm. In single precision glibc's are those XGBoost was
/// built with, so that its probabilities can be met bit for bit.
package enum Transcendental {
    /// eˣ in single precision.
    package static func exponential(_ x: Float) -> Float { expf(x) }

    /// eˣ in double precision.
    package static func exponential(_ x: Double) -> Double { exp(x) }

    /// The natural logarithm in single precision.
    package static func logarithm(_ x: Float) -> Float { logf(x) }

    /// The natural logarithm in double precision.
    package static func logarithm(_ x: Double) -> Double { log(x) }
}
