internal import ArgumentParser
internal import HTTPClient
internal import JSON
internal import OperationsAPI
internal import OperationsClient

/// `churnctl model list`: the versions a running churnd can load.
struct ModelListCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the versions that a running churnd could load.",
        discussion: """
            All versions in the model's directory are listed, whether or not they would be \
            accepted.

            \(OperationsOptions.discussion)
            """)

    @OptionGroup var operationsOptions: OperationsOptions

    func perform() throws {
        let answer = try operationsOptions.ask(.get, OperationsPath.models)
        guard let lines = ModelListCommand.lines(answer) else {
            throw CommandFailure(.failure, "the answer does not say which model is active")
        }
        TerminalText.print(lines)
    }

    /// Nil for an answer that no churnd gives.
    private static func lines(_ answer: JSONObject) -> [String]? {
        guard let name = answer["name"]?.asString, let active = answer["active"]?.asString,
            let sha256 = answer["sha256"]?.asString, let isPinned = answer["pinned"]?.asBool
        else { return nil }
        if isPinned {
            return ["\(name)/\(active), sha256 \(sha256), pinned: the model's path is a bundle"]
        }
        var lines = ["\(name)/\(active), sha256 \(sha256)"]
        if let thresholds = answer["thresholds"]?.asObject {
            let text = thresholds.members.map { member in
                "\(member.name) \(member.value.asNumber.map { "\($0)" } ?? "unknown")"
            }
            lines.append("thresholds: \(text.joined(separator: ", "))")
        }
        let previous = answer["previous"]?.asString
        for case let version? in (answer["versions"]?.asArray ?? []).map(\.asString) {
            switch version {
            case active: lines.append("* \(version)  active")
            case previous: lines.append("  \(version)  previous")
            case _: lines.append("  \(version)")
            }
        }
        if answer["truncated"]?.asBool == true, let total = answer["total"]?.asNumber,
            let count = answer["versions"]?.asArray?.count
        {
            lines.append("  and \(Int(exactly: total).map { "\($0 - count)" } ?? "some") more")
        }
        if let refused = answer["refused"]?.asObject {
            let version = refused["version"]?.asString ?? "active"
            let reason = refused["reason"]?.asString ?? "no reason given"
            let time = refused["time"]?.asString.map { " at \($0)" } ?? ""
            lines.append("refused\(time): \(version): \(reason)")
        }
        return lines
    }
}
