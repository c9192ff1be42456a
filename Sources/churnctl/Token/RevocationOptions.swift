internal import ArgumentParser
internal import Configuration
internal import JWT
internal import OperationsAPI

/// Which token is meant, or whose tokens, and where its revocation is kept.
struct RevocationOptions: ParsableArguments {
    /// For the help of a command that has these options.
    static let discussion = """
        \(RedisOptions.discussion) With --operations, or where no Redis is named, churnd's \
        operations listener is asked: only that churnd knows the revocations if its store is in \
        memory.
        """

    @Argument(
        help: ArgumentHelp(
            "The token; read from standard input if this is - or missing.", valueName: "token"))
    var token: String?

    @Option(help: ArgumentHelp("The token's identifier, instead of the token.", valueName: "id"))
    var jti: String?

    @OptionGroup var identifier: IdentifierClaimOptions

    @Option(
        help: ArgumentHelp(
            "All tokens of this sub that were issued until now, instead of the token.",
            valueName: "name"))
    var subject: String?

    @OptionGroup var redisOptions: RedisOptions

    @OptionGroup var operationsOptions: OperationsOptions

    func validate() throws {
        if let jti { try validate(jti, "--jti") }
        if let subject { try validate(subject, "--subject") }
        guard jti == nil || subject == nil else {
            throw ValidationError("--subject: given with --jti, expected one of them")
        }
        if redisOptions.redisURL != nil, operationsOptions.operations != nil {
            throw ValidationError("--operations: given with --redis-url, expected one of them")
        }
    }

    private func validate(_ name: String, _ option: String) throws {
        guard token == nil else {
            throw ValidationError("\(option): given with a token, expected one of them")
        }
        if let stray = StrayBytes(around: Array(name.utf8).span) {
            throw ValidationError("\(option): \(stray), expected the identifier alone")
        }
        // A whole token would be shown as its name.
        guard (try? RevocableToken(Array(name.utf8), idClaim: identifier.name)) == nil else {
            throw ValidationError("\(option): a whole token, expected its identifier")
        }
        guard RevokedName.isIdentifier(Array(name.utf8)) else {
            throw ValidationError(
                "\(option): expected \(TokenRules.identifierBytesMax) bytes at most, "
                    + "without control characters")
        }
    }

    /// What was given instead of a token.
    var name: RevokedName {
        subject.map { .subject(Array($0.utf8)) } ?? .tokenID(Array((jti ?? "").utf8))
    }

    /// The token; nil where a name was given.
    func revocableToken() throws -> RevocableToken? {
        guard jti == nil, subject == nil else { return nil }
        let bytes = try TokenInput.read(token ?? "-")
        let name = try identifier.name
        do throws(TokenError) {
            return try RevocableToken(bytes, idClaim: name)
        } catch {
            throw CommandFailure(
                .data, "not a token: \(TokenMistake(bytes)?.description ?? "\(error)")")
        }
    }

    /// Nil if the operations listener is to be asked instead.
    func redis() throws -> RedisRevocations? {
        operationsOptions.operations == nil ? try redisOptions.revocations() : nil
    }
}
