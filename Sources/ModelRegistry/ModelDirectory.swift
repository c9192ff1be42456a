package import Bundle
internal import POSIX

/// A model on disk: a directory with a bundle for each version and the file `active`, which names
/// the one that serves. A bundle itself can stand in its place: then the model is pinned to it.
package struct ModelDirectory: Sendable {
    static let activeName = "active"

    package let path: String
    /// The path is a bundle, so that there is nothing to choose from.
    package let isPinned: Bool
    private let signers: ModelSigners?

    /// - Parameter signers: one of whom must have signed each bundle that is loaded; nil where any
    ///   bundle is accepted.
    package init(path: String, signers: ModelSigners? = nil) {
        self.path = path
        self.signers = signers
        isPinned = Directories.isAnything(at: "\(path)/\(BundleFile.manifest.rawValue)")
    }

    private var activePath: String { "\(path)/\(ModelDirectory.activeName)" }

    /// The version that is to serve.
    package func activeVersion() throws(RegistryError) -> String {
        try readActive().file.version
    }

    /// Loads the bundle of the version that is to serve.
    package func loadActive() throws(RegistryError) -> ModelBundle {
        let file = try readActive().file
        return try load(file.version, sha256: file.sha256)
    }

    /// The directory of the bundle that is to serve.
    package func servedBundlePath() throws(RegistryError) -> String {
        isPinned ? path : "\(path)/\(try activeVersion())"
    }

    /// What `active` says, and the bytes it says it with.
    func readActive() throws(RegistryError) -> (file: ActiveFile, bytes: [UInt8]) {
        guard !isPinned else { throw .pinned }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try Files.read(activePath, bytesMax: ActiveFile.bytesMax)
        } catch { throw .activeUnreadable(error) }
        do throws(ActiveFault) {
            return (try ActiveFile(parsing: bytes), bytes)
        } catch { throw .active(path: activePath, error) }
    }

    /// Names the version that is to serve. Returns the bytes of the file.
    ///
    /// - Parameter previous: where a rollback leads to.
    @discardableResult
    package func setActive(
        _ version: String, previous: String?
    ) throws(RegistryError) -> [UInt8] {
        try setActive(ActiveFile(version: version, previous: previous))
    }

    func setActive(_ file: ActiveFile) throws(RegistryError) -> [UInt8] {
        guard !isPinned else { throw .pinned }
        for name in [file.version, file.previous] {
            guard let name, !Manifest.isName(name) else { continue }
            throw .notAVersion(found: VersionText.shown(name.utf8))
        }
        let bytes = file.bytes
        do throws(FileError) {
            try Files.writeAtomically(bytes.span, to: activePath)
            return bytes
        } catch { throw .activeNotWritten(error) }
    }

    /// The versions that exist, from the lowest number to the highest. Whether their bundles
    /// would be accepted is not looked at, but each has a manifest.
    package func versions() throws(RegistryError) -> [String] {
        guard !isPinned else { throw .pinned }
        let names: [String]
        do throws(FileError) {
            names = try Files.names(in: path)
        } catch { throw .unreadable(error) }
        return names.filter { name in
            Manifest.isName(name)
                && Directories.isAnything(at: "\(path)/\(name)/\(BundleFile.manifest.rawValue)")
        }.sorted(by: VersionText.areInOrder)
    }

    /// Loads the bundle of a version and proves it, which takes milliseconds.
    ///
    /// - Parameters:
    ///   - name: the model's, where it is known already: a bundle of another one is refused.
    ///   - sha256: the digest that the manifest must have; any if nil.
    package func load(
        _ version: String, ofModel name: String? = nil, sha256: String? = nil
    ) throws(RegistryError) -> ModelBundle {
        guard !isPinned else { throw .pinned }
        guard Manifest.isName(version) else {
            throw .notAVersion(found: VersionText.shown(version.utf8))
        }
        let bundle = try load(directory: "\(path)/\(version)", version: version, ofModel: name)
        guard bundle.version == version else {
            throw .version(directory: version, found: bundle.version)
        }
        if let sha256, bundle.sha256 != sha256 {
            throw .digest(version: version, found: bundle.sha256, wanted: sha256)
        }
        return bundle
    }

    /// Loads the bundle that the model is pinned to.
    package func loadPinned(ofModel name: String? = nil) throws(RegistryError) -> ModelBundle {
        try load(directory: path, version: nil, ofModel: name)
    }

    private func load(
        directory: String, version: String?, ofModel name: String?
    ) throws(RegistryError) -> ModelBundle {
        let bundle: ModelBundle
        do throws(BundleError) {
            bundle = try ModelBundle(directory: directory, signers: signers)
        } catch {
            let manifest = "\(directory)/\(BundleFile.manifest.rawValue)"
            if let version, case .unreadable(let file) = error,
                case .system(manifest, let system) = file, system.isAbsence
            {
                throw .absent(version: version, file)
            }
            throw .bundle(version: version, error)
        }
        if let name, bundle.name != name {
            throw .name(version: version, found: bundle.name, wanted: name)
        }
        return bundle
    }
}

/// The model that the process starts with.
package struct LoadedModel: Sendable {
    package let bundle: ModelBundle
    let directory: ModelDirectory
    /// Nil where the path is a bundle.
    let active: (file: ActiveFile, bytes: [UInt8])?

    /// Loads the active version of a model, on the caller's thread.
    ///
    /// - Parameters:
    ///   - path: a directory of versions, or a bundle, to which the model is then pinned.
    ///   - signers: one of whom must have signed each of its bundles, this one and those to come;
    ///     nil where any bundle is accepted.
    package init(path: String, signers: ModelSigners? = nil) throws(RegistryError) {
        directory = ModelDirectory(path: path, signers: signers)
        if directory.isPinned {
            bundle = try directory.loadPinned()
            active = nil
        } else {
            let read = try directory.readActive()
            bundle = try directory.load(read.file.version, sha256: read.file.sha256)
            active = read
        }
    }
}
