internal import OperationsClient

/// The value of each key that has one, and where it comes from.
struct ConfigurationSettings: Sendable {
    private struct Setting {
        let value: ConfigurationValue
        let place: ConfigurationPlace
    }

    var warnings: [ConfigurationWarning] = []
    private var settings: [String: Setting] = [:]

    /// Takes `bytes` as the key's value; it overrules an earlier one.
    mutating func set(
        _ key: ConfigurationKey, to bytes: [UInt8], at place: ConfigurationPlace
    ) throws(ConfigurationError) {
        do throws(UnacceptableValue) {
            settings[key.name] = Setting(value: try key.kind.value(of: bytes), place: place)
        } catch {
            throw .unacceptable(at: place, key: key.name, found: error.found, wanted: error.wanted)
        }
    }

    /// The value, nil when the key has none.
    func value(_ key: ConfigurationKey) -> ConfigurationValue? { settings[key.name]?.value }

    /// Where the value comes from; `standard` when the key has none.
    func place(_ key: ConfigurationKey) -> ConfigurationPlace {
        settings[key.name]?.place ?? .standard
    }

    func integer(_ key: ConfigurationKey) -> Int {
        guard case .integer(let number) = value(key) else { wrongKind(key) }
        return number
    }

    func duration(_ key: ConfigurationKey) -> Duration {
        guard case .duration(let duration) = value(key) else { wrongKind(key) }
        return duration
    }

    /// Nil where the value is zero, which says that something is not wanted.
    func durationUnlessZero(_ key: ConfigurationKey) -> Duration? {
        let duration = duration(key)
        return duration == .zero ? nil : duration
    }

    func operations(_ key: ConfigurationKey) -> OperationsAddress? {
        guard case .operations(let address) = value(key) else { wrongKind(key) }
        return address
    }

    func toggle(_ key: ConfigurationKey) -> Bool {
        guard case .toggle(let isOn) = value(key) else { wrongKind(key) }
        return isOn
    }

    func text(_ key: ConfigurationKey) -> String {
        guard let text = optionalText(key) else { wrongKind(key) }
        return text
    }

    func optionalText(_ key: ConfigurationKey) -> String? {
        switch value(key) {
        case .text(let text): text
        case nil: nil
        case .integer, .cores, .duration, .toggle, .secret, .redis, .operations: wrongKind(key)
        }
    }

    private func wrongKind(_ key: ConfigurationKey) -> Never {
        preconditionFailure("\(key.name) is read as another kind than its table entry has")
    }
}
