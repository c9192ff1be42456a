package import Bundle
package import Models

/// What the process serves with.
package struct Deployment: Sendable {
    /// The model whose predictions are the answers.
    package let primary: ModelBundle

    package init(primary: ModelBundle) { self.primary = primary }

    package var model: DeployedModel { DeployedModel(primary) }
}

/// Which model it is.
package struct DeployedModel: Equatable, Sendable {
    package let name: String
    package let version: String
    /// Of the bundle's manifest, which holds those of its other files.
    package let sha256: String
    package let thresholds: Thresholds
    /// What in its manifest does not agree; nil where nothing is known.
    package let remark: String?

    package init(_ bundle: ModelBundle) {
        name = bundle.name
        version = bundle.version
        sha256 = bundle.sha256
        thresholds = bundle.thresholds
        remark = bundle.manifest.remark
    }

    /// For example `telco-churn/1`.
    package var fullName: String { "\(name)/\(version)" }
}
