internal import ArgumentParser
internal import HTTPClient
internal import JSON
internal import OperationsAPI
internal import OperationsClient

/// `churnctl keys`: the keys of tokens that a running churnd has.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Have a running churnd read the keys of tokens again.",
        subcommands: [KeysReloadCommand.self])
}

/// `churnctl keys reload`: has the keys read and fetched again.
struct KeysReloadCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Read the files of keys again, and fetch those of an issuer.",
        discussion: """
            It ends when every event loop uses the keys that are in files. Those of an issuer are \
            being fetched then: the log and churnd's metrics have what came of that.

            \(OperationsOptions.discussion)
            """)

    @OptionGroup var operationsOptions: OperationsOptions

    func perform() throws {
        let answer = try operationsOptions.ask(.post, OperationsPath.keyReload)
        guard let isChanged = answer["changed"]?.asBool,
            let keys = answer["keys"]?.asNumber.flatMap({ Int(exactly: $0) })
        else { throw CommandFailure(.failure, "the answer does not say whether keys changed") }
        var line = "\(keys) \(keys == 1 ? "key" : "keys"), \(isChanged ? "changed" : "unchanged")"
        if answer["fetching"]?.asBool == true { line += "; the issuer's are being fetched" }
        TerminalText.print([line])
    }
}
