internal import ArgumentParser

struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: """
            Looks at bundles of models, makes them of models trained elsewhere, and says which one \
            a running churnd serves.
            """,
        subcommands: [
            ModelShow.self, ModelVerify.self, ModelImportCommand.self, ModelActivate.self,
            ModelRollback.self, ModelList.self,
        ])
}
