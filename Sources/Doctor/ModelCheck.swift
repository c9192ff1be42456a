internal import Bundle
internal import ModelRegistry
internal import Models

/// Whether churnd would serve the model, found by doing what it does at its start.
package enum ModelCheck {
    private static let subject = "model"

    /// - Parameter path: the directory of a model with its file `active`, or of one bundle.
    package static func examine(_ path: String) -> DoctorFinding {
        let directory = ModelDirectory(path: path)
        do throws(RegistryError) {
            let bundle: ModelBundle
            let choice: String
            if directory.isPinned {
                bundle = try pinned(path)
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
                    + "sha256 \(bundle.sha256)" + (remark.map { "; \($0)" } ?? ""))
        } catch {
            return DoctorFinding(.failure, subject, "\(path) refused: \(error)")
        }
    }

    private static func pinned(_ path: String) throws(RegistryError) -> ModelBundle {
        do throws(BundleError) {
            return try ModelBundle(directory: path)
        } catch {
            throw .bundle(version: nil, error)
        }
    }
}
