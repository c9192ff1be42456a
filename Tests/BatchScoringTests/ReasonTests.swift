import BatchScoring
import Bundle
import JSON
import Models
import Tables
import TestSupport
import Testing

/// Reasons beside the predictions of a file.
struct ReasonTests {
    private func scored(
        _ reasons: ReasonCount, _ output: RecordForm, version: String = "3"
    ) throws -> [String] {
        let model = try ModelBundle(
            directory: "\(ProjectPlaces.root)/Models/telco-churn/\(version)")
        var options = ScoringOptions(input: .ndjson, output: output)
        options.reasons = reasons
        var scorer = BatchScorer(model: model, options: options)
        let customers = [Customer.valid, Customer.valid.with("tenure", "1")]
        let text = customers.map { $0.json + "\n" }.joined()
        try scorer.take(text.utf8.span)
        var bytes = scorer.header
        try scorer.finish()
        for batch in scorer.scored { bytes += batch.predictions }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func `a line of JSON has the reasons of its row`() throws {
        let lines = try scored(.strongest(2), .ndjson)
        #expect(lines.count == 2)
        for line in lines {
            let object = try #require(try JSONValue(parsing: line.utf8.span).asObject)
            #expect(object["base_log_odds"]?.asNumber == -1.641462)
            let reasons = try #require(object["reasons"]?.asArray).compactMap(\.asObject)
            #expect(reasons.count == 2)
            for reason in reasons {
                #expect(
                    reason.members.map(\.name) == [
                        "field", "contribution", "direction", "code", "text",
                    ])
                let contribution = try #require(reason["contribution"]?.asNumber)
                #expect(reason["direction"]?.asString == (contribution > 0 ? "up" : "down"))
            }
        }
        #expect(lines[1].contains(#""field":"tenure","contribution":1."#))
    }

    @Test func `a table has two columns for each reason`() throws {
        let lines = try scored(.strongest(2), .csv)
        #expect(
            lines[0].hasSuffix(
                ",row,base_log_odds,reason_1,contribution_1,reason_2,contribution_2"))
        #expect(lines[2].contains(",-1.641462,tenure,1."))
        let counts = lines.map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).count
        }
        #expect(counts == [11, 11, 11])
    }

    @Test func `fewer reasons than columns leave cells empty`() throws {
        let lines = try scored(.strongest(64), .csv)
        let counts = lines.map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).count
        }
        #expect(counts == [135, 135, 135])
        #expect(lines[1].hasSuffix(",,,"))
    }
}
