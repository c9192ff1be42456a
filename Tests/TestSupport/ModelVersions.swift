internal import Glibc
internal import OpenSSL
internal import POSIX

/// A model's directory of a test's own, filled with copies of shipped bundles.
package final class ModelVersions: Sendable {
    /// The files of a bundle.
    package enum File: String {
        case model = "model.json"
        case golden = "golden.jsonl"
        case manifest = "manifest.json"
    }

    /// Which shipped bundle a version is a copy of.
    package enum Origin: String {
        case first = "telco-churn/1"
        case second = "telco-churn/2"
        /// Of another name, and the quickest to load.
        case logistic = "telco-logistic/1"
    }

    private let directory: TemporaryDirectory
    package var path: String { directory.path }
    package var activePath: String { directory.path(of: "active") }

    /// - Parameters:
    ///   - versions: each a bundle that is good.
    ///   - origin: what they are copies of; without it 1 is one of the first shipped version, and
    ///     all others are of the second.
    ///   - active: the content of the file; none is written where nil.
    package init(
        _ versions: [String] = ["1", "2"], from origin: Origin? = nil, active: String? = "1\n"
    ) throws {
        directory = try TemporaryDirectory()
        for version in versions {
            try add(version, from: origin ?? (version == "1" ? .first : .second))
        }
        if let active { try setActive(active) }
    }

    package func setActive(_ text: String) throws { try setActive(Array(text.utf8)) }

    package func setActive(_ bytes: [UInt8]) throws {
        try Files.writeAtomically(bytes.span, to: activePath)
    }

    package func active() throws -> String {
        String(decoding: try Files.read(activePath, bytesMax: 10_000), as: UTF8.self)
    }

    package func removeActive() throws {
        guard unlink(activePath) == 0 else { throw SystemError(call: "unlink", code: errno) }
    }

    package func path(_ version: String, _ file: File) -> String {
        directory.path(of: "\(version)/\(file.rawValue)")
    }

    /// Copies a shipped bundle, which says that it is `stated` then.
    ///
    /// - Parameter mark: text put into the manifest, so that the bundle has another SHA-256.
    package func add(
        _ version: String, from origin: Origin = .second, stating stated: String? = nil,
        mark: String = ""
    ) throws {
        try Directories.create(directory.path(of: version))
        // The manifest comes last, as a careful copy does it.
        for file in [File.model, .golden, .manifest] {
            var bytes = try ModelVersions.shipped(origin, file)
            if file == .manifest {
                let shippedVersion = origin.rawValue.split(separator: "/")[1]
                bytes = try bytes.replacingFirst(
                    "\"version\": \"\(shippedVersion)\"",
                    by: "\"mark\": \"\(mark)\", \"version\": \"\(stated ?? version)\"")
            }
            try Files.writeAtomically(bytes.span, to: path(version, file))
        }
    }

    package static func shipped(_ origin: Origin, _ file: File) throws -> [UInt8] {
        try Files.read(
            "\(ProjectPlaces.root)/Models/\(origin.rawValue)/\(file.rawValue)", bytesMax: 1 << 24)
    }

    /// Replaces text in one file of a version.
    package func edit(_ version: String, _ file: File, _ old: String, _ new: String) throws {
        let path = path(version, file)
        let bytes = try Files.read(path, bytesMax: 1 << 24).replacingFirst(old, by: new)
        try Files.writeAtomically(bytes.span, to: path)
    }

    /// Changes a leaf of the first tree.
    ///
    /// - Parameter isSealed: whether the manifest gets the new hash of the file.
    package func changeLeaf(_ version: String, isSealed: Bool = false) throws {
        let before = "\"split_conditions\":[1E0,"
        let old = try sha256(version, .model)
        try edit(version, .model, before + "-9.6212275E-2", before + "-9.7212275E-2")
        if isSealed { try edit(version, .manifest, old, try sha256(version, .model)) }
    }

    private func sha256(_ version: String, _ file: File) throws -> String {
        ModelVersions.sha256(of: try Files.read(path(version, file), bytesMax: 1 << 24))
    }

    /// As a manifest has it.
    package static func sha256(of bytes: [UInt8]) -> String { SHA256.hexDigest(bytes.span) }

    /// Makes a file of a version, which needs no other one.
    package func write(_ text: String, _ version: String, _ file: File) throws {
        try Directories.create(directory.path(of: version))
        try Files.writeAtomically(Array(text.utf8).span, to: path(version, file))
    }

    /// Leaves only the beginning of a file.
    package func truncate(_ version: String, _ file: File, to count: Int) throws {
        let path = path(version, file)
        let bytes = Array(try Files.read(path, bytesMax: 1 << 24).prefix(count))
        try Files.writeAtomically(bytes.span, to: path)
    }
}

extension [UInt8] {
    fileprivate func replacingFirst(_ old: String, by new: String) throws -> [UInt8] {
        guard let range = firstRange(of: Array(old.utf8)) else {
            throw NeverHappened(what: "\(old) was found")
        }
        return self[..<range.lowerBound] + Array(new.utf8) + self[range.upperBound...]
    }
}
