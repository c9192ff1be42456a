internal import ArgumentParser
internal import HTTPClient
internal import JSON
internal import OperationsAPI
internal import OperationsClient
internal import POSIX

/// `churnctl token revoke`: a token is refused from the next request on.
struct TokenRevokeCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke a token, or all that a subject has: churnd refuses it from now on.",
        discussion: """
            A token is revoked by its jti, if it has one, else by the whole of it, until it would \
            have expired; one that is signed with ES256 by all of it but the signature, which \
            could be replaced by another good one. Its signature is not checked. --subject revokes \
            all tokens of a subject whose iat is not later than now, and those without iat.

            \(RevocationOptions.discussion)

            Exit codes: 0 when it is revoked or has expired anyway, 1 when churnd refused or could \
            not be asked, 65 when it is not a token, 69 when Redis could not be asked.
            """)

    /// More than any clock may differ (`jwt.leeway`), for which churnd still accepts an old token.
    static let leewaySeconds = 60.0
    /// A hundred years; Redis might not accept a longer time.
    static let secondsMax: Int64 = 3_155_760_000

    @OptionGroup var arguments: RevocationOptions

    @Option(
        help: ArgumentHelp(
            "For how long; by default until the token expires. Required with --jti. With "
                + "--subject at least the longest lifetime of a token; by default without an end.",
            valueName: "seconds"))
    var seconds: Int64?

    func validate() throws {
        guard arguments.jti == nil || seconds != nil else {
            throw ValidationError("--seconds: missing, expected with --jti")
        }
        if let seconds, !(1...TokenRevokeCommand.secondsMax ~= seconds) {
            throw ValidationError("--seconds: expected 1 to \(TokenRevokeCommand.secondsMax)")
        }
    }

    func perform() throws {
        if arguments.subject != nil { return try revokeSubject() }
        let token = try arguments.revocableToken()
        let now = Double(Clock.unixMilliseconds()) / 1000
        let left = token?.expiresAt.map {
            ($0 + TokenRevokeCommand.leewaySeconds - now).rounded(.up)
        }
        if let end = token?.expiresAt, let left, left <= 0 {
            print("nothing to do: the token expired \(TimeInWords.relative(seconds: end - now))")
            return
        }
        guard let wanted = seconds ?? left.map(TokenRevokeCommand.bounded) else {
            throw ValidationError("--seconds: missing, expected for a token without exp")
        }
        let redis = try arguments.redis()
        let revoked =
            redis == nil ? min(wanted, Int64(AdministrationRules.revocationSecondsMax)) : wanted
        if let left, Double(revoked) < left - TokenRevokeCommand.leewaySeconds {
            complain("the token is accepted again after \(revoked) s: it expires later than that")
        }
        let name = token?.names[0] ?? arguments.name
        if let redis {
            try redis.revoke(name, seconds: revoked)
        } else {
            try askOperations(name, seconds: revoked)
        }
        print("revoked for \(revoked) s: \(name.shownKey)")
    }

    private func revokeSubject() throws {
        let name = arguments.name
        var ending = seconds
        if let redis = try arguments.redis() {
            try redis.revoke(name, value: Clock.unixMilliseconds() / 1000, seconds: seconds)
        } else {
            let longest = Int64(AdministrationRules.revocationSecondsMax)
            ending = min(seconds ?? longest, longest)
            try askOperations(name, seconds: ending ?? longest)
        }
        print("revoked \(ending.map { "for \($0) s" } ?? "without an end"): \(name.shownKey)")
    }

    private func askOperations(_ name: RevokedName, seconds: Int64) throws {
        let members = [name.member, ("seconds", .number(Double(seconds)))]
        _ = try arguments.operationsOptions.ask(
            .post, OperationsPath.tokenRevocation, body: .object(members))
    }

    private static func bounded(_ seconds: Double) -> Int64 {
        Int64(min(seconds, Double(secondsMax)))
    }
}

/// `churnctl token unrevoke`: what was revoked by mistake is accepted again.
struct TokenUnrevokeCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "unrevoke",
        abstract: "Undo the revocation of a token.",
        discussion: """
            A whole token is un-revoked by each name that it can be revoked by. --subject undoes \
            what revoke --subject did.

            \(RevocationOptions.discussion)

            Exit codes: 0 when it was revoked, 1 when it was not, or churnd refused or could not \
            be asked, 65 when it is not a token, 69 when Redis could not be asked.
            """)

    @OptionGroup var arguments: RevocationOptions

    func perform() throws {
        let token = try arguments.revocableToken()
        let names = token?.names ?? [arguments.name]
        let redis = try arguments.redis()
        var found: [RevokedName] = []
        for name in names where try wasRevoked(name, redis) { found.append(name) }
        guard !found.isEmpty else {
            throw CommandFailure(
                .failure, "not revoked: \(names.map(\.shownKey).joined(separator: ", "))")
        }
        print("no longer revoked: \(found.map(\.shownKey).joined(separator: ", "))")
    }

    private func wasRevoked(_ name: RevokedName, _ redis: RedisRevocations?) throws -> Bool {
        if let redis { return try redis.unrevoke(name) }
        let options = arguments.operationsOptions
        let answer = try options.ask(
            .post, OperationsPath.tokenRestoration,
            body: .object([name.member]))
        guard let isChanged = answer["changed"]?.asBool else {
            throw CommandFailure(.failure, "the answer does not say whether it was revoked")
        }
        return isChanged
    }
}
