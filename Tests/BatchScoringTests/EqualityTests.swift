import BatchScoring
import Bundle
import Features
import JSON
import Models
import POSIX
import Tables
import TestSupport
import Testing

@Suite struct EqualityTests {
    /// The probability that a request with this body is answered with.
    private func answered(_ body: [UInt8]) throws -> String {
        var decoder = RecordDecoder(schema: bundle.schema)
        #expect(try decoder.decode(body.span))
        var row = [Float](repeating: 0, count: bundle.encoding.columnCount)
        bundle.encoding.encode(decoder.record, into: &row)
        let margin = bundle.ensemble.margin(row.span)
        return told(
            bundle.calibration.probability(fromMargin: margin, link: bundle.ensemble.link))
    }

    private func told(_ probability: Float) -> String {
        var writer = JSONWriter()
        writer.probability(probability)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    @Test func `the bundle's golden rows come out with its library's probabilities`() throws {
        let path = BuiltProgram.modelPath + "/golden.jsonl"
        let lines = try Files.read(path, bytesMax: 1 << 24).split(separator: UInt8(ascii: "\n"))
        let rows = try lines.map { try GoldenRow(parsing: Array($0).span) }
        #expect(rows.count >= 50)
        let text = rows.map { String(decoding: $0.request, as: UTF8.self) }.joined(separator: "\n")
        var options = ScoringOptions.objects
        options.output = .csv
        let scored = try score(text, options)
        #expect(scored.refusals == "")
        let found = scored.lines.dropFirst().map { $0.split(separator: ",")[0] }
        #expect(found.count == rows.count)
        #expect(found.map(String.init) == rows.map { told($0.probability) })
    }

    @Test(.enabled(if: telcoPath != nil, "CHURN_TELCO_CSV names no file"))
    func `all 7043 customers are scored as requests are, from either form`() throws {
        let table = try Files.read(try #require(telcoPath), bytesMax: 1 << 24)
        let rows = String(decoding: table, as: UTF8.self).split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let bodies = rows.dropFirst().map { Objects.body(names: rows[0], cells: $0) }
        let wanted = try bodies.map { try answered($0) }
        #expect(wanted.count == 7043)

        let cells = try score(table, .table, chunk: 65_536)
        #expect(cells.counts.scored == 7043)
        var equal = 0
        for (line, (row, wanted)) in zip(cells.lines.dropFirst(), zip(rows.dropFirst(), wanted)) {
            let found = line.split(separator: ",")
            if found[0] == row[0] && found[1] == wanted { equal += 1 }
        }
        #expect(equal == 7043)

        let text = Array(bodies.joined(separator: [UInt8(ascii: "\n")]))
        var options = ScoringOptions.objects
        options.output = .csv
        #expect(try score(text, options, chunk: 1000).predictions == cells.predictions)
    }
}
