internal import ArgumentParser

struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: """
            Looks at bundles of models, makes them of models trained elsewhere, and says which one \
            a running churnd serves.
            """,
        subcommands: [
            ModelShowCommand.self, ModelVerifyCommand.self, ModelImportCommand.self,
            ModelActivateCommand.self,
            ModelRollbackCommand.self, ModelListCommand.self,
        ])
}
