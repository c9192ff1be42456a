package import Features
package import JSON
package import Models
internal import OpenSSL
package import POSIX

/// Writes a bundle's directory: all of it, verified to load, or nothing.
package struct BundleWriter: Sendable {
    package let model: [UInt8]
    package let golden: [UInt8]
    package let manifest: [UInt8]

    /// Makes the contents of the three files.
    ///
    /// - Parameter goldenRows: with the margins of libxgboost after it has read `model` again, as
    ///   another program would.
    package init(
        model: [UInt8], goldenRows: [GoldenRow], name: String, version: String, schema: Schema,
        encoding: FeatureEncoding, calibration: Calibration, thresholds: Thresholds,
        meanContributions: [Double]? = nil, metrics: JSONObject, provenance: JSONObject
    ) {
        var lines = JSONWriter()
        for row in goldenRows { row.write(to: &lines) }
        let golden = lines.finish()
        self.model = model
        self.golden = golden
        manifest = IndentedJSON.bytes(
            Manifest(
                name: name, version: version, schema: schema, encoding: encoding,
                calibration: calibration, thresholds: thresholds,
                meanContributions: meanContributions, metrics: metrics,
                provenance: provenance, modelSHA256: SHA256.hexDigest(model.span),
                goldenSHA256: SHA256.hexDigest(golden.span)
            ).document)
    }

    /// Finds out before long work whether a bundle could be written to `directory`, and removes
    /// what an interrupted one has left there. The directories above it are made.
    package static func prepare(_ directory: String) throws(BundleWriteError) {
        let temporary = try beginTemporary(directory)
        do throws(FileError) {
            try Directories.removeWithFiles(temporary)
        } catch { throw .unwritable(error) }
    }

    /// Makes an empty directory beside `directory`, which must not be there.
    private static func beginTemporary(_ directory: String) throws(BundleWriteError) -> String {
        guard !Directories.isAnything(at: directory) else { throw .outputExists(path: directory) }
        let temporary = "\(directory).new"
        do throws(FileError) {
            if Directories.isAnything(at: temporary) {
                try Directories.removeWithFiles(temporary)
            }
            try Directories.create(temporary)
        } catch { throw .unwritable(error) }
        return temporary
    }

    /// Writes the files beside `directory`, loads them, and only then gives them that name. After
    /// an error nothing is left behind.
    package func write(to directory: String) throws(BundleWriteError) -> ModelBundle {
        let temporary = try BundleWriter.beginTemporary(directory)
        do throws(BundleWriteError) {
            return try publish(temporary, as: directory)
        } catch {
            // What made the attempt fail is worth more than what keeps its rest from going away.
            try? Directories.removeWithFiles(temporary)
            throw error
        }
    }

    private func publish(
        _ temporary: String, as directory: String
    ) throws(BundleWriteError) -> ModelBundle {
        do throws(FileError) {
            for (file, bytes) in [
                (BundleFile.model, model), (.golden, golden), (.manifest, manifest),
            ] {
                try Files.writeAtomically(bytes.span, to: "\(temporary)/\(file.rawValue)")
            }
        } catch { throw .unwritable(error) }
        let bundle: ModelBundle
        do throws(BundleError) {
            bundle = try ModelBundle(directory: temporary)
        } catch { throw .unloadable(error) }
        do throws(FileError) {
            try Directories.rename(temporary, to: directory)
        } catch { throw .unwritable(error) }
        return bundle
    }
}

/// Why a bundle was not written.
package enum BundleWriteError: Error, Equatable, Sendable {
    /// Something exists at the bundle's path; a version is written once.
    case outputExists(path: String)
    case unwritable(FileError)
    /// The bundle that was made does not load.
    case unloadable(BundleError)
}

extension BundleWriteError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .outputExists(let path): "\(path): exists, expected a place for a new bundle"
        case .unwritable(let error): "\(error)"
        case .unloadable(let error): "the bundle that was made does not load: \(error)"
        }
    }
}
