import Testing
import Training

struct PrincipalAxesTests {
    private let columnCount = 4

    /// Two columns that depend on each other, one that is their sum, and one of its own.
    private func values(_ rowCount: Int) -> [Float] {
        var random = RandomSource(seed: 3)
        return (0..<rowCount).flatMap { _ in
            let first = random.nextFraction() - 0.5
            let second = first + 0.3 * (random.nextFraction() - 0.5)
            return [first, second, first + second, random.nextFraction() - 0.5].map(Float.init)
        }
    }

    private func column(_ index: Int, of values: [Float]) -> [Double] {
        stride(from: index, to: values.count, by: columnCount).map { Double(values[$0]) }
    }

    @Test func `rotated columns are uncorrelated`() {
        let values = values(50)
        let rotated = PrincipalAxes(of: values, columnCount: columnCount).rotated(values)
        for first in 0..<columnCount {
            for second in 0..<first {
                let product = zip(column(first, of: rotated), column(second, of: rotated))
                    .reduce(0) { $0 + $1.0 * $1.1 }
                #expect(product.magnitude < 1e-6)
            }
        }
        let squares = values.reduce(0) { $0 + Double($1 * $1) }
        let rotatedSquares = rotated.reduce(0) { $0 + Double($1 * $1) }
        #expect(isNear(rotatedSquares, squares, within: 1e-5))
    }

    @Test func `weights turned back do what those of the axes do`() {
        let values = values(50)
        let axes = PrincipalAxes(of: values, columnCount: columnCount)
        let weights = [0.5, -2, 1, 3]
        let turned = axes.columnWeights(weights)
        let rotated = axes.rotated(values)
        for row in stride(from: 0, to: values.count, by: columnCount) {
            let wanted = (0..<columnCount).reduce(0.0) {
                $0 + weights[$1] * Double(rotated[row + $1])
            }
            let found = (0..<columnCount).reduce(0.0) { $0 + turned[$1] * Double(values[row + $1]) }
            #expect(isNear(found, wanted, within: 1e-6))
        }
    }

    @Test(arguments: [1, 2])
    func `few columns and rows without a spread have axes`(columnCount: Int) {
        let values = [Float](repeating: 0, count: columnCount * 3)
        let axes = PrincipalAxes(of: values, columnCount: columnCount)
        #expect(axes.rotated(values) == values)
        #expect(axes.columnWeights(values.prefix(columnCount).map { _ in 1 }).count == columnCount)
    }
}
