internal import ArgumentParser
internal import HTTPClient
internal import JSON
internal import OperationsAPI
internal import OperationsClient

struct BehaviourCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "behaviour",
        abstract: "List and clear alarms on subjects' behaviour; try its settings.",
        subcommands: [
            BehaviourListCommand.self, BehaviourClearCommand.self, BehaviourSimulateCommand.self,
        ])
}

/// `churnctl behaviour list`: the subjects with alarms, and those farthest from their baselines.
struct BehaviourListCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List subjects with alarms, and those farthest from their baselines.",
        discussion: OperationsOptions.discussion)

    @OptionGroup var operationsOptions: OperationsOptions

    func perform() throws {
        let answer = try operationsOptions.ask(.get, OperationsPath.behaviour)
        guard let subjects = answer["subjects"]?.asArray, let total = answer["total"]?.asNumber,
            let measure = answer["measure"]?.asString
        else { throw CommandFailure(.failure, "the answer does not list subjects") }
        TerminalText.print(
            ["\(Int(total)) subjects, measure \(measure)"]
                + subjects.compactMap(\.asObject).map(BehaviourListCommand.line))
    }

    private static func line(_ subject: JSONObject) -> String {
        let alarm = subject["alarm"]?.asObject
        var state = subject["learned"]?.asBool == true ? "" : "  learning"
        if let alarm { state = "  alarm until \(alarm["until"]?.asString ?? "?")" }
        let judged = alarm ?? subject
        var reasons = ""
        if let distance = judged["distance"]?.asNumber {
            let signals = (judged["signals"]?.asObject?.members ?? []).map { member in
                " \(member.name) \(member.value.asNumber.map { "\($0)" } ?? "?")"
            }
            reasons = "  distance \(distance):\(signals.joined(separator: ","))"
        }
        let name = subject["subject"]?.asString ?? "?"
        return "\(alarm == nil ? " " : "*") \(name)\(state)\(reasons)"
    }
}

/// `churnctl behaviour clear`: ends a subject's alarm.
struct BehaviourClearCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "clear",
        abstract: "End a subject's alarm, and have its baseline learned again.",
        discussion: OperationsOptions.discussion)

    @Option(help: ArgumentHelp("The subject.", valueName: "sub"))
    var subject: String

    @OptionGroup var operationsOptions: OperationsOptions

    func perform() throws {
        let answer = try operationsOptions.ask(
            .post, OperationsPath.behaviourClearing,
            body: .object(JSONObject(members: [("subject", .string(subject))])))
        print(answer["changed"]?.asBool == true ? "cleared" : "nothing is known of the subject")
    }
}
