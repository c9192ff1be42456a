/// Estimates how wide a text is drawn, for no font is at hand.
package enum TextWidth {
    private static let narrow = " !'(),-./:;I[]fijlrt|".unicodeScalars
    private static let wide = "%@MWmw".unicodeScalars

    /// In pixels, at the size of the charts' texts; rather too much than too little.
    package static func of(_ text: some StringProtocol) -> Double {
        text.unicodeScalars.reduce(0) { width, scalar in
            switch scalar.value {
            case 0x20...0x7E:
                width + (narrow.contains(scalar) ? 5 : wide.contains(scalar) ? 12 : 8)
            case 0...0x04FF: width + 8.5
            default: width + 13
            }
        }
    }

    /// The text, or as much of it as fits with an ellipsis.
    package static func cut(_ text: String, to width: Double) -> String {
        if of(text) <= width { return text }
        var kept = text.startIndex
        var used = of("\u{2026}")
        for index in text.indices {
            used += of(String(text[index]))
            if used > width { break }
            kept = text.index(after: index)
        }
        return text[..<kept] + "\u{2026}"
    }
}
