internal import ArgumentParser

struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Looks at bundles of models, and makes them of models trained elsewhere.",
        subcommands: [ModelShow.self, ModelVerify.self, ModelImportCommand.self])
}
