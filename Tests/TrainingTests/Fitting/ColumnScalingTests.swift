import Features
import TestSupport
import Testing
import Training

struct ColumnScalingTests {
    @Test func `columns get mean 0 and the population's deviation 1, constant ones mean 0`() throws
    {
        let data = try TrainingTable(rows: [
            "a,basic,10,5,yes", "b,plus,20,5,no", "c,basic,60,5,no", "d,plus,30,5,yes",
        ]).read()
        let encoding = FeatureEncoding(oneHot: data.schema).standardized(by: data.records)
        var row = [Float](repeating: 0, count: encoding.columnCount)
        var rows: [[Double]] = []
        for record in data.records {
            encoding.encode(record, into: &row)
            rows.append(row.map(Double.init))
        }
        // basic, plus, all, months, price
        for column in [0, 1, 3] {
            let values = rows.map { $0[column] }
            #expect(isNear(values.reduce(0, +), 0, within: 1e-6))
            #expect(isNear(values.reduce(0) { $0 + $1 * $1 } / 4, 1, within: 1e-6))
        }
        #expect(rows.allSatisfy { $0[2] == 0 && $0[4] == 0 })
        #expect(encoding.columns[3].mean == 30)
        #expect(isNear(encoding.columns[3].scale, 350.0.squareRoot(), within: 1e-12))
        #expect(encoding.columns[4].mean == 5 && encoding.columns[4].scale == 1)
    }
}
