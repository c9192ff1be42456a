package import Deployment

/// What asked for another model.
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
    package let active: DeployedModel
    /// What served until then; nil when nothing changed, since just this bundle serves already.
    package let previous: DeployedModel?
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

/// What became of the model, for the log, the audit log, and the metrics.
package enum ModelEvent: Equatable, Sendable {
    /// Another bundle is active, on every event loop.
    ///
    /// - Parameter isRecorded: whether a witness has recorded it before.
    case activated(ModelChange, isRecorded: Bool)
    case rolledBack(ModelChange, isRecorded: Bool)
    /// What was asked for is active already.
    case unchanged(ModelChange)
    case refused(ModelRefusal)
}

/// Which versions exist and which one is active.
package struct ModelListing: Equatable, Sendable {
    package let active: DeployedModel
    /// Where a rollback leads to.
    package let previous: String?
    package let isPinned: Bool
    /// From the lowest number to the highest; at most `ModelRegistry.listedVersionsMax`.
    package let versions: [String]
    /// How many versions exist, also those that are not listed.
    package let total: Int
    /// Why what `active` names on disk does not serve; nil when it does.
    package let refusal: ModelRefusal?
}
