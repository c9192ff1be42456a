internal import ArgumentParser
internal import Behaviour

/// `churnctl behaviour simulate`: what settings would do.
struct BehaviourSimulateCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Try settings of behaviour on simulated traffic and attacks.",
        discussion: """
            The baselines are those of churnd; the traffic is invented. The first table counts \
            alarms that ordinary traffic raised, the second one how many attacks were noticed, \
            and after how many hours (the median).
            """)

    @Option(help: "behaviour.window, in seconds.")
    var window = 300

    @Option(help: "behaviour.learning, in seconds.")
    var learning = 604_800

    @Option(help: "behaviour.score.")
    var score = 6

    @Option(help: ArgumentHelp("Subjects of each kind.", valueName: "count"))
    var subjects = 25

    @Option(help: "Days of ordinary traffic.")
    var days = 63

    @Option(help: "Random seed.")
    var seed: UInt64 = 1

    func validate() throws {
        let ranges: [(String, Int, ClosedRange<Int>)] = [
            ("--window", window, 1...3600), ("--learning", learning, 0...31_536_000),
            ("--score", score, 1...100), ("--subjects", subjects, 1...1000),
            ("--days", days, 21...365),
        ]
        for (name, value, range) in ranges where !range.contains(value) {
            throw ValidationError(
                "\(name): \(value), expected \(range.lowerBound) to \(range.upperBound)")
        }
    }

    func perform() throws {
        let rules = BehaviourRules(
            windowMilliseconds: Int64(window) * 1000, learningMilliseconds: Int64(learning) * 1000,
            score: Float(score), alarmMilliseconds: 3_600_000, subjectsMax: 1)
        let simulation = BehaviourSimulation(
            BehaviourSimulation.Options(rules: rules, subjects: subjects, days: days, seed: seed))
        TerminalText.print(simulation.lines)
    }
}
