internal import ArgumentParser
internal import Bundle
internal import Models

/// `churnctl model verify`: whether churnd would load a bundle.
struct ModelVerifyCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Load a bundle as churnd does, golden rows included.",
        discussion: """
            Exit codes: 0 when churnd would load the bundle, 66 when a file of it cannot be read, \
            70 when it is refused, with the reason.
            """)

    @Argument(help: "The bundle's directory.", completion: .directory)
    var directory: String

    func perform() throws {
        let bundle = try LoadedBundle.load(directory)
        print("\(directory): \(bundle.summary)")
        if let remark = bundle.manifest.remark {
            complain("\(directory): warning: \(remark)")
        }
    }
}

/// A bundle that a command needs.
enum LoadedBundle {
    /// - Parameter unreadable: the exit code where a file of it cannot be read.
    static func load(
        _ directory: String, unreadable: Exit = .noInput
    ) throws(CommandFailure) -> ModelBundle {
        do throws(BundleError) {
            return try ModelBundle(directory: directory)
        } catch {
            let isUnreadable = if case .unreadable = error { true } else { false }
            throw CommandFailure(isUnreadable ? unreadable : .software, "\(directory): \(error)")
        }
    }
}
