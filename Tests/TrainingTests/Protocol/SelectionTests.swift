import Testing
import Training

struct SelectionTests {
    /// Means of the candidates, by hand, and who is chosen of them.
    private struct Table: Sendable {
        let standings: [(Candidate, Double, Double)]
        let chosen: Candidate
        let best: Candidate
    }

    private static let tables = [
        // The simplest within 0.001 of the best.
        Table(
            standings: [
                (.forest, 0.8510, 0.40), (.tuned, 0.8505, 0.40), (.stumps, 0.8501, 0.403),
                (.logistic, 0.8499, 0.401),
            ], chosen: .stumps, best: .forest),
        Table(
            standings: [(.logistic, 0.8500, 0.404), (.tuned, 0.8510, 0.40)], chosen: .logistic,
            best: .tuned),
        // Within 0.001 of the best, but its log-loss is more than 1 % above the least.
        Table(
            standings: [(.logistic, 0.8500, 0.40401), (.tuned, 0.8510, 0.40)], chosen: .tuned,
            best: .tuned),
        Table(
            standings: [
                (.logistic, 0.8500, 0.41), (.stumps, 0.8501, 0.39), (.forest, 0.8510, 0.40),
            ], chosen: .stumps, best: .forest),
        // The least is sought among those near the best alone.
        Table(
            standings: [(.logistic, 0.8500, 0.404), (.tuned, 0.8510, 0.40), (.forest, 0.84, 0.3)],
            chosen: .logistic, best: .tuned),
        // A hair more than 0.001.
        Table(
            standings: [(.logistic, 0.84999, 0.41), (.tuned, 0.8510, 0.40)], chosen: .tuned,
            best: .tuned),
        // The best is the simplest.
        Table(
            standings: [(.logistic, 0.86, 0.41), (.forest, 0.85, 0.40)], chosen: .logistic,
            best: .logistic),
        // As simple as each other: the area decides, and the log-loss where that is the same.
        Table(
            standings: [(.tuned, 0.8500, 0.40), (.boosting, 0.8503, 0.402)], chosen: .boosting,
            best: .boosting),
        Table(
            standings: [(.boosting, 0.85, 0.41), (.tuned, 0.85, 0.40)], chosen: .tuned,
            best: .tuned),
        Table(
            standings: [(.tuned, 0.85, 0.40), (.boosting, 0.85, 0.41)], chosen: .tuned,
            best: .tuned),
        Table(standings: [(.forest, 0.5, 0.9)], chosen: .forest, best: .forest),
    ]

    @Test(arguments: tables)
    private func `the simplest near the best by area and log-loss is chosen`(table: Table) {
        let standings = table.standings.map {
            Selection.Standing($0.0, rocAUC: $0.1, logLoss: $0.2)
        }
        for order in [standings, standings.reversed()] {
            let selection = Selection(order)
            #expect(order[selection.chosen].candidate == table.chosen)
            #expect(order[selection.best].candidate == table.best)
        }
    }

    @Test func `the order of simplicity is that of the documentation`() {
        let order = Candidate.allCases.map { ($0, $0.complexity) }
        #expect(order.map(\.1) == [0, 1, 2, 2, 3])
        #expect(order.map(\.0) == [.logistic, .stumps, .boosting, .tuned, .forest])
    }
}
