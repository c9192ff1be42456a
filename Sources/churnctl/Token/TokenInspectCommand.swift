internal import ArgumentParser
internal import Configuration
internal import Identity
internal import JWT
internal import OperationsAPI
internal import POSIX

/// `churnctl token inspect`: a token's contents, and whether churnd would accept it.
struct TokenInspectCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Print a token's contents and whether it is valid.",
        discussion: """
            Where a Redis is named, it is asked whether the token is revoked. \
            \(RedisOptions.discussion)

            \(TokenRuleOptions.discussion) Where a JWKS is named, the secret is not used.

            Exit codes: 0 only for a token that is valid, whose signature was verified and that is \
            not revoked, else 1, also where no secret is configured; 69 when Redis could not be \
            asked.
            """)

    @Argument(
        help: ArgumentHelp(
            "The token; read from standard input if this is - or missing.", valueName: "token"))
    var token = "-"

    @Option(help: ArgumentHelp("Expected issuer.", valueName: "name"))
    var issuer: String?

    @Option(help: ArgumentHelp("Expected audience.", valueName: "name"))
    var audience: String?

    @Option(
        help: ArgumentHelp(
            "Expected scopes, separated by spaces.",
            valueName: "scopes"))
    var scope: String?

    @Option(
        help: ArgumentHelp(
            "File of roles; prints what the token may do by it.", valueName: "path"))
    var roles: String?

    @Option(help: ArgumentHelp("Clock skew allowed.", valueName: "seconds"))
    var leeway = 30

    @OptionGroup var secretOptions: TokenSecretOptions

    @OptionGroup var ruleOptions: TokenRuleOptions

    @OptionGroup var redisOptions: RedisOptions

    func perform() throws {
        let roles = try self.roles.map(readRoles)
        let rules: TokenRules
        do {
            rules = try TokenRules(
                leewaySeconds: leeway, issuer: issuer, audience: audience, scope: scope,
                claims: ruleOptions.names.claimNames, requirements: ruleOptions.requirements,
                lifetimeSecondsMax: ruleOptions.lifetimeMax, roles: roles)
        } catch let error as TokenRulesError {
            throw ValidationError(error.description)
        }
        let keys = try self.keys()
        let bytes = try TokenInput.read(token)
        let report = TokenText(
            of: bytes, keys: keys, rules: rules, nowUnixMilliseconds: Clock.unixMilliseconds())
        TerminalText.print(report.lines)
        let isRevoked = try revocation(of: bytes)
        guard report.isValid, !isRevoked else { throw CommandFailure(.failure) }
    }

    private func readRoles(_ path: String) throws -> Roles {
        let bytes = try Files.read(path, bytesMax: RolesFile.bytesMax)
        do throws(ConfigurationError) { return try RolesFile.roles(in: bytes, path: path) } catch {
            throw CommandFailure(.data, "\(error)")
        }
    }

    /// Those that churnd would have; nil where none are configured.
    private func keys() throws -> SigningKeys? {
        if let published = try ruleOptions.publishedKeys() {
            return try SigningKeys(sharing: [], published: published)
        }
        return try secretOptions.secret().map { try SigningKeys(secret: $0) }
    }

    /// Prints whether the token is revoked, where that can be known.
    private func revocation(of bytes: [UInt8]) throws -> Bool {
        // What is not a token cannot be revoked, and the report has said so.
        guard let redis = try redisOptions.revocations(),
            let token = try? RevocableToken(
                bytes, idClaim: ruleOptions.names.identifier.name,
                subjectClaim: ruleOptions.names.subjectName)
        else { return false }
        var found = try token.names.filter { try redis.isRevoked($0) }
        if let subject = token.subject, try redis.isRevoked(subjectOf: token) {
            found.append(.subject(subject))
        }
        let keys = found.map(\.shownKey).joined(separator: ", ")
        print("revocation: \(found.isEmpty ? "none" : "revoked by \(keys)")")
        return !found.isEmpty
    }
}
