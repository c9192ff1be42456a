package import Bundle
package import POSIX

/// Why another model does not serve, or none at all. Nothing has changed then, on disk or in
/// memory.
package enum RegistryError: Error, Equatable, Sendable {
    /// The model's path is a bundle, so that no other one can be named.
    case pinned
    /// So many requests wait already.
    case busy(waitingMax: Int)
    /// The program is about to end.
    case stopped
    /// What was asked for can name no version.
    case notAVersion(found: String)
    /// The model's directory cannot be listed.
    case unreadable(FileError)
    case activeUnreadable(FileError)
    case active(path: String, ActiveFault)
    /// The bundle is good, but `active` could not be made to name it.
    case activeNotWritten(FileError)
    /// No such version lies in the model's directory: it has no manifest.
    case absent(version: String, FileError)
    /// The bundle is refused; `version` is its directory's name, nil where the path is the bundle.
    case bundle(version: String?, BundleError)
    /// A bundle that says it is another version than its directory.
    case version(directory: String, found: String)
    /// A bundle of another model than the active one.
    case name(version: String?, found: String, wanted: String)
    /// A bundle with another manifest than the one that was asked for, or that `active` names.
    case digest(version: String, found: String, wanted: String)
    /// The model's directory cannot be listed; the active model stays active.
    case listing(FileError, active: String)
    case nothingToRollBackTo
    /// The change could not be recorded, and so was not made.
    case unrecorded
}

extension RegistryError: CustomStringConvertible {
    /// One line for a log, a terminal, or the detail of a problem.
    package var description: String {
        switch self {
        case .pinned:
            "the model's path is a bundle, expected a directory of versions with a file "
                + ModelDirectory.activeName
        case .busy(let waitingMax): "\(waitingMax) requests for another model wait already"
        case .stopped: "shutting down"
        case .notAVersion(let found): "\(found), expected \(VersionText.wanted)"
        case .unreadable(let error): "\(error)"
        case .activeUnreadable(let error):
            "\(error), expected a file of at most \(ActiveFile.bytesMax) bytes that names the "
                + "active version"
        case .active(let path, let fault): "\(path): \(fault)"
        case .activeNotWritten(let error): "the bundle is good, but \(error)"
        case .absent(let version, let error): RegistryError.prefix(version) + "\(error)"
        case .bundle(let version, let error): RegistryError.prefix(version) + "\(error)"
        case .version(let directory, let found):
            "version \(directory): manifest.json: version \(found), expected the directory's name"
        case .name(let version, let found, let wanted):
            RegistryError.prefix(version)
                + "manifest.json: name \(found), expected \(wanted), the active model's"
        case .digest(let version, let found, let wanted):
            RegistryError.prefix(version) + "manifest.json: SHA-256 \(found), expected \(wanted)"
        case .listing(let error, let active): "\(error); \(active) is still active"
        case .nothingToRollBackTo: "no version served before, expected one to roll back to"
        case .unrecorded: "the change could not be recorded"
        }
    }

    private static func prefix(_ version: String?) -> String {
        version.map { "version \($0): " } ?? ""
    }
}
