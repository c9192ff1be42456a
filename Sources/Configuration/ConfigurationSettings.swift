internal import OpenSSL
package import OperationsAPI
internal import POSIX

/// The value of each key that has one, and where it comes from.
package struct ConfigurationSettings: Sendable {
    private struct Setting {
        let value: ConfigurationValue
        let place: ConfigurationPlace
    }

    var warnings: [ConfigurationWarning] = []
    /// The file of keys, where one was read.
    var filePath: String?
    private var settings: [String: Setting] = [:]

    /// Takes `bytes` as the key's value; it overrules an earlier one.
    mutating func set(
        _ key: ConfigurationKey, to bytes: [UInt8], at place: ConfigurationPlace
    ) throws(ConfigurationError) {
        let stray = StrayBytes(around: bytes.span)
        let value: ConfigurationValue
        do throws(UnacceptableValue) {
            value = try key.kind.value(of: bytes)
        } catch {
            let remark = stray == .quotes && !key.isSecret ? ", without quotes" : ""
            throw .unacceptable(
                at: place, key: key.name, found: error.found, wanted: error.wanted + remark)
        }
        settings[key.name] = Setting(value: value, place: place)
        if let stray { warnings.append(.strayBytes(at: place, key: key.name, stray)) }
    }

    /// Takes a secret, of which no copy is made where the key is one.
    mutating func set(
        _ key: ConfigurationKey, to secret: Secret, at place: ConfigurationPlace
    ) throws(ConfigurationError) {
        guard case .secret = key.kind else {
            var bytes = secret.bytes
            defer { SecretBytes.wipe(&bytes) }
            return try set(key, to: bytes, at: place)
        }
        do throws(UnacceptableValue) {
            try key.kind.checkLength(of: secret)
        } catch {
            throw .unacceptable(at: place, key: key.name, found: error.found, wanted: error.wanted)
        }
        settings[key.name] = Setting(value: .secret(secret), place: place)
        if let stray = secret.withBytes({ StrayBytes(around: $0) }) {
            warnings.append(.strayBytes(at: place, key: key.name, stray))
        }
    }

    /// The value, nil when the key has none.
    func value(_ key: ConfigurationKey) -> ConfigurationValue? { settings[key.name]?.value }

    /// Where the value comes from; `standard` when the key has none.
    package func place(_ key: ConfigurationKey) -> ConfigurationPlace {
        settings[key.name]?.place ?? .standard
    }

    package func integer(_ key: ConfigurationKey) -> Int {
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

    package func operations(_ key: ConfigurationKey) -> OperationsAddress? {
        guard case .operations(let address) = value(key) else { wrongKind(key) }
        return address
    }

    func eventLoops(_ key: ConfigurationKey) -> EventLoops {
        guard case .eventLoops(let loops) = value(key) else { wrongKind(key) }
        return loops
    }

    func toggle(_ key: ConfigurationKey) -> Bool {
        guard case .toggle(let isOn) = value(key) else { wrongKind(key) }
        return isOn
    }

    /// Empty where the key is not set.
    func networks(_ key: ConfigurationKey) -> [Network] {
        switch value(key) {
        case .networks(let networks): networks
        case nil: []
        case .integer, .eventLoops, .duration, .toggle, .text, .secret, .redis, .operations:
            wrongKind(key)
        }
    }

    package func text(_ key: ConfigurationKey) -> String {
        guard let text = optionalText(key) else { wrongKind(key) }
        return text
    }

    package func optionalText(_ key: ConfigurationKey) -> String? {
        switch value(key) {
        case .text(let text): text
        case nil: nil
        case .integer, .eventLoops, .duration, .toggle, .networks, .secret, .redis, .operations:
            wrongKind(key)
        }
    }

    private func wrongKind(_ key: ConfigurationKey) -> Never {
        preconditionFailure("\(key.name) is read as another kind than its table entry has")
    }
}
