internal import Bytes
internal import OperationsAPI
internal import POSIX
internal import Redis

/// A configuration as a file that configures the same, with a comment on where each value comes
/// from. No secret is in it.
package enum ConfigurationPrinter {
    /// Throws what would keep the service from starting, as far as that is the configuration.
    package static func text(
        _ sources: ConfigurationSources, isDevelopment: Bool
    ) throws(ConfigurationError) -> String {
        let configuration = try ServiceConfiguration.load(sources, isDevelopment: isDevelopment)
        let settings = try sources.settings()
        var lines = ["# churnd \(Release.version)"]
        for warning in configuration.warnings {
            lines.append(comment("warning: \(warning)"))
        }
        for weak in configuration.weakSettings {
            lines.append(comment("weak setting: \(weak)"))
        }
        for key in ConfigurationTable.keys {
            lines.append("")
            if isDevelopment && key.name == ConfigurationKey.store.name {
                lines += [comment("--dev"), "\(key.name) = memory"]
                continue
            }
            lines += entry(key, settings.value(key), settings.place(key))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What a file's reader cuts from both ends of a value.
    private static let space = UInt8(ascii: " ")

    private static func entry(
        _ key: ConfigurationKey, _ value: ConfigurationValue?, _ place: ConfigurationPlace
    ) -> [String] {
        guard let value else { return ["# \(key.name) ="] }
        switch value {
        case .secret: return [comment("\(key.name) is set (\(place)), not shown")]
        case .redis(let endpoint) where endpoint.password != nil:
            // A line without the password would configure something else.
            return [
                comment("\(key.name) is set (\(place)), shown without user and password"),
                "# \(key.name) = \(endpoint)",
            ]
        case .text(let text) where key.name == ConfigurationKey.tokenKeySet.name:
            guard KeySetSource.isURL(text), let query = text.firstIndex(of: "?") else { break }
            // Some issuers know their clients by it.
            return [
                comment("\(key.name) is set (\(place)), shown without its query"),
                comment("\(key.name) = \(text[..<query])"),
            ]
        case .integer, .eventLoops, .duration, .toggle, .text, .networks, .redis, .operations: break
        }
        let text = text(of: value, as: key.kind)
        guard text.utf8.first != space, text.utf8.last != space else {
            let shown = ShownText.quoted(text.utf8)
            return [comment("\(key.name) is \(shown) (\(place)), which no file can hold")]
        }
        return [comment("\(place)"), "\(key.name) = \(text)"]
    }

    /// One line; paths may hold anything.
    private static func comment(_ text: String) -> String {
        var line = "# "
        for scalar in text.unicodeScalars {
            line += isControlScalar(scalar) ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return line
    }

    private static func isControlScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value
    }

    /// As the file spells it.
    private static func text(of value: ConfigurationValue, as kind: ConfigurationKind) -> String {
        switch value {
        case .integer(let number):
            guard kind == .fileMode else { return "\(number)" }
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
        case .eventLoops(let loops): return loops.description
        case .duration(let duration): return text(of: duration, in: kind.unit)
        case .toggle(let isOn): return isOn ? "on" : "off"
        case .text(let text): return text
        case .redis(let endpoint): return endpoint.description
        case .operations(let address): return address?.description ?? "off"
        case .networks(let networks):
            return networks.map(\.description).joined(separator: " ")
        case .secret: preconditionFailure("a secret is not shown")
        }
    }

    /// A decimal number without trailing zeros.
    private static func text(of duration: Duration, in unit: ConfigurationUnit) -> String {
        let thousandths = duration.nanoseconds / (unit == .milliseconds ? 1000 : 1_000_000)
        var digits = "\(1000 + thousandths % 1000)".dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(thousandths / 1000)" + (digits.isEmpty ? "" : ".\(digits)")
    }
}
