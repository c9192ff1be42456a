import JSON
import POSIX
import TestSupport
import Testing

/// What scikit-learn learns from invented rows and margins, from Fixtures/learners.json.
struct LearnersFixture {
    private let document: JSONValue

    init() throws {
        let path = "\(ProjectPlaces.root)/Tests/TrainingTests/Fixtures/learners.json"
        let bytes = try Files.read(path, bytesMax: 1 << 20)
        document = try JSONValue(parsing: bytes.span)
    }

    func number(_ path: String...) throws -> Double { try #require(try value(path).asNumber) }

    func numbers(_ path: String...) throws -> [Double] {
        try #require(try value(path).asArray).map { try #require($0.asNumber) }
    }

    func texts(_ path: String...) throws -> [String] {
        try #require(try value(path).asArray).map { try #require($0.asString) }
    }

    private func value(_ path: [String]) throws -> JSONValue {
        try path.reduce(document) { value, name in try #require(value.asObject?[name]) }
    }
}
