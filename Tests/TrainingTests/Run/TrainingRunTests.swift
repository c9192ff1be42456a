import Bundle
import DataCheck
import JSON
import Measures
import Models
import POSIX
import Synchronization
import TestSupport
import Testing
import Training
import TrainingReports

private let fileNames = ["golden.jsonl", "manifest.json", "model.json"]

/// Options that train in a moment.
func quickOptions(_ candidates: [Candidate] = [.logistic, .stumps]) -> TrainingOptions {
    var options = TrainingOptions(name: "plans", version: "1", seed: 1)
    options.candidates = candidates
    options.foldCount = 3
    options.repeatCount = 2
    options.search.trials = 2
    options.search.roundsMax = 20
    return options
}

private func contents(of directory: String) throws -> [[UInt8]] {
    try fileNames.map { try Files.read("\(directory)/\($0)", bytesMax: 1 << 24) }
}

struct TrainingRunTests {
    @Test func `the same table and options make the same bytes, whatever the threads`() throws {
        let table = try TrainingTable(rows: TrainingTable.rows(300))
        let data = try table.read()
        var options = quickOptions([.logistic, .stumps, .tuned, .forest])
        func bundle() throws -> [[UInt8]] {
            let contents = try TrainingRun(data, path: "", options: options).run().contents
            return [contents.model, contents.golden, contents.manifest]
        }
        let first = try bundle()
        options.threads = 3
        #expect(try bundle() == first)
        options.seed = 2
        let other = try bundle()
        #expect(zip(first, other).allSatisfy { $0 != $1 })
    }

    @Test(arguments: Candidate.allCases)
    func `a bundle of each candidate loads and says how it was made`(candidate: Candidate) throws {
        let table = try TrainingTable(rows: TrainingTable.rows(400))
        let data = try table.read()
        var options = quickOptions([candidate])
        options.version = "7"
        let outcome = try TrainingRun(data, path: "", options: options).run()
        let directory = table.directory.path(of: "models/plans/7")
        let bundle = try outcome.contents.write(to: directory)
        #expect(try Files.names(in: directory) == fileNames)
        #expect(bundle.fullName == "plans/7")
        #expect(bundle.goldenRowCount == 100)
        let provenance = bundle.manifest.provenance
        #expect(provenance["candidate"]?.asString == candidate.rawValue)
        #expect(provenance["data_sha256"]?.asString == data.sha256)
        #expect(provenance["rows"]?.asNumber == 400)
        #expect(provenance["learned_rows"]?.asNumber == 320)
        #expect(provenance["hold_out_rows"]?.asNumber == 80)
        let area = outcome.model.holdOut.measures.rocAUC
        #expect(area > 0.8)
        let stated = bundle.manifest.metrics["hold_out"]?.asObject?["roc_auc"]?.asNumber
        #expect(isNear(stated, area, within: 1e-6))
        let folds = bundle.manifest.metrics["cross_validation"]?.asObject
        let mean = folds?["roc_auc"]?.asObject?["mean"]?.asNumber
        let spread = try #require(outcome.selected.folds.spread(.rocAUC))
        #expect(isNear(mean, spread.mean, within: 1e-6))
    }

    @Test func `selection and the model do not depend on what the hold-out holds`() throws {
        let rows = TrainingTable.rows(300)
        let data = try TrainingTable(rows: rows).read()
        let options = quickOptions(Candidate.allCases)
        let outcome = try TrainingRun(data, path: "", options: options).run()
        let held = Set(outcome.plan.holdOut)
        // The outcomes stay, or others would be held out.
        let changed = rows.enumerated().map { index, row in
            held.contains(index)
                ? "c\(index),all,\(index % 61),\(index % 150),\(data.labels[index] ? "yes" : "no")"
                : row
        }
        let other = try TrainingRun(
            try TrainingTable(rows: changed).read(), path: "", options: options
        ).run()
        #expect(other.comparison == outcome.comparison)
        #expect(other.selection == outcome.selection)
        #expect(other.contents.model == outcome.contents.model)
        #expect(other.model.holdOut != outcome.model.holdOut)
    }

