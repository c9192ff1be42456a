internal import JWT
internal import OperationsAPI

/// `POST /admin/tokens/revoke`: revokes a token, or what a subject has, for some time.
enum TokenRevocationRoute: CommandRoute {
    private static let secondsMax = AdministrationRules.revocationSecondsMax

    static func carryOut(
        _ body: Span<UInt8>, _ call: Call, _ calls: Calls, _ operations: Administration
    ) throws(ServiceFailure) {
        let command = try CommandBody(
            body, of: ["jti", "token", "subject", "seconds"],
            wanted: "{\"jti\", \"token\" or \"subject\": \"…\", \"seconds\": 1 to \(secondsMax)}")
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
            body, of: ["jti", "token", "subject"],
            wanted: "{\"jti\", \"token\" or \"subject\": \"…\"}")
        let name = operations.subjects.revocations.lasting(try command.revokedName())
        try operations.change(.restore(name), for: call, calls)
    }
}

extension CommandBody {
    /// What is revoked. A name that no token can have is refused: to confirm its revocation, when
    /// it is a token followed by a line's end, would have an administrator think that the token is
    /// refused now.
    fileprivate func revokedName() throws(ServiceFailure) -> RevokedName {
        switch (has("jti"), has("token"), has("subject")) {
        case (true, false, false): .tokenID(try identifier("jti"))
        case (false, false, true): .subject(try identifier("subject"))
        case (false, true, false):
            .token(
                try bytes(
                    "token",
                    form: "three parts of base64url with a dot between each two, "
                        + "\(AdministrationRules.tokenBytesMax) bytes at most"
                ) { RevokedName.isToken($0) })
        case (true, true, _), (true, _, true), (_, true, true), (false, false, false):
            throw failure
        }
    }

    private func identifier(_ name: String) throws(ServiceFailure) -> [UInt8] {
        try bytes(
            name, form: "1 to \(TokenRules.identifierBytesMax) bytes without control characters"
        ) { RevokedName.isIdentifier($0) }
    }
}
