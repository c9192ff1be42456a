internal import Bundle
package import Models

/// Which model it is.
package struct ModelFacts: Equatable, Sendable {
    package let name: String
    package let version: String
    /// Of the bundle's manifest, which holds those of its other files.
    package let sha256: String
    package let thresholds: Thresholds
    /// What in its manifest does not agree; nil if nothing is known to.
    package let remark: String?

    init(_ bundle: ModelBundle) {
        name = bundle.name
        version = bundle.version
        sha256 = bundle.sha256
        thresholds = bundle.thresholds
        remark = bundle.manifest.remark
    }

    /// For example `telco-churn/1`.
    package var fullName: String { "\(name)/\(version)" }
}

/// Who wanted another model.
package enum ModelTrigger: String, Sendable {
    case activation
    case rollback
    /// SIGHUP.
    case reload
    /// Another program has changed the file `active`.
    case watch
}

/// What a request came to that was not refused.
package struct ModelChange: Equatable, Sendable {
    package let active: ModelFacts
    /// What served until then; nil when nothing changed, since just this bundle serves already.
    package let previous: ModelFacts?
    package let trigger: ModelTrigger

    package var isChanged: Bool { previous != nil }
}

/// Has a change recorded before `active` names another version. Both are called on the registry's
/// queue.
package struct ModelWitness: Sendable {
    /// Whether it is recorded; where it is not, nothing is changed. May wait for the disk.
    let record: @Sendable (ModelChange) -> Bool
    /// What was recorded was not done after all.
    let takeBack: @Sendable (ModelChange) -> Void

    package init(
        record: @escaping @Sendable (ModelChange) -> Bool,
        takeBack: @escaping @Sendable (ModelChange) -> Void
    ) {
        self.record = record
        self.takeBack = takeBack
    }
}

/// A model that was not taken.
package struct ModelRefusal: Equatable, Sendable {
    /// The version that was asked for; nil where it is unknown.
    package let version: String?
    package let error: RegistryError
    package let trigger: ModelTrigger
    /// Milliseconds since 1970.
    package let unixMilliseconds: Int64
}

/// What a log should say.
package enum ModelEvent: Equatable, Sendable {
    /// Another bundle serves, on every reactor.
    case activated(ModelChange)
    case refused(ModelRefusal)
}

/// What lies in the model's directory and what serves.
package struct ModelListing: Equatable, Sendable {
    package enum VersionState: String, Sendable {
        case active
        case previous
        case available
    }

    package struct Version: Equatable, Sendable {
        package let name: String
        package let state: VersionState
    }

    package let active: ModelFacts
    /// Where a rollback leads to.
    package let previous: String?
    package let isPinned: Bool
    /// From the lowest number to the highest; at most `ModelRegistry.listedVersionsMax`.
    package let versions: [Version]
    /// How many versions exist, also those that are not listed.
    package let total: Int
    /// Why what `active` names on disk does not serve; nil when it does.
    package let refusal: ModelRefusal?
}
