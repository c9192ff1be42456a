/// The directions in which rows spread, each uncorrelated with the others: the eigenvectors of
/// their sums of products, found by cyclic Jacobi rotations (Golub, Van Loan, Matrix Computations
/// §8.5). Sums, products and square roots alone, so that the same rows give the same axes
/// everywhere.
package struct PrincipalAxes: Sendable {
    package let count: Int
    /// Axis after axis, each of `count` numbers.
    private var axes: [Double]

    private static let sweepsMax = 64
    /// Products of different columns that are below this share of all squares are rounding errors.
    private static let residue = 1e-30

    /// Of `values`, row after row of `columnCount`.
    package init(of values: [Float], columnCount: Int) {
        count = columnCount
        var products = PrincipalAxes.products(values, columnCount)
        axes = [Double](repeating: 0, count: columnCount * columnCount)
        for index in 0..<columnCount { axes[index * columnCount + index] = 1 }
        for _ in 0..<PrincipalAxes.sweepsMax {
            var (diagonal, rest) = (0.0, 0.0)
            for row in 0..<count {
                for column in 0..<count {
                    let square = products[row * count + column] * products[row * count + column]
                    if row == column { diagonal += square } else { rest += square }
                }
            }
            guard rest > PrincipalAxes.residue * diagonal else { break }
            for first in 0..<count {
                for second in first + 1..<max(count, first + 1) {
                    rotate(&products, first, second)
                }
            }
        }
    }

    /// The rows of `values` in the coordinates of the axes.
    package func rotated(_ values: [Float]) -> [Float] {
        var rotated: [Float] = []
        rotated.reserveCapacity(values.count)
        for row in stride(from: 0, to: values.count, by: count) {
            for axis in 0..<count {
                var sum = 0.0
                for column in 0..<count {
                    sum += axes[axis * count + column] * Double(values[row + column])
                }
                rotated.append(Float(sum))
            }
        }
        return rotated
    }

    /// The weights of columns that do what `weights` of the axes do.
    package func columnWeights(_ weights: [Double]) -> [Double] {
        precondition(weights.count == count)
        var columns = [Double](repeating: 0, count: count)
        for axis in 0..<count {
            for column in 0..<count {
                columns[column] += axes[axis * count + column] * weights[axis]
            }
        }
        return columns
    }

    private static func products(_ values: [Float], _ count: Int) -> [Double] {
        var products = [Double](repeating: 0, count: count * count)
        for row in stride(from: 0, to: values.count, by: count) {
            for first in 0..<count {
                let value = Double(values[row + first])
                for second in first..<count {
                    products[first * count + second] += value * Double(values[row + second])
                }
            }
        }
        for first in 0..<count {
            for second in 0..<first {
                products[first * count + second] = products[second * count + first]
            }
        }
        return products
    }

    /// Turns two axes so that the product of their coordinates vanishes.
    private mutating func rotate(_ products: inout [Double], _ first: Int, _ second: Int) {
        let product = products[first * count + second]
        guard product != 0 else { return }
        let gap = products[second * count + second] - products[first * count + first]
        let ratio = gap / (2 * product)
        // The smaller of the two angles; where the ratio overflows when squared it is next to none.
        let root = (1 + ratio * ratio).squareRoot()
        let tangent = (ratio < 0 ? -1 : 1) / (ratio.magnitude + root)
        let cosine = 1 / (1 + tangent * tangent).squareRoot()
        let sine = tangent * cosine
        for index in 0..<count {
            let (left, right) = (index * count + first, index * count + second)
            let (a, b) = (products[left], products[right])
            products[left] = cosine * a - sine * b
            products[right] = sine * a + cosine * b
        }
        for index in 0..<count {
            let (upper, lower) = (first * count + index, second * count + index)
            let (a, b) = (products[upper], products[lower])
            products[upper] = cosine * a - sine * b
            products[lower] = sine * a + cosine * b
            let (c, d) = (axes[upper], axes[lower])
            axes[upper] = cosine * c - sine * d
            axes[lower] = sine * c + cosine * d
        }
    }
}
