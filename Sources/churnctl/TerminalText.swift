/// Text that somebody else has chosen, made fit for a terminal.
enum TerminalText {
    /// The text with everything spelled out that could command a terminal or turn the direction of
    /// writing.
    static func plain(_ text: String) -> String {
        var plain = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                plain += "\\u{\(String(scalar.value, radix: 16))}"
            case _: plain.unicodeScalars.append(scalar)
            }
        }
        return plain
    }

    /// `1 record`, `2 records`.
    static func counted(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }
}
