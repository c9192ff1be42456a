import Testing
import Training

struct StratifiedFoldsTests {
    /// `count` labels of which every `each`th is positive.
    private func labels(_ count: Int, each: Int) -> [Bool] {
        (0..<count).map { $0.isMultiple(of: each) }
    }

    @Test(arguments: [(10, 2, 2), (11, 3, 5), (100, 4, 5), (7043, 4, 5), (103, 10, 10)])
    func `folds part the rows evenly, in all and of each class`(count: Int, each: Int, folds: Int) {
        let labels = labels(count, each: each)
        let division = StratifiedFolds(labels: labels, count: folds, seed: 1)
        var seen: [Int] = []
        for fold in 0..<folds {
            let rows = division.rows(in: fold)
            seen += rows
            #expect(rows == rows.sorted())
            #expect((count / folds...count / folds + 1).contains(rows.count))
            for label in [true, false] {
                let share = labels.count { $0 == label } / folds
                #expect((share...share + 1).contains(rows.count { labels[$0] == label }))
            }
            #expect((rows + division.rows(outside: fold)).sorted() == Array(0..<count))
        }
        #expect(seen.sorted() == Array(0..<count))
    }

    @Test func `the same seed makes the same folds, another one others`() {
        let labels = labels(200, each: 3)
        let folds = StratifiedFolds(labels: labels, count: 5, seed: 1)
        #expect(folds == StratifiedFolds(labels: labels, count: 5, seed: 1))
        #expect(folds != StratifiedFolds(labels: labels, count: 5, seed: 2))
    }
}
