internal import ArgumentParser
internal import Configuration
internal import POSIX

@main
struct Churnctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "churnctl",
        abstract: "Train and check models, mint and revoke tokens, verify audit logs.",
        discussion: "churnctl --version prints the version.",
        subcommands: [
            TrainCommand.self, EvaluateCommand.self, ScoreCommand.self, ExplainCommand.self,
            DataCommand.self, ModelCommand.self, TokenCommand.self, KeysCommand.self,
            RedisCommand.self, FeaturesCommand.self, AuditCommand.self, BehaviourCommand.self,
            DoctorCommand.self,
        ])

    static func main() {
        // Not the parser's own flag: that one also answers when a command that has an option of
        // this name is called wrongly, and ends with 0.
        if Array(CommandLine.arguments.dropFirst()) == ["--version"] {
            print(Release.version)
        } else {
            main(nil)
        }
        // A report that is cut off must not pass for a whole one.
        if let failure = StandardStream.failure() {
            complain("standard output: \(failure)")
            exit(withError: ExitCode(Exit.cannotCreate.rawValue))
        }
    }
}
