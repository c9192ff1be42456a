import Bundle
import Features
import JSON
import Models
import POSIX
import Serving
import Telemetry
import TestSupport
import Testing

extension Scorer {
    /// The prediction alone.
    func score(_ body: Span<UInt8>) throws(ServiceFailure) -> Prediction {
        var stages = StageTimes(start: 0)
        var prediction = Prediction()
        try score(body, &stages, into: &prediction)
        return prediction
    }
}

@Suite struct ScorerTests {
    private let bundle: ModelBundle
    private let scorer: Scorer

    init() throws {
        bundle = try ModelBundle(directory: BuiltProgram.modelPath)
        scorer = Scorer(bundle: bundle)
    }

    private func failure(_ body: String) -> ServiceFailure? {
        do throws(ServiceFailure) {
            _ = try scorer.score(Array(body.utf8).span)
            return nil
        } catch {
            return error
        }
    }

    @Test func `every golden row of the shipped model comes out as the library has it`() throws {
        let bytes = try Files.read("\(BuiltProgram.modelPath)/golden.jsonl", bytesMax: 1 << 24)
        let lines = bytes.split(separator: 0x0A)
        #expect(lines.count == bundle.goldenRowCount)
        for line in lines {
            let row = try GoldenRow(parsing: Array(line).span)
            let prediction = try scorer.score(row.request.span)
            let distance =
                (Int(prediction.probability.bitPattern)
                - Int(row.probability.bitPattern)).magnitude
            #expect(distance <= GoldenRow.probabilityUnitsMax)
            #expect(prediction.isPositive == (prediction.probability > 0.5))
            let risk: RiskLevel =
                prediction.probability > 0.7 ? .high : prediction.probability > 0.4 ? .medium : .low
            #expect(prediction.risk == risk)
        }
    }

    @Test func `an identifier is given back as bytes, its escapes resolved`() throws {
        let body = Customer.valid.with("customerID", #""7\u00e9\n""#).json
        #expect(
            failure(body)
                == .invalidRecord([
                    Violation(
                        field: "customerID", code: .notAllowed,
                        detail: "must be a string of 1 to 64 bytes without control characters, "
                            + "or an integer")
                ]))
        let named = Customer.valid.with("customerID", #""7\u00e9""#).json
        #expect(try scorer.score(Array(named.utf8).span).customerID == Array("7é".utf8))
    }

    @Test func `the identifier of one body is not the next one's`() throws {
        let named = Customer.valid.named("C-1").json
        #expect(try scorer.score(Array(named.utf8).span).customerID == Array("C-1".utf8))
        #expect(try scorer.score(Array(Customer.valid.json.utf8).span).customerID.isEmpty)
    }

    @Test func `a body between two others leaves no trace in their scores`() throws {
        let body = Array(Customer.valid.json.utf8)
        let first = try scorer.score(body.span)
        let other = Customer.valid.with("tenure", "0").with("Contract", #""Two year""#).json
        let second = try scorer.score(Array(other.utf8).span)
        #expect(second.probability != first.probability)
        #expect(failure("{}") != nil)
        #expect(failure("{\"tenure\":0,") != nil)
        #expect(try scorer.score(body.span) == first)
    }

    @Test func `what is wrong with a body is told apart`() {
        #expect(failure("") == .body(.malformed(.unexpectedEnd(offset: 0))))
        #expect(failure("[]") == .body(.notAnObject))
        #expect(failure(#"{"a":1,}"#) == .body(.malformed(.unexpectedByte(offset: 7))))
        guard case .invalidRecord(let violations) = failure("{}") else {
            Issue.record("an empty object is a record without its fields")
            return
        }
        #expect(violations.map(\.field) == bundle.schema.fields.map(\.name))
        #expect(violations.allSatisfy { $0.code == .missing })
    }

    @Test func `the model is named with its version`() {
        #expect(String(decoding: scorer.modelName, as: UTF8.self) == bundle.fullName)
    }
}
