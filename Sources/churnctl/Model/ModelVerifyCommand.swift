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

    @Option(
        help: ArgumentHelp(
            "File of public keys of minisign; one of them must have signed the bundle.",
            valueName: "file"), completion: .file())
    var signers: String?

    func perform() throws {
        let bundle = try LoadedBundle.load(directory, signers: signers.map(ModelSigners.init))
        let signer = bundle.signer.map { ", signed by \($0)" } ?? ""
        print("\(directory): \(bundle.summary)\(signer)")
        if let remark = bundle.manifest.remark {
            complain("\(directory): warning: \(remark)")
        }
    }
}

/// A bundle that a command needs.
enum LoadedBundle {
    /// What a command says that needs reasons, of a bundle that has none.
    static func withoutReasons(_ directory: String) -> String {
        "\(directory): manifest.json: mean_contributions is missing, expected them for reasons; "
            + "model import writes them with --data"
    }

    /// - Parameters:
    ///   - signers: one of whom must have signed it; nil where any bundle is accepted.
    ///   - unreadable: the exit code where a file of it cannot be read.
    static func load(
        _ directory: String, signers: ModelSigners? = nil, unreadable: Exit = .noInput
    ) throws(CommandFailure) -> ModelBundle {
        do throws(BundleError) {
            return try ModelBundle(directory: directory, signers: signers)
        } catch {
            let isUnreadable =
                switch error {
                case .unreadable, .signers(_, .unreadable): true
                default: false
                }
            throw CommandFailure(isUnreadable ? unreadable : .software, "\(directory): \(error)")
        }
    }
}
