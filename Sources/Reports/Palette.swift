/// The colours of the report, for light and for dark. Texts and marks keep a contrast of 4.5 and 3
/// against what they stand on (WCAG 2.1, 1.4.3 and 1.4.11).
package enum Palette {
    package struct Colour: Sendable {
        /// The CSS variable's name, without the dashes in front.
        package let name: String
        package let light: UInt32
        package let dark: UInt32
    }

    package static let page = Colour(name: "page", light: 0xFFFFFF, dark: 0x15191E)
    package static let panel = Colour(name: "panel", light: 0xF4F6F8, dark: 0x1E242B)
    package static let text = Colour(name: "text", light: 0x1A222C, dark: 0xE8ECF1)
    package static let muted = Colour(name: "muted", light: 0x505B69, dark: 0xA9B4C2)
    package static let link = Colour(name: "link", light: 0x1A56A0, dark: 0x86BDFF)
    /// What lowers the risk, and the first line of a chart.
    package static let first = Colour(name: "first", light: 0x2166AC, dark: 0x74B3FF)
    /// What raises the risk, and the second line.
    package static let second = Colour(name: "second", light: 0xBA4A0A, dark: 0xFFA45C)
    package static let third = Colour(name: "third", light: 0x2C7A46, dark: 0x7BD08F)
    /// Bars that say how many rows there are.
    package static let rows = Colour(name: "rows", light: 0x7C8896, dark: 0x7A8796)
    /// Lines that only divide; nothing is read from them.
    package static let line = Colour(name: "line", light: 0xD5DBE2, dark: 0x38424D)

    package static let all = [page, panel, text, muted, link, first, second, third, rows, line]

    package static var lightVariables: String { all.map { variable($0.name, $0.light) }.joined() }

    package static var darkVariables: String { all.map { variable($0.name, $0.dark) }.joined() }

    private static func variable(_ name: String, _ colour: UInt32) -> String {
        let digits = String(colour, radix: 16)
        return "--\(name):#\(String(repeating: "0", count: 6 - digits.count))\(digits);"
    }
}
