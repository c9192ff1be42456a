internal import Bundle
internal import Models
internal import OpenSSL
internal import POSIX

/// The versions of a model, loaded when they are asked for.
final class ReplayModels {
    /// Directories by the SHA-256 of the bundle in them.
    private let directories: [String: String]
    private var loaded: [String: ReplayModel] = [:]
    private var refusals: [String: String] = [:]

    /// - Parameter directory: holds a bundle in each of its directories, or is one.
    init(directory: String) throws(FileError) {
        var directories: [String: String] = [:]
        for name in [""] + (try Files.names(in: directory)) {
            let bundle = name.isEmpty ? directory : "\(directory)/\(name)"
            // A directory without a manifest is not a bundle.
            guard
                let manifest = try? Files.read(
                    "\(bundle)/\(BundleFile.manifest.rawValue)",
                    bytesMax: ModelLimits().manifestBytesMax)
            else { continue }
            directories[SHA256.hexDigest(manifest.span)] = bundle
        }
        self.directories = directories
    }

    /// The model with this SHA-256; nil if it does not exist or does not load.
    func model(_ sha256: String) -> ReplayModel? {
        if let model = loaded[sha256] { return model }
        guard refusals[sha256] == nil, let directory = directories[sha256] else { return nil }
        do throws(BundleError) {
            let bundle = try ModelBundle(directory: directory)
            // The manifest may have been replaced since it was read.
            guard bundle.sha256 == sha256 else { return nil }
            let model = ReplayModel(bundle)
            loaded[sha256] = model
            return model
        } catch {
            refusals[sha256] = "\(directory): \(error)"
            return nil
        }
    }

    /// Why a model that exists did not load.
    func refusal(of sha256: String) -> String? { refusals[sha256] }
}
