/// The paths of churnd's listeners that programs of its own ask for.
package enum OperationsPath {
    package static let health = "/health"
    package static let liveness = "/livez"
    package static let readiness = "/readyz"
    package static let metrics = "/metrics"
    package static let models = "/admin/models"
    package static let modelActivation = "/admin/models/activate"
    package static let modelRollback = "/admin/models/rollback"
    package static let tokenRevocation = "/admin/tokens/revoke"
    package static let tokenRestoration = "/admin/tokens/unrevoke"
    package static let behaviour = "/admin/behaviour"
    package static let behaviourClearing = "/admin/behaviour/clear"
    package static let keyReload = "/admin/keys/reload"
}

/// What the operations listener demands of administrators, and its limits.
package enum AdministrationRules {
    /// Over TCP the token must have it.
    package static let scope = "churnd:admin"
    /// RFC 9470: how long ago the administrator may have been authenticated.
    package static let ageSecondsMax = 300
    /// Ten years; no token should be valid for longer.
    package static let revocationSecondsMax = 315_360_000
    package static let tokenBytesMax = 8192
    package static let versionBytesMax = 256
    /// Subjects in a list of baselines.
    package static let listedSubjectsMax = 100
    /// A command is a few names.
    package static let bodyBytesMax = 16_384
    /// Part of the descriptors that are set aside: beyond it the connection that idles longest is
    /// closed for a new one.
    package static let connectionsMax = 256
}
