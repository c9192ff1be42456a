internal import ArgumentParser

@main
struct Churnctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "churnctl",
        abstract: "Makes what churnd needs: models and tokens.",
        subcommands: [
            TrainCommand.self, EvaluateCommand.self, ScoreCommand.self, DataCommand.self,
            ModelCommand.self,
            TokenCommand.self, AuditCommand.self, DoctorCommand.self,
        ])
}
