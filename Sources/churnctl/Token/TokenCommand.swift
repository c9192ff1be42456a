internal import ArgumentParser

/// `churnctl token`: tokens minted, inspected and revoked.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Mint, inspect and revoke tokens.",
        discussion: """
            The secret is read from the file --secret-file names, else from JWT_SECRET or the \
            file JWT_SECRET_FILE names. One newline at the end of a file is cut. It is never an \
            argument, where ps would show it.
            """,
        subcommands: [
            TokenMintCommand.self, TokenInspectCommand.self, TokenRevokeCommand.self,
            TokenUnrevokeCommand.self,
        ])
}

/// Where the secret comes from.
struct TokenSecretOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The file that holds the secret.", valueName: "path"),
        completion: .file())
    var secretFile: String?

    /// The secret, or nil where none is configured.
    func secret() throws -> [UInt8]? {
        try SecretSource.token.read(filePath: secretFile)
    }
}
