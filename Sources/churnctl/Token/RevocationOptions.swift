internal import ArgumentParser
internal import Configuration
internal import JWT
internal import OperationsAPI

/// Which token is meant, and where its revocation is kept.
struct RevocationOptions: ParsableArguments {
    /// What a command that uses these says of them.
    static let discussion = """
        \(RedisOptions.discussion) With --operations, or where no Redis is named, churnd's \
        operations listener is asked: a churnd that keeps its store in memory knows its \
        revocations alone.
        """
    /// sysexits.h: what was given is not of its form.
    private static let dataExit: Int32 = 65

    @Argument(
        help: ArgumentHelp(
            "The token; standard input holds it where this is - or missing.", valueName: "token"))
    var token: String?

    @Option(help: ArgumentHelp("The token's identifier, in place of it.", valueName: "id"))
    var jti: String?

    @OptionGroup var redisOptions: RedisOptions

    @OptionGroup var operationsOptions: OperationsOptions

    func validate() throws {
        if let jti {
            guard token == nil else {
                throw ValidationError("--jti: given with a token, wanted one of them")
            }
            if let stray = StrayBytes(around: Array(jti.utf8).span) {
                throw ValidationError("--jti: \(stray), wanted the identifier alone")
            }
            // A whole token would be shown as its name. What cannot be read as one is none.
            guard (try? RevocableToken(Array(jti.utf8))) == nil else {
                throw ValidationError("--jti: a whole token, wanted its identifier")
            }
            guard RevokedName.isTokenID(Array(jti.utf8)) else {
                throw ValidationError(
                    "--jti: wanted \(TokenRules.identifierBytesMax) bytes at most, "
                        + "without control characters")
            }
        }
        if redisOptions.redisURL != nil, operationsOptions.operations != nil {
            throw ValidationError("--operations: given with --redis-url, wanted one of them")
        }
    }

    /// The token; nil where its identifier was given.
    func revocableToken() throws -> RevocableToken? {
        guard jti == nil else { return nil }
        let bytes = try TokenInput.read(token ?? "-")
        do throws(TokenError) {
            return try RevocableToken(bytes)
        } catch {
            complain("no token: \(TokenMistake(bytes)?.description ?? "\(error)")")
            throw ExitCode(RevocationOptions.dataExit)
        }
    }

    /// Nil where the operations listener is to be asked.
    func redis() throws -> RedisRevocations? {
        operationsOptions.operations == nil ? try redisOptions.revocations() : nil
    }
}
