internal import ArgumentParser

/// `churnctl token`: tokens made, looked into and revoked.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make tokens, look into them, and revoke them.",
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

/// Where the secret is had from.
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