    @Test
    func `a model that is refitted has learned from all, its figures are of one that has not`()
        throws
    {
        let data = try TrainingTable(rows: TrainingTable.rows(300)).read()
        var options = quickOptions([.stumps])
        let honest = try TrainingRun(data, path: "", options: options).run()
        options.refits = true
        let refitted = try TrainingRun(data, path: "", options: options).run()
        #expect(refitted.contents.model != honest.contents.model)
        #expect(refitted.model.holdOut == honest.model.holdOut)
        let text = String(decoding: refitted.contents.manifest, as: UTF8.self)
        #expect(text.contains("\"learned_rows\": 300"))
    }

    @Test func `groups are measured on the hold-out by each value`() throws {
        let data = try TrainingTable(rows: TrainingTable.rows(300)).read()
        var options = quickOptions([.stumps])
        options.groupFields = ["plan"]
        let groups = try TrainingRun(data, path: "", options: options).run().model.insight.groups
        #expect(groups.map(\.value) == ["basic", "plus", "all"])
        #expect(groups.reduce(0) { $0 + $1.count } == 60)
        for name in ["price", "months"] {
            options.groupFields = [name]
            #expect(throws: TrainingError.groupField(name)) {
                try TrainingRun(data, path: "", options: options)
            }
        }
        options.groupFields = ["plan", "plans"]
        let known = ["plan", "months", "price"]
        #expect(throws: TrainingError.unknownField("plans", known: known)) {
            try TrainingRun(data, path: "", options: options)
        }
    }

    @Test(arguments: [("a/b", "1"), ("plans", ""), ("..", "1"), ("plans", "1 2")])
    func `a name that is none is refused before anything is trained`(
        name: String, version: String
    ) throws {
        let data = try TrainingTable(rows: TrainingTable.rows(100)).read()
        let options = TrainingOptions(name: name, version: version, seed: 1)
        let bad = Manifest.isName(name) ? version : name
        #expect(throws: TrainingError.name(bad)) {
            try TrainingRun(data, path: "", options: options)
        }
    }

    @Test(arguments: [(10, 10, 5), (9, 40, 5), (40, 9, 5), (0, 40, 5), (12, 40, 6), (11, 40, 6)])
    func `there have to be two rows of each outcome for each fold, and ten`(
        positives: Int, negatives: Int, folds: Int
    ) throws {
        let rows =
            (0..<positives).map { "a\($0),basic,\($0),100,yes" }
            + (0..<negatives).map { "b\($0),plus,\($0),10,no" }
        let data = try TrainingTable(rows: rows).read()
        var options = quickOptions([.logistic, .stumps, .tuned])
        options.foldCount = folds
        let least = max(10, 2 * folds)
        if min(positives, negatives) >= least {
            _ = try TrainingRun(data, path: "t.csv", options: options).run()
        } else {
            let error = TrainingError.tooFewRows(
                path: "t.csv", positives: positives, negatives: negatives, least: least)
            #expect(throws: error) { try TrainingRun(data, path: "t.csv", options: options) }
        }
    }

    @Test(arguments: [false, true])
    func `progress is work done, and reaches 100 % with the last stage alone`(refits: Bool) throws {
        let data = try TrainingTable(rows: TrainingTable.rows(300)).read()
        var options = quickOptions([.stumps, .forest])
        options.refits = refits
        let seen = Mutex<[TrainingProgress]>([])
        let outcome = try TrainingRun(data, path: "", options: options).run { progress in
            seen.withLock { $0.append(progress) }
        }
        let all = seen.withLock { $0 }
        let chosen = outcome.selected.candidate
        let later: [TrainingProgress.Step] =
            [.fit(chosen), .holdOut] + (1...3).map { .importance(done: $0, count: 3) } + [.effects]
            + (refits ? [.fit(chosen)] : [])
        #expect(all.dropFirst(12).map(\.stage) == later)
        #expect(all.map(\.shareDone) == all.map(\.shareDone).sorted())
        #expect(all.dropLast().allSatisfy { $0.shareDone < 0.9999 })
        #expect(isNear(all.last?.shareDone, 1, within: 1e-9))
        // When the folds are done, importances of a forest are not.
        #expect(all[11].shareDone < 0.9)
    }

    @Test(arguments: [(12, 5000), (13, 4615), (54, 1111), (60, 1000), (61, 1000), (256, 1000)])
    func `importances of many fields are found on fewer rows`(fields: Int, rows: Int) {
        #expect(ModelInsight.importanceRows(fieldCount: fields) == rows)
    }

    @Test func `effects and importances come from rows that the seed draws, not the first`() throws
    {
        // The first thousand rows of the hold-out have one plan only.
        let rows = TrainingTable.rows(6000).enumerated().map { index, row in
            let cells = row.split(separator: ",")
            let plan = index < 5500 ? "basic" : "plus"
            return "\(cells[0]),\(plan),\(cells[2]),\(cells[3]),\(cells[4])"
        }
        let data = try TrainingTable(rows: rows).read()
        var options = quickOptions([.logistic])
        options.foldCount = 2
        options.repeatCount = 1
        let outcome = try TrainingRun(data, path: "", options: options).run()
        let insight = outcome.model.insight
        #expect(insight.effectRowCount == 1000 && insight.importanceRowCount == 1200)
        let counts = try #require(insight.effects.first).steps.map(\.count)
        #expect(counts.reduce(0, +) == 1000)
        #expect(counts[0] > 850 && counts[1] > 50)
        let page = String(
            decoding: ReportPage(ReportContents(outcome, data, source: "")).html(), as: UTF8.self)
        #expect(page.contains("Found on 1,000 of its 1,200 rows, drawn by the seed."))
        #expect(page.contains("Found on all rows of the hold-out."))
    }

    @Test func `a column that alone decides is found, and the report warns of it`() throws {
        let leaking = TrainingTable.rows(300).map { row in
            let cells = row.split(separator: ",")
            return "\(cells[0]),\(cells[4] == "yes" ? "all" : "plus"),\(cells[2]),1,\(cells[4])"
        }
        let data = try TrainingTable(rows: leaking).read()
        let outcome = try TrainingRun(data, path: "", options: quickOptions([.stumps])).run()
        #expect(outcome.deciding.map(\.name) == ["plan"])
        let page = String(
            decoding: ReportPage(ReportContents(outcome, data, source: "")).html(), as: UTF8.self)
        #expect(page.contains("Warning: plan alone ranks the rows"))
        let clean = try TrainingTable(rows: TrainingTable.rows(300)).read()
        #expect(
            try TrainingRun(clean, path: "", options: quickOptions([.stumps])).run().deciding == [])
    }

    @Test func `the report tells of every candidate, field and group`() throws {
        let data = try TrainingTable(rows: TrainingTable.rows(300)).read()
        var options = quickOptions(Candidate.allCases)
        options.groupFields = ["plan"]
        options.balancing.classWeight = .balanced
        let outcome = try TrainingRun(data, path: "", options: options).run()
        let contents = ReportContents(outcome, data, source: "plans.csv")
        #expect(contents.comparison.candidates.map(\.name) == Candidate.allCases.map(\.title))
        #expect(contents.comparison.selected == outcome.selection.chosen)
        #expect(contents.data.columns.map(\.name) == ["plan", "months", "price"])
        #expect(contents.importance.map(\.name) == ["plan", "months", "price"])
        #expect(contents.data.holdOutCount == 60)
        let page = String(decoding: ReportPage(contents).html(), as: UTF8.self)
        for text in ["plans.csv", "Random forest", "months", data.sha256, "Platt"] {
            #expect(page.contains(text), "\(text)")
        }
    }
}
