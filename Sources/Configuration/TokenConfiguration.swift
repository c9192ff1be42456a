package import Identity
package import JWT
internal import OpenSSL

extension ServiceConfiguration {
    /// Which tokens are accepted.
    package struct Tokens: Sendable {
        package var keys: TokenKeys
        package let leewaySeconds: Int
        package let issuer: String?
        package let audience: String?
        package let scope: String?
        package let claims: TokenClaimNames
        package let requirements: [RequiredClaim]
        /// Nil: not checked.
        package let lifetimeSecondsMax: Int?
        /// At the start; nil without `roles.path`.
        package let roles: Roles?
        /// Where they come from.
        package let rolesFile: RolesFile?
    }
}

/// What tokens are signed with.
package enum TokenKeys: Sendable {
    /// One key, whatever a token's `kid` says.
    case secret(Secret)
    /// `jwt.keys` and `jwt.jwks`; a token's `kid` selects the key.
    case named(NamedKeys)
    /// `--dev` and nothing configured: the service makes a secret when it starts.
    case madeAtStart
}

extension ServiceConfiguration {
    static func tokens(
        _ settings: inout ConfigurationSettings, sources: ConfigurationSources,
        store: Store, isDevelopment: Bool
    ) throws(ConfigurationError) -> Tokens {
        let keys = try tokenKeys(&settings, sources: sources, isDevelopment: isDevelopment)
        let lifetime = settings.integer(.tokenLifetime)
        // In development it accepts the tokens that it signs, whatever the configuration is for.
        let rolesFile = isDevelopment ? nil : RolesFile(settings, sources.files, store: store)
        let roles = try rolesFile.map { (file) throws(ConfigurationError) in try file.read().roles }
        do throws(TokenRulesError) {
            let requirements = try settings.optionalText(.tokenRequirements).map {
                (text) throws(TokenRulesError) in try RequiredClaim.list(text)
            }
            return Tokens(
                keys: keys, leewaySeconds: settings.integer(.tokenLeeway),
                issuer: settings.optionalText(.tokenIssuer),
                audience: settings.optionalText(.tokenAudience),
                scope: settings.optionalText(.tokenScope),
                claims: try TokenClaimNames(
                    tokenID: settings.text(.tokenIDClaim),
                    subject: settings.text(.tokenSubjectClaim),
                    scopes: settings.text(.tokenScopeClaims)),
                requirements: isDevelopment ? [] : requirements ?? [],
                lifetimeSecondsMax: isDevelopment || lifetime == 0 ? nil : lifetime,
                roles: roles, rolesFile: rolesFile)
        } catch {
            throw .tokenClaims(error)
        }
    }

    private static func tokenKeys(
        _ settings: inout ConfigurationSettings, sources: ConfigurationSources,
        isDevelopment: Bool
    ) throws(ConfigurationError) -> TokenKeys {
        let secret = settings.value(.tokenSecret)
        if isDevelopment {
            for key in [ConfigurationKey.tokenKeys, .tokenKeySet, .tokenSecret]
            where settings.value(key) != nil {
                throw .developmentSecret(at: settings.place(key), key: key.name)
            }
            return .madeAtStart
        }
        if let files = try TokenKeyFiles(settings, sources.files) {
            if secret != nil {
                let key = files.directory == nil ? ConfigurationKey.tokenKeySet : .tokenKeys
                settings.warnings.append(
                    .unusedSecret(at: settings.place(.tokenSecret), key: key.name))
            }
            let keys = try files.read()
            settings.warnings += keys.warnings(at: settings.place(.tokenKeys))
            return .named(keys)
        }
        guard case .secret(let bytes) = secret else { throw .noSecret }
        guard !bytes.isPublicKey else { throw .publicKeyAsSecret(name: "jwt.secret") }
        return .secret(bytes)
    }
}
