internal import Bytes

/// A key and its value from the command line.
package struct ConfigurationFlag: Equatable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Reads `--key value` and `--key=value`; a value that begins with two hyphens needs the second
    /// form. Names are looked up by `ConfigurationSources`.
    package static func parse(
        _ arguments: [String]
    ) throws(ConfigurationError) -> [ConfigurationFlag] {
        var flags: [ConfigurationFlag] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.utf8.starts(with: "--".utf8), argument.utf8.count > 2 else {
                throw .strayArgument(ShownText.quoted(argument.utf8))
            }
            let body = argument.utf8.dropFirst(2)
            if let equals = body.firstIndex(of: UInt8(ascii: "=")) {
                flags.append(
                    ConfigurationFlag(
                        name: String(decoding: body[..<equals], as: UTF8.self),
                        value: String(decoding: body[equals...].dropFirst(), as: UTF8.self)))
                continue
            }
            let name = String(decoding: body, as: UTF8.self)
            guard let value = rest.first, !value.utf8.starts(with: "--".utf8) else {
                guard let key = ConfigurationTable.key(named: name) else {
                    throw ConfigurationSources.unknownFlag(name)
                }
                throw .flagWithoutValue(key: name, wanted: key.kind.wanted)
            }
            rest.removeFirst()
            flags.append(ConfigurationFlag(name: name, value: value))
        }
        return flags
    }
}
