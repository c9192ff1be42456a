/// Appends HTML, and SVG inside it, to an array of bytes. Names of elements and attributes come
/// from the program; texts and values of attributes may come from anywhere and are escaped.
package struct HTMLWriter: ~Copyable {
    package typealias Attributes = [(name: StaticString, value: String)]

    private var bytes: [UInt8] = []

    package init() { bytes.reserveCapacity(1 << 17) }

    package consuming func finish() -> [UInt8] { bytes }

    /// Markup of the program's own.
    package mutating func markup(_ text: StaticString) {
        bytes.append(contentsOf: text.description.utf8)
    }

    /// A style sheet, in which nothing is escaped: it is the program's own too.
    package mutating func sheet(_ text: String) { bytes.append(contentsOf: text.utf8) }

    package mutating func text(_ text: String) {
        for scalar in text.unicodeScalars { append(scalar) }
    }

    /// An element with what `content` writes.
    package mutating func element(
        _ name: StaticString, _ attributes: Attributes = [],
        _ content: (inout HTMLWriter) -> Void
    ) {
        begin(name, attributes)
        markup(">")
        content(&self)
        end(name)
    }

    /// An element that holds a text.
    package mutating func element(
        _ name: StaticString, _ attributes: Attributes = [], text: String
    ) {
        begin(name, attributes)
        markup(">")
        self.text(text)
        end(name)
    }

    /// A list of texts; nothing when there are none.
    package mutating func list(_ texts: [String]) {
        guard !texts.isEmpty else { return }
        element("ul") { html in
            for text in texts { html.element("li", text: text) }
        }
    }

    /// An element of SVG without content.
    package mutating func shape(_ name: StaticString, _ attributes: Attributes) {
        begin(name, attributes)
        markup("/>")
    }

    private mutating func begin(_ name: StaticString, _ attributes: Attributes) {
        markup("<")
        markup(name)
        for (name, value) in attributes {
            markup(" ")
            markup(name)
            markup("=\"")
            text(value)
            markup("\"")
        }
    }

    private mutating func end(_ name: StaticString) {
        markup("</")
        markup(name)
        markup(">")
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "&": markup("&amp;")
        case "<": markup("&lt;")
        case ">": markup("&gt;")
        case "\"": markup("&quot;")
        case "'": markup("&#39;")
        case "\n", "\t": bytes.append(UInt8(ascii: " "))
        default:
            // HTML §13.2.3.5: controls are parse errors; those that turn the direction of writing
            // could make a name look like another.
            let shown = HTMLWriter.isControl(scalar) ? "\u{FFFD}" : scalar
            bytes.append(contentsOf: String(shown).utf8)
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
