internal import ArgumentParser

struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: """
            Inspect, verify and import model bundles; list and switch the models of a running \
            churnd.
            """,
        subcommands: [
            ModelShowCommand.self, ModelVerifyCommand.self, ModelImportCommand.self,
            ModelActivateCommand.self,
            ModelRollbackCommand.self, ModelListCommand.self,
        ])
}
