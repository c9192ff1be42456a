internal import ArgumentParser
internal import JSON
internal import POSIX

/// `churnctl model show`: what a bundle holds.
struct ModelShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows what a bundle holds, if it would be served.",
        discussion: """
            Exit codes: 0, 66 when a file of the bundle cannot be read, 70 when it is refused.
            """)

    @Argument(help: "The bundle's directory.", completion: .directory)
    var directory: String

    @Flag(help: "Show it as one JSON object.")
    var json = false

    func run() throws {
        // A pager that is left before the end is no failure.
        Signals.ignoreBrokenPipes()
        if json {
            let document = BundleDocument(try LoadedBundle.load(directory))
            StandardStream.output.write(IndentedJSON.bytes(document.value).span)
            return
        }
        let lines = BundleText(try LoadedBundle.load(directory)).lines
        let text = lines.map { TerminalText.plain($0) + "\n" }.joined()
        StandardStream.output.write(Array(text.utf8).span)
    }
}
