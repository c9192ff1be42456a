package import Features
internal import JSON
package import Models
internal import OpenSSL
internal import POSIX

/// A model ready to serve: the contents of its directory, verified on its golden rows.
package struct ModelBundle: Sendable {
    package let manifest: Manifest
    package let ensemble: Ensemble
    /// SHA-256 of `manifest.json`, which holds those of the other files: the bundle's identity, 64
    /// lower-case hexadecimal digits.
    package let sha256: String
    /// How many golden rows the model reproduced.
    package let goldenRowCount: Int
    /// The number of the key that signed the manifest, as minisign shows it; nil where no signature
    /// was asked for.
    package private(set) var signer: String?
    /// Gives reasons for what the model says; nil where the bundle does not have the means that
    /// they are measured against.
    package let explainer: Explainer?

    /// Reads a bundle's three files and accepts them only if sizes, digests and numbers are
    /// sound, the encoding covers the schema and makes the model's features, and every golden row
    /// comes out with the same margin, bit for bit, and the same probability within two units of
    /// the last place. Takes milliseconds, so not on an event loop.
    ///
    /// - Parameter signers: one of whom must have signed the manifest, which is looked at before
    ///   anything is read from it; nil where any bundle is accepted.
    package init(
        directory: String, signers: ModelSigners? = nil, limits: ModelLimits = ModelLimits()
    ) throws(BundleError) {
        let manifest: [UInt8]
        let model: [UInt8]
        let golden: [UInt8]
        do throws(FileError) {
            func read(_ file: BundleFile, _ bytesMax: Int) throws(FileError) -> [UInt8] {
                try Files.read("\(directory)/\(file.rawValue)", bytesMax: bytesMax)
            }
            manifest = try read(.manifest, limits.manifestBytesMax)
            model = try read(.model, limits.modelBytesMax)
            golden = try read(.golden, limits.goldenBytesMax)
        } catch { throw .unreadable(error) }
        let signer = try signers?.signer(of: manifest.span, in: directory)
        try self.init(
            manifest: manifest.span, model: model.span, golden: golden.span, limits: limits)
        self.signer = signer
    }

    /// The same from the contents of the three files.
    package init(
        manifest: Span<UInt8>, model: Span<UInt8>, golden: Span<UInt8>,
        limits: ModelLimits = ModelLimits()
    ) throws(BundleError) {
        let stated = try Manifest(parsing: manifest, limits: limits)
        try ModelBundle.check(model, of: .model, wanted: stated.modelSHA256)
        try ModelBundle.check(golden, of: .golden, wanted: stated.goldenSHA256)
        self.manifest = stated
        sha256 = SHA256.hexDigest(manifest)
        do throws(ModelError) {
            ensemble = try Ensemble(
                xgboostJSON: model, featureNames: stated.encoding.columnNames, limits: limits)
        } catch { throw .model(error) }
        var scorer = ModelScorer(
            ensemble, stated.encoding, calibration: stated.calibration, schema: stated.schema)
        explainer = try ModelBundle.explainer(ensemble, stated)
        var explainer = explainer
        goldenRowCount = try GoldenCheck.run(golden, &scorer, &explainer, limits: limits)
    }

    package var name: String { manifest.name }
    package var version: String { manifest.version }
    /// For example `telco-churn/1`.
    package var fullName: String { "\(name)/\(version)" }
    package var schema: Schema { manifest.schema }
    package var encoding: FeatureEncoding { manifest.encoding }
    package var thresholds: Thresholds { manifest.thresholds }
    package var calibration: Calibration { manifest.calibration }

    /// What scores records with this model, for one thread.
    package var scorer: ModelScorer {
        ModelScorer(ensemble, encoding, calibration: calibration, schema: schema)
    }

    package func riskLevel(_ probability: Float) -> RiskLevel {
        thresholds.riskLevel(probability)
    }

    /// Whether churn is predicted.
    package func isPositive(_ probability: Float) -> Bool { thresholds.isPositive(probability) }

    private static func explainer(
        _ ensemble: Ensemble, _ manifest: Manifest
    ) throws(BundleError) -> Explainer? {
        guard let means = manifest.meanContributions else { return nil }
        guard
            let explainer = Explainer(
                ensemble, manifest.encoding, schema: manifest.schema, means: means)
        else {
            throw .invalid(
                path: "mean_contributions",
                wanted: "none, as trees of several levels have contributions only with "
                    + "sum_hessian and at most \(Contributions.depthMax) levels")
        }
        return explainer
    }

    private static func check(
        _ bytes: Span<UInt8>, of file: BundleFile, wanted: String
    ) throws(BundleError) {
        let found = SHA256.hexDigest(bytes)
        guard found == wanted else { throw .digest(file, found: found, wanted: wanted) }
    }
}
