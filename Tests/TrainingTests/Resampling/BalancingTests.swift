import Features
import Testing
import Training

struct BalancingTests {
    private func rows() throws -> (LearningSet, Schema) {
        let rows = (0..<40).map { "c\($0),basic,\($0),\($0),\($0 % 4 == 0 ? "yes" : "no")" }
        let data = try TrainingTable(rows: rows).read()
        return (LearningSet(records: data.records, labels: data.labels), data.schema)
    }

    @Test func `nothing is done unless it is asked for`() throws {
        let (rows, schema) = try rows()
        #expect(Balancing().applied(to: rows, schema: schema, seed: 1) == rows)
        #expect(!Balancing().isActive)
    }

    @Test func `SMOTE adds rows of the rarer outcome until there are as many`() throws {
        let (rows, schema) = try rows()
        var balancing = Balancing()
        balancing.resampling = .smote
        #expect(balancing.isActive)
        let balanced = balancing.applied(to: rows, schema: schema, seed: 1)
        #expect(balanced.count == 60)
        #expect(balanced.labels.count { $0 } == 30)
        #expect(Array(balanced.records.prefix(40)) == rows.records)
        #expect(balanced.labels.suffix(20).allSatisfy { $0 })
        #expect(balanced.weights == nil)
    }

    @Test func `SMOTE makes up the negatives where they are the rarer ones`() throws {
        let (rows, schema) = try rows()
        var balancing = Balancing()
        balancing.resampling = .smote
        let flipped = LearningSet(records: rows.records, labels: rows.labels.map { !$0 })
        let balanced = balancing.applied(to: flipped, schema: schema, seed: 1)
        #expect(balanced.labels.suffix(20).allSatisfy { !$0 })
        #expect(balanced.labels.count { $0 } == 30)
    }

    @Test func `class weights give both outcomes the same sum and keep that of all`() throws {
        let (rows, schema) = try rows()
        var balancing = Balancing()
        balancing.classWeight = .balanced
        let balanced = balancing.applied(to: rows, schema: schema, seed: 1)
        #expect(balanced.records == rows.records)
        let weights = try #require(balanced.weights)
        #expect(zip(weights, rows.labels).allSatisfy { $0 == ($1 ? 2 : Float(2.0 / 3)) })
    }

    @Test func `after SMOTE class weights change nothing`() throws {
        let (rows, schema) = try rows()
        var balancing = Balancing()
        balancing.resampling = .smote
        balancing.classWeight = .balanced
        let balanced = balancing.applied(to: rows, schema: schema, seed: 1)
        #expect(balanced.weights == [Float](repeating: 1, count: 60))
    }
}
