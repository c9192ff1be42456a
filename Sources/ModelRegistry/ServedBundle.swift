extension ModelDirectory {
    /// The directory of the bundle that is to serve.
    package func servedBundlePath() throws(RegistryError) -> String {
        isPinned ? path : "\(path)/\(try activeVersion())"
    }
}
