internal import ArgumentParser
internal import JWT
internal import POSIX

/// `churnctl token mint`: prints a token and nothing else.
struct TokenMintCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "mint", abstract: "Print a token signed with the secret.",
        discussion: """
            Identifier, subject and scopes are claimed under the names that churnd is configured \
            with: those of the options, else of CHURND_JWT_CLAIM_ID, CHURND_JWT_CLAIM_SUBJECT and \
            CHURND_JWT_CLAIM_SCOPES, of which the first is used.
            """)

    @Option(help: ArgumentHelp("Its subject, whose quota it uses.", valueName: "name"))
    var sub: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Lifetime; zero or less makes an expired token.",
            valueName: "seconds"))
    var ttl: Int64

    @Option(help: ArgumentHelp("Its identifier (jti), to revoke it by.", valueName: "id"))
    var jti: String?

    @Option(help: ArgumentHelp("Its issuer (iss).", valueName: "name"))
    var issuer: String?

    @Option(help: ArgumentHelp("Its audience (aud).", valueName: "name"))
    var audience: String?

    @Option(help: ArgumentHelp("Its scopes, separated by spaces.", valueName: "scopes"))
    var scope: String?

    @Option(help: ArgumentHelp("The key's id (kid), if churnd has several.", valueName: "id"))
    var kid: String?

    @Option(
        help: ArgumentHelp(
            "How long ago the user was authenticated (auth_time), or now.",
            valueName: "seconds"))
    var authTime: AuthenticationAge?

    @OptionGroup var names: ClaimNameOptions

    @OptionGroup var secretOptions: TokenSecretOptions

    func perform() throws {
        guard let secret = try secretOptions.secret() else {
            throw ValidationError(
                "no secret, expected JWT_SECRET, JWT_SECRET_FILE or --secret-file")
        }
        let now = Clock.unixMilliseconds() / 1000
        var unsigned = UnsignedToken(
            subject: sub, issuedAt: now, lifetimeSeconds: ttl, tokenID: jti, issuer: issuer,
            audience: audience, scope: scope, keyID: kid)
        unsigned.claims = try names.claimNames
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

/// How long ago a user was authenticated.
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
