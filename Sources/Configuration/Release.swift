/// What this build is called. Edited for each release, and only here.
package enum Release {
    /// As health, the audit log, metrics and `--version` report it.
    package static let version = "0.3.0"
}
