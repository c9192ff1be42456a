import Reports
import Testing

struct HTMLWriterTests {
    private func written(_ write: (inout HTMLWriter) -> Void) -> String {
        var html = HTMLWriter()
        write(&html)
        return String(decoding: html.finish(), as: UTF8.self)
    }

    @Test(arguments: [
        ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"), ("a\nb\tc", "a b c"),
        ("\u{0}\u{1F}\u{7F}\u{9F}", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        // U+202E would turn the rest of the line round.
        ("\u{202E}x\u{2066}", "\u{FFFD}x\u{FFFD}"), ("größe 価格 %", "größe 価格 %"),
    ])
    func `a text cannot become markup`(_ text: String, _ wanted: String) {
        #expect(written { $0.text(text) } == wanted)
        #expect(written { $0.element("p", text: text) } == "<p>\(wanted)</p>")
        #expect(written { $0.shape("g", [("x", text)]) } == "<g x=\"\(wanted)\"/>")
    }

    @Test func `elements nest`() {
        let html = written { html in
            html.element("ul", [("id", "a"), ("class", "b")]) { html in
                html.element("li", text: "1")
                html.element("li") { $0.markup("<br>") }
            }
        }
        #expect(html == "<ul id=\"a\" class=\"b\"><li>1</li><li><br></li></ul>")
    }
}
