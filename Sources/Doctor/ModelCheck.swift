package import Bundle
internal import ModelRegistry
internal import Models

/// Whether churnd would serve the model, found by doing what it does at its start.
package enum ModelCheck {
    private static let subject = "model"

    /// - Parameters:
    ///   - path: the directory of a model with its file `active`, or of one bundle.
    ///   - signers: one of whom must have signed it; nil where any bundle is accepted.
    package static func examine(_ path: String, signers: ModelSigners? = nil) -> DoctorFinding {
        let directory = ModelDirectory(path: path, signers: signers)
        do throws(RegistryError) {
            let bundle: ModelBundle
            let choice: String
            if directory.isPinned {
                bundle = try directory.loadPinned()
                choice = "the only one of \(path)"
            } else {
                bundle = try directory.loadActive()
                let count = try directory.versions().count
                choice = "active of \(count) in \(path)"
            }
            let remark = bundle.manifest.remark
            return DoctorFinding(
                remark == nil ? .good : .warning, subject,
                "\(bundle.fullName), \(choice), \(bundle.goldenRowCount) golden rows reproduced, "
                    + "sha256 \(bundle.sha256)" + (bundle.signer.map { ", signed by \($0)" } ?? "")
                    + (remark.map { "; \($0)" } ?? ""))
        } catch {
            return DoctorFinding(.failure, subject, "\(path) refused: \(error)")
        }
    }
}
