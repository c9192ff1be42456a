internal import JWT
internal import OperationsAPI

/// `POST /admin/tokens/revoke`: revokes a token for some time.
enum TokenRevocationRoute: CommandRoute {
    private static let secondsMax = AdministrationRules.revocationSecondsMax

    static func carryOut(
        _ body: Span<UInt8>, _ call: Call, _ calls: Calls, _ operations: Administration
    ) throws(ServiceFailure) {
        let command = try CommandBody(
            body, of: ["jti", "token", "seconds"],
            wanted: "{\"jti\" or \"token\": \"…\", \"seconds\": 1 to \(secondsMax)}")
        let name = try command.revokedName()
        let seconds = try command.integer("seconds", in: 1...secondsMax)
        let lasting = operations.subjects.revocations.lasting(name)
        try operations.change(.revoke(lasting, seconds: seconds), for: call, calls)
    }
}

/// `POST /admin/tokens/unrevoke`: takes a revocation back.
enum TokenRestorationRoute: CommandRoute {
    static func carryOut(
        _ body: Span<UInt8>, _ call: Call, _ calls: Calls, _ operations: Administration
    ) throws(ServiceFailure) {
        let command = try CommandBody(
            body, of: ["jti", "token"], wanted: "{\"jti\" or \"token\": \"…\"}")
        let name = operations.subjects.revocations.lasting(try command.revokedName())
        try operations.change(.restore(name), for: call, calls)
    }
}

extension CommandBody {
    /// What is revoked. A name that no token can have is refused: to confirm its revocation, when
    /// it is a token followed by a line's end, would have an administrator think that the token is
    /// refused now.
    fileprivate func revokedName() throws(ServiceFailure) -> RevokedName {
        switch (has("jti"), has("token")) {
        case (true, false):
            .tokenID(
                try bytes(
                    "jti",
                    form: "1 to \(TokenRules.identifierBytesMax) bytes without control characters"
                ) { RevokedName.isTokenID($0) })
        case (false, true):
            .token(
                try bytes(
                    "token",
                    form: "three parts of base64url with a dot between each two, "
                        + "\(AdministrationRules.tokenBytesMax) bytes at most"
                ) { RevokedName.isToken($0) })
        case (true, true), (false, false): throw failure
        }
    }
}
