import Features
import Testing
import Training

struct SmoteTests {
    private func schema() throws -> Schema {
        try Schema(json: Array(TrainingTable.schemaText.utf8).span)
    }

    private func record(_ plan: Int, _ months: Double, _ price: Double) -> Record {
        Record(values: [Double(plan), months, price])
    }

    @Test func `made-up records are of the schema and lie between those there are`() throws {
        let data = try TrainingTable(rows: TrainingTable.rows(100)).read()
        let records = Array(data.records.prefix(30))
        let made = Smote(schema: data.schema).records(like: records, count: 200, seed: 1)
        #expect(made.count == 200)
        for record in made {
            #expect([0, 1, 2].contains(record.values[0]))
            #expect(record.values[1] == record.values[1].rounded())
            for field in 1...2 {
                let values = records.map { $0.values[field] }
                let range = try #require(values.min())...(try #require(values.max()))
                #expect(range.contains(record.values[field]))
            }
        }
        #expect(made.contains { $0.values[2] != $0.values[2].rounded() })
    }

    @Test func `the same seed makes the same records, another one others`() throws {
        let data = try TrainingTable(rows: TrainingTable.rows(40)).read()
        let smote = Smote(schema: data.schema)
        let made = smote.records(like: data.records, count: 20, seed: 1)
        #expect(smote.records(like: data.records, count: 20, seed: 1) == made)
        #expect(smote.records(like: data.records, count: 20, seed: 2) != made)
    }

    @Test func `partners are the five nearest, so that groups far apart do not mix`() throws {
        let near = (0..<6).map { record(0, Double($0), Double($0)) }
        let far = (0..<6).map { record(2, Double(50 + $0), Double(140 + $0)) }
        let made = Smote(schema: try schema()).records(like: near + far, count: 300, seed: 1)
        for record in made {
            let (months, price) = record.values[0] == 0 ? (0...5, 0...5) : (50...55, 140...145)
            #expect(months.contains(Int(record.values[1])))
            #expect(price.contains(Int(record.values[2])))
        }
        // With one record fewer in a group the fifth partner is in the other one.
        let mixed = Smote(schema: try schema())
            .records(like: Array(near.dropLast()) + far, count: 300, seed: 1)
        #expect(mixed.contains { 10...45 ~= $0.values[1] })
    }

    @Test func `a category is that of most of the nearest`() throws {
        // The first record alone has another plan than its five neighbours.
        let records =
            [record(1, 10, 50)] + (1...5).map { record(2, 10 + Double($0), 50 + Double($0)) }
        let made = Smote(schema: try schema()).records(like: records, count: 100, seed: 1)
        #expect(made.allSatisfy { $0.values[0] == 2 })
    }

    @Test func `one record or none has nothing between`() throws {
        let smote = Smote(schema: try schema())
        #expect(smote.records(like: [record(0, 1, 1)], count: 5, seed: 1).isEmpty)
        #expect(smote.records(like: [], count: 5, seed: 1).isEmpty)
        let two = [record(0, 10, 10), record(0, 20, 10)]
        let made = smote.records(like: two, count: 50, seed: 1)
        #expect(made.allSatisfy { 10...20 ~= $0.values[1] && $0.values[2] == 10 })
        #expect(Set(made.map { $0.values[1] }).count > 5)
    }
}
