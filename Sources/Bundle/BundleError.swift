package import Features
package import JSON
package import Models
package import POSIX

/// The files of a bundle, by their names.
package enum BundleFile: String, Sendable {
    case manifest = "manifest.json"
    case model = "model.json"
    case golden = "golden.jsonl"
    /// Beside a signed bundle's manifest: its signature, as `minisign -S` names and writes it.
    case signature = "manifest.json.minisig"
}

/// Why a bundle cannot be loaded. Each case names the file and the place, what was found there and
/// what was expected.
package enum BundleError: Error, Equatable, Sendable {
    /// A file of the bundle cannot be read.
    case unreadable(FileError)
    /// Only signed bundles are loaded, and there is no signature.
    case unsigned(FileError)
    /// The file of signers cannot be used; `path` is its own.
    case signers(path: String, SignersFault)
    /// The signature is not a signer's of this manifest.
    case signature(SignatureFault)
    /// A bundle of another version of the format.
    case format(found: Double, wanted: Int)
    /// The manifest is not JSON.
    case malformed(JSONError)
    /// A member of the manifest that must be there is not; `path` is from the document's root.
    case missing(path: String)
    /// A member of the manifest holds what it must not.
    case invalid(path: String, wanted: String)
    /// More of something than the limit.
    case tooMany(BundleFile, String, found: Int, most: Int)
    /// The model's document is not scored.
    case model(ModelError)
    /// A file's SHA-256 is not the manifest's.
    case digest(BundleFile, found: String, wanted: String)
    /// The manifest's `schema` is invalid.
    case schema(SchemaError)
    /// The manifest's `encoding` is invalid, or not one of its schema.
    case encoding(SchemaError)
    /// Fewer golden rows than it takes to verify a model.
    case goldenRowCount(found: Int, least: Int)
    /// A golden row that the model does not reproduce; rows count from 1.
    case goldenRow(Int, GoldenFault)
}

extension BundleError: CustomStringConvertible {
    /// One line for a log or a terminal.
    package var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .unsigned(let error): "\(error), expected a signature by one of model.signers"
        case .signers(path: _, .unreadable(let error)): "model.signers: \(error)"
        case .signers(let path, let fault): "model.signers: \(path): \(fault)"
        case .signature(let fault): "\(BundleFile.signature.rawValue): \(fault)"
        case .format(let found, let wanted):
            "manifest.json: format \(Int(exactly: found).map { "\($0)" } ?? "\(found)"), "
                + "expected \(wanted)"
        case .malformed(let error): "manifest.json: \(error)"
        case .missing(let path): "manifest.json: \(path) is missing"
        case .invalid(let path, let wanted): "manifest.json: \(path): expected \(wanted)"
        case .tooMany(let file, let what, let found, let most):
            "\(file.rawValue): \(found) \(what), expected at most \(most)"
        case .model(let error): "model.json: \(error)"
        case .digest(let file, let found, let wanted):
            "\(file.rawValue): SHA-256 \(found), expected \(wanted)"
        case .schema(let error): "manifest.json: schema: \(error)"
        case .encoding(let error): "manifest.json: encoding: \(error)"
        case .goldenRowCount(let found, let least):
            "golden.jsonl: \(found) rows, expected at least \(least)"
        case .goldenRow(let row, let fault): "golden.jsonl: row \(row): \(fault)"
        }
    }
}
