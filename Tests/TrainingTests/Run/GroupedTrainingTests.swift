import Bundle
import Bytes
import JSON
import Measures
import Models
import TestSupport
import Testing
import Training
import TrainingReports

struct GroupedTrainingTests {
    /// Months of customers whose plan and price are their own and whose outcome is a coin's: noise,
    /// by which a customer is recognised.
    private func noise(customers: Int, months: Int, isRepeated: Bool = true) -> [String] {
        var random = RandomSource(seed: 11)
        return (0..<customers).flatMap { customer in
            let plan = ["basic", "plus", "all"][random.next(below: 3)]
            let price = Double(random.next(below: 15_000)) / 100
            let leaves = random.next(below: 2) == 0 ? "yes" : "no"
            return (0..<months).map { month in
                let name = isRepeated ? "c\(customer)" : "c\(customer)-\(month)"
                return "\(name),\(plan),\(month),\(price),\(leaves)"
            }
        }
    }

    private func outcome(
        _ rows: [String], change: (inout TrainingOptions) -> Void = { _ in }
    ) throws -> TrainingOutcome {
        var options = quickOptions([.boosting])
        options.repeatCount = 1
        options.foldCount = 5
        change(&options)
        return try TrainingRun(
            try TrainingTable(rows: rows).read(), path: "t.csv", options: options
        ).run()
    }

    @Test func `months of one customer are kept together, so that noise foretells nothing`() throws
    {
        let rows = noise(customers: 1500, months: 6)
        let grouped = try outcome(rows)
        #expect(grouped.groups?.column == "id" && grouped.groups?.count == 1500)
        #expect(isNear(grouped.model.holdOut.measures.rocAUC, 0.5, within: 0.06))
        #expect(isNear(grouped.selected.folds.spread(.rocAUC)?.mean, 0.5, within: 0.04))
        // The same rows as of so many customers: each is recognised.
        let single = try outcome(noise(customers: 1500, months: 6, isRepeated: false))
        #expect(single.groups == nil)
        #expect(single.model.holdOut.measures.rocAUC > 0.6)
        let held = Set(grouped.plan.holdOut.map { $0 / 6 })
        #expect(held.isDisjoint(with: grouped.plan.learning.map { $0 / 6 }))
    }

    @Test func `a bundle states what was kept together, and its hold-out is found again`() throws {
        let table = try TrainingTable(rows: noise(customers: 150, months: 3))
        let data = try table.read()
        var options = quickOptions([.tuned])
        options.balancing.classWeight = .balanced
        options.balancing.resampling = .none
        options.search.trials = 1
        options.balancing = Balancing()
        let outcome = try TrainingRun(data, path: "", options: options).run()
        let bundle = try outcome.contents.write(to: table.directory.path(of: "models/1"))
        #expect(bundle.manifest.provenance["grouped_by"]?.asString == "id")
        let evaluation = try Evaluation(bundle, data, path: "")
        #expect(evaluation.holdOut == .measured(outcome.model.holdOut, isAsStated: true))
        let text = String(
            decoding: ReportPage(ReportContents(outcome, data, source: "t.csv")).html(),
            as: UTF8.self)
        #expect(text.contains("450 rows have 150 values of id"))
        #expect(text.contains("by bootstrap of the values of id"))
    }

    @Test func `another column may be named, and one that is not there is refused by name`() throws
    {
        let rows = TrainingTable.rows(300)
        let outcome = try outcome(rows) { $0.groupBy = "months" }
        let months = Set(rows.map { $0.split(separator: ",")[2] })
        #expect(outcome.groups?.column == "months" && outcome.groups?.count == months.count)
        let known = ["id", "plan", "months", "price"]
        #expect(throws: TrainingError.unknownField("month", known: known)) {
            try self.outcome(rows) { $0.groupBy = "month" }
        }
    }

    @Test(arguments: [(10, 10, true), (9, 10, false), (10, 9, false)])
    func `there have to be as many groups of each outcome as rows where there are none`(
        positives: Int, negatives: Int, suffices: Bool
    ) throws {
        let rows = (0..<positives + negatives).flatMap { group in
            (0..<4).map { month in
                "c\(group),plus,\(month),\(group),\(group < positives ? "yes" : "no")"
            }
        }
        if suffices {
            #expect(try outcome(rows).groups?.count == 20)
        } else {
            let error = TrainingError.tooFewGroups(
                path: "t.csv", column: "id", positives: positives, negatives: negatives, least: 10)
            #expect(throws: error) { try outcome(rows) }
        }
    }

    @Test func `identifiers that are absent, or differ, group nothing`() throws {
        #expect(try TrainingTable(rows: TrainingTable.rows(40)).read().identifierGroups == nil)
        let rows = TrainingTable.rows(40).map { String($0[$0.firstIndex(of: ",")!...].dropFirst()) }
        let data = try TrainingTable(rows: rows, header: "plan,months,price,left").read()
        #expect(data.identifierGroups == nil)
        let repeated = ["b,plus,1,1,no", "a,plus,1,1,no", "b,plus,2,1,yes"]
        #expect(try TrainingTable(rows: repeated).read().identifierGroups == [0, 1, 0])
    }
}
