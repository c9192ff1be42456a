import JSON
import POSIX
import Testing
import Training

/// Invented predictions and what scikit-learn measures on them, from Fixtures/measures.json.
struct MeasuresFixture {
    let predictions: Predictions
    private let document: JSONValue

    /// How far a figure may lie from scikit-learn's.
    static let tolerance = 1e-9

    init(from file: String = #filePath) throws {
        let folder = file.split(separator: "/").dropLast(2).reduce(into: "") { $0 += "/" + $1 }
        let bytes = try Files.read("\(folder)/Fixtures/measures.json", bytesMax: 1 << 20)
        document = try JSONValue(parsing: bytes.span)
        let probabilities = try MeasuresFixture.numbers(document, ["probabilities"])
        let labels = try MeasuresFixture.numbers(document, ["labels"]).map { $0 == 1 }
        predictions = Predictions(probabilities: probabilities, labels: labels)
    }

    func number(_ path: String...) throws -> Double {
        try #require(try MeasuresFixture.value(document, path).asNumber)
    }

    func numbers(_ path: String...) throws -> [Double] {
        try MeasuresFixture.numbers(document, path)
    }

    private static func numbers(_ document: JSONValue, _ path: [String]) throws -> [Double] {
        try #require(try value(document, path).asArray).map { try #require($0.asNumber) }
    }

    private static func value(_ document: JSONValue, _ path: [String]) throws -> JSONValue {
        try path.reduce(document) { value, name in try #require(value.asObject?[name]) }
    }
}

func isNear(_ value: Double?, _ wanted: Double, within tolerance: Double) -> Bool {
    guard let value else { return false }
    return (value - wanted).magnitude <= tolerance
}

func isNear(_ values: [Double], _ wanted: [Double], within tolerance: Double) -> Bool {
    values.count == wanted.count
        && zip(values, wanted).allSatisfy { isNear($0, $1, within: tolerance) }
}
