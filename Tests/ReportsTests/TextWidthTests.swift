import Reports
import Testing

struct TextWidthTests {
    @Test func `a text that fits is left as it is`() {
        let width = TextWidth.of("Electronic check")
        #expect(TextWidth.cut("Electronic check", to: width) == "Electronic check")
        #expect(TextWidth.cut("", to: 0) == "")
    }

    @Test func `a longer one is cut to fit, with an ellipsis`() {
        let text = "Bank transfer (automatic)"
        for width in stride(from: 14.0, to: TextWidth.of(text), by: 5) {
            let cut = TextWidth.cut(text, to: width)
            #expect(cut.last == "\u{2026}")
            #expect(TextWidth.of(cut) <= width)
            #expect(text.hasPrefix(cut.dropLast()))
        }
    }

    @Test func `wide characters count as wide, and are not cut through`() {
        #expect(TextWidth.of("価格") > TextWidth.of("ab"))
        #expect(TextWidth.of("WWW") > TextWidth.of("iii"))
        #expect(TextWidth.cut("e\u{301}e\u{301}e\u{301}", to: 40) == "e\u{301}\u{2026}")
    }
}
