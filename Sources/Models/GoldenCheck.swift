internal import Features

/// Runs golden rows through the whole way of a request: decoder, encoding, trees, calibration.
struct GoldenCheck {
    let schema: Schema
    let encoding: FeatureEncoding
    let ensemble: Ensemble
    let calibration: Calibration

    /// How many rows there are, all of them reproduced. Throws the first that is not.
    func run(_ lines: Span<UInt8>, limits: ModelLimits) throws(ModelError) -> Int {
        guard lines.count <= limits.goldenBytesMax else {
            throw .tooMany(.golden, "bytes", found: lines.count, most: limits.goldenBytesMax)
        }
        var decoder = RecordDecoder(schema: schema)
        var row = [Float](repeating: 0, count: encoding.columnCount)
        var rowCount = 0
        var start = 0
        for end in 0..<lines.count where lines[end] == UInt8(ascii: "\n") || end == lines.count - 1
        {
            rowCount += 1
            guard rowCount <= limits.goldenRowsMax else {
                throw .tooMany(.golden, "rows", found: rowCount, most: limits.goldenRowsMax)
            }
            do throws(GoldenFault) {
                let line = try GoldenRow(parsing: lines.extracting(start..<end + 1))
                try check(line, &decoder, &row)
            } catch { throw .goldenRow(rowCount, error) }
            start = end + 1
        }
        guard rowCount >= limits.goldenRowsMin else {
            throw .goldenRowCount(found: rowCount, least: limits.goldenRowsMin)
        }
        return rowCount
    }

    private func check(
        _ line: GoldenRow, _ decoder: inout RecordDecoder, _ row: inout [Float]
    ) throws(GoldenFault) {
        let isValid: Bool
        do throws(BodyError) {
            isValid = try decoder.decode(line.request.span)
        } catch { throw .request }
        guard isValid else { throw .request }
        encoding.encode(decoder.record, into: &row)
        let margin = ensemble.margin(row.span)
        try line.check(
            margin: margin,
            probability: calibration.probability(fromMargin: margin, link: ensemble.link))
    }
}
