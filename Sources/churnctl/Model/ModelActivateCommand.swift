internal import ArgumentParser
internal import Bundle
internal import HTTPClient
internal import JSON
internal import Models
internal import OperationsAPI
internal import OperationsClient

/// `churnctl model activate`: another version becomes active in a running churnd.
struct ModelActivateCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "activate",
        abstract: "Activate a version of the model in a running churnd.",
        discussion: """
            churnd loads the bundle and verifies it on its golden rows before it becomes active. A \
            bundle that is refused changes nothing.

            With --sha256 it must be the very bundle with this digest, as model show and model \
            list print it, and as long as this version is active no other one is accepted under \
            its name: a changed manifest, even of a threshold only, is refused at the next load.

            \(OperationsOptions.discussion)
            """)

    @Argument(help: ArgumentHelp("The version, the name of its directory.", valueName: "version"))
    var version: String

    @Option(
        help: ArgumentHelp("The SHA-256 that its manifest must have.", valueName: "digest"))
    var sha256: String?

    @OptionGroup var operationsOptions: OperationsOptions

    func validate() throws {
        guard Manifest.isName(version) else {
            throw ValidationError(
                "version: expected 1 to \(ModelLimits().nameBytesMax) of A-Z a-z 0-9 . _ - and no "
                    + "dot in front")
        }
        if let sha256, !Manifest.isSHA256(sha256) {
            throw ValidationError("--sha256: expected 64 lower-case hexadecimal digits")
        }
    }

    func perform() throws {
        var members: [(name: String, value: JSONValue)] = [("version", .string(version))]
        if let sha256 { members.append(("sha256", .string(sha256))) }
        let body = JSONValue.object(members)
        let answer = try operationsOptions.ask(.post, OperationsPath.modelActivation, body: body)
        try ModelChangeText.write(answer)
    }
}

/// `churnctl model rollback`: the previous version becomes active again.
struct ModelRollbackCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to the previous version in a running churnd.",
        discussion: """
            The previous version is the one that the model directory's file `active` names second. \
            Twice in a row leads back to the first one.

            \(OperationsOptions.discussion)
            """)

    @OptionGroup var operationsOptions: OperationsOptions

    func perform() throws {
        let answer = try operationsOptions.ask(.post, OperationsPath.modelRollback)
        try ModelChangeText.write(answer)
    }
}

/// What an activation or a rollback came to, for a terminal.
enum ModelChangeText {
    static func write(_ answer: JSONObject) throws(CommandFailure) {
        guard let active = answer["active"]?.asString, let sha256 = answer["sha256"]?.asString,
            let isChanged = answer["changed"]?.asBool
        else {
            throw CommandFailure(.failure, "the answer does not say which model is active")
        }
        let change: String
        if !isChanged {
            change = "\(active) is active already"
        } else if let previous = answer["previous"]?.asString {
            change = "\(previous) → \(active)"
        } else {
            change = active
        }
        TerminalText.print(["\(change), sha256 \(sha256)"])
    }
}
