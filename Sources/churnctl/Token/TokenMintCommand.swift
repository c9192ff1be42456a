internal import ArgumentParser
internal import JWT
internal import POSIX

/// `churnctl token mint`: prints a token and nothing else.
struct TokenMintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mint", abstract: "Print a token signed with the secret.")

    @Option(help: ArgumentHelp("Whose token it is; the quota is counted by it.", valueName: "name"))
    var sub: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "For how long it is valid; zero or less makes one that has expired.",
            valueName: "seconds"))
    var ttl: Int64

    @Option(help: ArgumentHelp("Its identifier, by which it can be revoked.", valueName: "id"))
    var jti: String?

    @Option(help: ArgumentHelp("Its issuer (iss).", valueName: "name"))
    var issuer: String?

    @Option(help: ArgumentHelp("Its audience (aud).", valueName: "name"))
    var audience: String?

    @Option(help: ArgumentHelp("Its scopes, with a space between each two.", valueName: "scopes"))
    var scope: String?

    @Option(help: ArgumentHelp("The name of the key, where churnd has several.", valueName: "id"))
    var kid: String?

    @Option(
        help: ArgumentHelp(
            "When the user was authenticated (auth_time): so many seconds ago, or now.",
            valueName: "seconds"))
    var authTime: AuthenticationAge?

    @OptionGroup var secretOptions: TokenSecretOptions

    func run() throws {
        guard let secret = try secretOptions.secret() else {
            throw ValidationError(
                "no secret, wanted JWT_SECRET, JWT_SECRET_FILE or --secret-file")
        }
        let now = Clock.unixMilliseconds() / 1000
        var unsigned = UnsignedToken(
            subject: sub, issuedAt: now, lifetimeSeconds: ttl, tokenID: jti, issuer: issuer,
            audience: audience, scope: scope, keyID: kid)
        unsigned.authenticatedAt = authTime.map { now - $0.seconds }
        let token: String
        do throws(SigningError) {
            token = try unsigned.signed(with: secret)
        } catch {
            switch error {
            case .key: throw error
            case .unacceptableClaim: throw ValidationError(error.description)
            }
        }
        StandardStream.output.write(Array("\(token)\n".utf8).span)
    }
}

/// How long ago somebody was authenticated.
struct AuthenticationAge: ExpressibleByArgument {
    /// A hundred years.
    private static let secondsMax: Int64 = 3_155_760_000

    let seconds: Int64

    init?(argument: String) {
        guard let seconds = argument == "now" ? 0 : Int64(argument),
            0...AuthenticationAge.secondsMax ~= seconds
        else { return nil }
        self.seconds = seconds
    }
}
