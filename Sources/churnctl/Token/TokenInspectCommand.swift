internal import ArgumentParser
internal import JWT
internal import POSIX

/// `churnctl token inspect`: what a token says, and whether churnd would take it.
struct TokenInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Print what a token says and whether it is valid.",
        discussion: """
            Where a Redis is named, it is asked whether the token is revoked. \
            \(RedisOptions.discussion)

            Exits with 0 only for a token that is valid, whose signature was verified and that is \
            not revoked, else with 1; so also where no secret is configured. With 69 when Redis \
            could not be asked.
            """)

    @Argument(
        help: ArgumentHelp(
            "The token; standard input holds it where this is - or missing.", valueName: "token"))
    var token = "-"

    @Option(help: ArgumentHelp("The issuer that is wanted.", valueName: "name"))
    var issuer: String?

    @Option(help: ArgumentHelp("The audience that is wanted.", valueName: "name"))
    var audience: String?

    @Option(
        help: ArgumentHelp(
            "The scopes that are wanted, with a space between each two.",
            valueName: "scopes"))
    var scope: String?

    @Option(help: ArgumentHelp("By how much clocks may differ.", valueName: "seconds"))
    var leeway = 30

    @OptionGroup var secretOptions: TokenSecretOptions

    @OptionGroup var redisOptions: RedisOptions

    func run() throws {
        let rules: TokenRules
        do throws(TokenRulesError) {
            rules = try TokenRules(
                leewaySeconds: leeway, issuer: issuer, audience: audience, scope: scope)
        } catch {
            throw ValidationError(error.description)
        }
        let keys = try secretOptions.secret().map { try SigningKeys(secret: $0) }
        let bytes = try TokenInput.read(token)
        let report = TokenText(
            of: bytes, keys: keys, rules: rules, nowUnixMilliseconds: Clock.unixMilliseconds())
        let text = report.lines.joined(separator: "\n") + "\n"
        StandardStream.output.write(Array(text.utf8).span)
        let isRevoked = try revocation(of: bytes)
        guard report.isValid, !isRevoked else { throw ExitCode.failure }
    }

    /// Says whether the token is revoked, where that can be known.
    private func revocation(of bytes: [UInt8]) throws -> Bool {
        // What is no token cannot be revoked, and the report has said so.
        guard let redis = try redisOptions.revocations(), let token = try? RevocableToken(bytes)
        else { return false }
        let found = try token.names.filter { try redis.isRevoked($0) }
        let keys = found.map(\.shownKey).joined(separator: ", ")
        print("revocation: \(found.isEmpty ? "none" : "revoked by \(keys)")")
        return !found.isEmpty
    }
}
