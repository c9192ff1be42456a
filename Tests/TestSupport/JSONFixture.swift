internal import JSON
internal import POSIX
internal import Testing

/// Figures that another program has computed, kept as JSON below `Tests`.
package struct JSONFixture {
    private let document: JSONValue

    /// - Parameter path: from `Tests`.
    package init(_ path: String) throws {
        let bytes = try Files.read("\(ProjectPlaces.root)/Tests/\(path)", bytesMax: 1 << 20)
        document = try JSONValue(parsing: bytes.span)
    }

    package func number(_ path: String...) throws -> Double {
        try #require(try value(path).asNumber)
    }

    package func numbers(_ path: String...) throws -> [Double] {
        try #require(try value(path).asArray).map { try #require($0.asNumber) }
    }

    package func texts(_ path: String...) throws -> [String] {
        try #require(try value(path).asArray).map { try #require($0.asString) }
    }

    private func value(_ path: [String]) throws -> JSONValue {
        try path.reduce(document) { value, name in try #require(value.asObject?[name]) }
    }
}

package func isNear(_ value: Double?, _ wanted: Double, within tolerance: Double) -> Bool {
    guard let value else { return false }
    return (value - wanted).magnitude <= tolerance
}

package func isNear(_ values: [Double], _ wanted: [Double], within tolerance: Double) -> Bool {
    values.count == wanted.count
        && zip(values, wanted).allSatisfy { isNear($0, $1, within: tolerance) }
}
