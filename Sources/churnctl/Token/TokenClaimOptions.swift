internal import ArgumentParser
internal import Configuration
internal import JWT
internal import POSIX

/// Which claim identifies a token, as churnd is configured.
struct IdentifierClaimOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The claim that identifies it, as jwt.claim.id has it; else CHURND_JWT_CLAIM_ID, else "
                + "jti.", valueName: "claim"))
    var idClaim: String?

    /// Always an acceptable name.
    var name: String {
        get throws { try ConfiguredText.of("jwt.claim.id", option: "--id-claim", idClaim) ?? "jti" }
    }
}

/// Under which names tokens have what churnd reads, as it is configured.
struct ClaimNameOptions: ParsableArguments {
    @OptionGroup var identifier: IdentifierClaimOptions

    @Option(help: ArgumentHelp("The claim of the subject.", valueName: "claim"))
    var subjectClaim: String?

    @Option(help: ArgumentHelp("The claims that hold scopes.", valueName: "claims"))
    var scopeClaims: String?

    /// The name of the subject's claim.
    var subjectName: String {
        get throws {
            try ConfiguredText.of("jwt.claim.subject", option: "--subject-claim", subjectClaim)
                ?? "sub"
        }
    }

    var claimNames: TokenClaimNames {
        get throws {
            let scopes = try ConfiguredText.of(
                "jwt.claim.scopes", option: "--scope-claims", scopeClaims)
            return try TokenClaimNames(
                tokenID: identifier.name, subject: subjectName, scopes: scopes ?? "scope")
        }
    }
}

/// What churnd demands of a token, and the issuer's keys, as it is configured.
struct TokenRuleOptions: ParsableArguments {
    /// For the help of a command that has these options.
    static let discussion = """
        An option that is not given is read from the variable that configures churnd: \
        CHURND_JWT_JWKS, CHURND_JWT_CLAIM_ID, CHURND_JWT_CLAIM_SUBJECT, CHURND_JWT_CLAIM_SCOPES \
        and CHURND_JWT_REQUIRE.
        """

    @Option(
        help: ArgumentHelp("The issuer's public keys, a JWKS.", valueName: "path"),
        completion: .file())
    var jwks: String?

    @OptionGroup var names: ClaimNameOptions

    @Option(
        help: ArgumentHelp(
            "Claims that it must have, as claim or claim=value.", valueName: "claims"))
    var require: String?

    @Option(help: ArgumentHelp("Longest time from iat to exp.", valueName: "seconds"))
    var lifetimeMax: Int?

    var requirements: [RequiredClaim] {
        get throws {
            let text = try ConfiguredText.of("jwt.require", option: "--require", require)
            return try text.map { try RequiredClaim.list($0) } ?? []
        }
    }

    /// Nil where no set is named.
    func publishedKeys() throws -> JSONWebKeySet? {
        guard let path = try ConfiguredText.of("jwt.jwks", option: "--jwks", jwks) else {
            return nil
        }
        guard !path.contains("://") else {
            throw ValidationError("--jwks: a URL, expected a file: curl -fsS -o FILE URL")
        }
        let bytes = try Files.read(path, bytesMax: JSONWebKeySet.Limits.bytesMax)
        do throws(JSONWebKeySetError) { return try JSONWebKeySet(bytes.span) } catch {
            throw CommandFailure(.data, "\(path): \(error)")
        }
    }
}

/// A value that churnd's configuration has a key for.
private enum ConfiguredText {
    /// The option's value, else that of the key's variable; nil without either.
    static func of(_ keyName: String, option: String, _ given: String?) throws -> String? {
        guard let key = ConfigurationTable.key(named: keyName) else { return given }
        guard let text = given ?? Environment.variables()[key.variable] else { return nil }
        guard key.kind.accepts(text) else {
            throw ValidationError("\(option): expected \(key.kind.wanted)")
        }
        return text
    }
}
