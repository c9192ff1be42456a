internal import Glibc

/// The C library's exponential, logarithm and arcsine. In single precision glibc's are those that
/// XGBoost was built with, so that its probabilities can be met bit for bit.
package enum Transcendental {
    /// eˣ in single precision.
    package static func exponential(_ x: Float) -> Float { expf(x) }

    /// eˣ in double precision.
    package static func exponential(_ x: Double) -> Double { exp(x) }

    /// The natural logarithm in single precision.
    package static func logarithm(_ x: Float) -> Float { logf(x) }

    /// The natural logarithm in double precision.
    package static func logarithm(_ x: Double) -> Double { log(x) }

    /// The cosine in double precision.
    package static func cosine(_ x: Double) -> Double { cos(x) }

    /// The arcsine in double precision, of a number from -1 to 1.
    package static func arcsine(_ x: Double) -> Double { asin(x) }
}
