internal import ArgumentParser
internal import Configuration
internal import JWT
internal import OperationsAPI

/// Which token is meant, and where its revocation is kept.
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

    @OptionGroup var redisOptions: RedisOptions

    @OptionGroup var operationsOptions: OperationsOptions

    func validate() throws {
        if let jti {
            guard token == nil else {
                throw ValidationError("--jti: given with a token, expected one of them")
            }
            if let stray = StrayBytes(around: Array(jti.utf8).span) {
                throw ValidationError("--jti: \(stray), expected the identifier alone")
            }
            // A whole token would be shown as its name.
            guard (try? RevocableToken(Array(jti.utf8), idClaim: identifier.name)) == nil else {
                throw ValidationError("--jti: a whole token, expected its identifier")
            }
            guard RevokedName.isTokenID(Array(jti.utf8)) else {
                throw ValidationError(
                    "--jti: expected \(TokenRules.identifierBytesMax) bytes at most, "
                        + "without control characters")
            }
        }
        if redisOptions.redisURL != nil, operationsOptions.operations != nil {
            throw ValidationError("--operations: given with --redis-url, expected one of them")
        }
    }

    /// The token; nil where its identifier was given.
    func revocableToken() throws -> RevocableToken? {
        guard jti == nil else { return nil }
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
