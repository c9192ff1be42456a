import Bundle
import ModelRegistry
import Models
import TestSupport

extension ModelVersions {
    /// The SHA-256 of a version's bundle, which is loaded for it.
    func sha256(_ version: String) throws -> String {
        try ModelDirectory(path: path).load(version).sha256
    }
}
