import HTTP
import Testing

struct TraceContextTests {
    private static let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private func parse(_ text: String) -> TraceContext? {
        let bytes = Array(text.utf8)
        return TraceContext(parsing: bytes.span)
    }

    private func text(_ bytes: Span<UInt8>) -> String {
        String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }

    private func text(_ context: TraceContext) -> String {
        text(context.bytes)
    }

    @Test func `a field is read and written as it stands`() throws {
        let context = try #require(parse(Self.valid))
        #expect(text(context.traceID) == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(text(context.spanID) == "00f067aa0ba902b7")
        #expect(text(context) == Self.valid)
    }

    @Test(arguments: [
        // Of a later version what is known is read, and flags that are not known are dropped.
        ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-else", true),
        ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff", true),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false),
        ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
        ("00-00000000000000000000000000000001-00f067aa0ba902b7-01", true),
        ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x", false),
        ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.x", false),
        ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-011", false),
        ("00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", false),
        ("0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
        ("", false), (" ", false),
    ])
    func `a field of another form is not taken`(field: String, isTaken: Bool) {
        #expect((parse(field) != nil) == isTaken)
        guard let context = parse(field) else { return }
        let isSampled = ["1", "f"].contains(field.prefix(55).last)
        let middle = field.prefix(55).dropFirst(2).dropLast(2)
        #expect(text(context) == "00" + middle + (isSampled ? "01" : "00"))
    }

    @Test func `every proper prefix of a field is refused`() {
        for count in 0..<Self.valid.utf8.count {
            #expect(parse(String(Self.valid.prefix(count))) == nil)
        }
    }

    @Test func `a trace is continued under its own id and with another part's`() throws {
        var source = TraceIDSource(seed: 7)
        let caller = try #require(parse(Self.valid))
        let context = source.context(continuing: caller)
        #expect(text(context.traceID) == text(caller.traceID))
        #expect(text(context).suffix(3) == "-01")
        #expect(text(context.spanID) != text(caller.spanID))
    }

    @Test func `what begins a trace is never the same twice and never zero`() {
        var source = TraceIDSource(seed: 0)
        var seen: Set<String> = []
        for _ in 0..<10_000 {
            let context = source.context(continuing: nil)
            #expect(parse(text(context)) == context)
            #expect(text(context).suffix(3) == "-00")
            seen.insert(text(context.traceID))
            seen.insert(text(context.spanID))
        }
        #expect(seen.count == 20_000)
    }
}
