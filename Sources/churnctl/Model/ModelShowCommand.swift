internal import ArgumentParser
internal import JSON
internal import POSIX

/// `churnctl model show`: what a bundle holds.
struct ModelShowCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a bundle holds, if churnd would load it.",
        discussion: """
            Exit codes: 0, 66 when a file of the bundle cannot be read, 70 when it is refused.
            """)

    @Argument(help: "The bundle's directory.", completion: .directory)
    var directory: String

    @Flag(help: "Report as one JSON object.")
    var json = false

    func perform() throws {
        // A pager that is left before the end is no failure.
        Signals.ignoreBrokenPipes()
        let bundle = try LoadedBundle.load(directory)
        if json {
            StandardStream.output.write(IndentedJSON.bytes(BundleDocument(bundle).value).span)
        } else {
            TerminalText.print(BundleText(bundle).lines)
        }
    }
}
