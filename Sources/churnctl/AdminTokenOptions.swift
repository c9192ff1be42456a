internal import ArgumentParser
internal import JWT
internal import OperationsAPI
internal import OperationsClient
internal import POSIX

/// Where the token comes from that the operations listener asks for over TCP. Neither it nor the
/// secret is ever an argument, where ps would show it.
struct AdminTokenOptions: ParsableArguments {
    static let variable = "CHURNCTL_TOKEN"
    static let subject = "churnctl"
    static let lifetimeSeconds: Int64 = 60

    @Option(
        help: ArgumentHelp("The file that holds a token for administration.", valueName: "path"),
        completion: .file())
    var tokenFile: String?

    @OptionGroup var secretOptions: TokenSecretOptions

    @Option(help: ArgumentHelp("Issuer of the signed token.", valueName: "name"))
    var issuer: String?

    @Option(help: ArgumentHelp("Audience of the signed token.", valueName: "name"))
    var audience: String?

    @Option(help: ArgumentHelp("Id of the key that signs it (kid).", valueName: "id"))
    var kid: String?

    func validate() throws {
        if tokenFile != nil, secretOptions.secretFile != nil {
            throw ValidationError("--token-file: given with --secret-file, expected one of them")
        }
    }

    /// The token to send to the address; nil where its file mode decides who may administer.
    func token(for address: OperationsAddress) throws -> String? {
        if case .unix = address { return nil }
        if let tokenFile {
            let bytes = try Files.read(tokenFile, bytesMax: TokenInput.bytesMax)
            return try AdminTokenOptions.token(in: bytes, of: "--token-file")
        }
        if secretOptions.secretFile == nil,
            let token = Environment.variables()[AdminTokenOptions.variable]
        {
            return try AdminTokenOptions.token(
                in: Array(token.utf8), of: AdminTokenOptions.variable)
        }
        return try signedToken()
    }

    private func signedToken() throws -> String {
        guard let secret = try secretOptions.secret() else {
            throw ValidationError(
                "no token for the operations listener, expected --token-file, "
                    + "\(AdminTokenOptions.variable), or a secret to sign one with")
        }
        let unsigned = UnsignedToken(
            subject: AdminTokenOptions.subject, issuedAt: Clock.unixMilliseconds() / 1000,
            lifetimeSeconds: AdminTokenOptions.lifetimeSeconds, issuer: issuer,
            audience: audience, scope: AdministrationRules.scope, keyID: kid)
        return try unsigned.signed(with: secret)
    }

    /// The text, trimmed; the client checks whether it can be sent.
    private static func token(in bytes: [UInt8], of source: String) throws -> String {
        let token = TokenInput.trimmed(bytes)
        if let mistake = TokenMistake(token) {
            throw ValidationError("\(source): \(mistake)")
        }
        return String(decoding: token, as: UTF8.self)
    }
}
