internal import ArgumentParser
internal import Bundle
internal import Models

/// `churnctl model verify`: whether churnd would serve a bundle.
struct ModelVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Loads a bundle as churnd does, golden rows included.",
        discussion: """
            Exit codes: 0 when the bundle would be served, 66 when a file of it cannot be read, 70 \
            when it is refused, with the reason.
            """)

    @Argument(help: "The bundle's directory.", completion: .directory)
    var directory: String

    func run() throws {
        let bundle = try LoadedBundle.load(directory)
        print("\(directory): \(bundle.summary)")
        if let remark = bundle.manifest.remark {
            complain(TerminalText.plain("\(directory): warning: \(remark)"))
        }
    }
}

/// A bundle that a command was told to load.
enum LoadedBundle {
    /// The bundle, or the exit after the reason was said.
    static func load(_ directory: String) throws -> ModelBundle {
        do throws(BundleError) {
            return try ModelBundle(directory: directory)
        } catch {
            complain(TerminalText.plain("\(directory): \(error)"))
            if case .unreadable = error { throw ExitCode(66) }
            throw ExitCode(70)
        }
    }
}
