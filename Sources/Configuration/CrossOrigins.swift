internal import Bytes

/// `cors.*`: what pages of other origins may do.
extension ConfigurationKey {
    package static let crossOrigins = ConfigurationKey(
        "cors.origins", .origins(countMax: 32), default: nil,
        meaning: "Origins whose pages may call the service's listener, as `https://app.example "
            + "http://localhost:3000`; `*`: those of any origin. Never with credentials of the "
            + "browser: the page itself has to send the token. Not set: no page of another origin "
            + "may.")
}

extension ConfigurationSettings {
    /// Empty where no page may.
    var crossOrigins: [String] {
        optionalText(.crossOrigins).map { $0.split(separator: " ").map(String.init) } ?? []
    }
}

/// An origin as browsers spell it in the field Origin (RFC 6454 §6.2). Any other spelling would
/// never be equal to one.
enum OriginSyntax {
    /// Whether a text is some origins with a space between each two, or `*` alone.
    static func accepts(_ text: String, countMax: Int) -> Bool {
        if text == "*" { return true }
        let origins = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        return origins.count <= countMax && Set(origins).count == origins.count
            && origins.allSatisfy(isOrigin)
    }

    private static func isOrigin(_ text: String) -> Bool {
        for (scheme, standardPort) in [("https://", 443), ("http://", 80)]
        where text.hasPrefix(scheme) {
            return isAuthority(text.dropFirst(scheme.count), standardPort: standardPort)
        }
        return false
    }

    /// A host in lower case, with a port if that is not the scheme's own.
    private static func isAuthority(_ text: Substring, standardPort: Int) -> Bool {
        var host = text
        if let colon = text.lastIndex(of: ":"), text.last != "]" {
            host = text[..<colon]
            let digits = text[text.index(after: colon)...]
            guard let port = Int(decimal: Array(digits.utf8)), 1...65_535 ~= port,
                port != standardPort, digits.first != "0"
            else { return false }
        }
        if host.first == "[", host.last == "]" {
            let address = host.dropFirst().dropLast()
            return address.utf8.count <= 45 && address.utf8.contains(UInt8(ascii: ":"))
                && address.utf8.allSatisfy { isLowerHexadecimal($0) || $0 == UInt8(ascii: ":") }
        }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return host.utf8.count <= ConfigurationLimits.hostBytesMax
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy(isLabelByte)
            }
    }

    private static func isLowerHexadecimal(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || byte == ASCII.dash || byte == UInt8(ascii: "_")
    }
}
