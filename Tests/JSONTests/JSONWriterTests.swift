import JSON
import TestSupport
import Testing

@Suite struct JSONWriterTests {
    @Test func `an answer is written without white space, in the order of the calls`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("id")
        writer.string("7590")
        writer.name("list" as StaticString)
        writer.beginArray()
        writer.number(1)
        writer.number(-2.5)
        writer.bool(true)
        writer.bool(false)
        writer.null()
        writer.beginArray()
        writer.endArray()
        writer.beginObject()
        writer.endObject()
        writer.endArray()
        let name = Array("p\"".utf8)
        writer.name(name.span)
        writer.number(0.81234, decimals: 4)
        writer.name("raw")
        let raw = Array("[1, 2]".utf8)
        writer.raw(raw.span)
        writer.name("last")
        writer.string("x" as StaticString)
        writer.endObject()
        #expect(
            String(decoding: writer.finish(), as: UTF8.self)
                == #"{"id":"7590","list":[1,-2.5,true,false,null,[],{}],"p\"":0.8123,"raw":[1, 2],"#
                + #""last":"x"}"#)
    }

    @Test func `lines are separated by newlines alone`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.endObject()
        writer.newline()
        writer.number(1)
        writer.newline()
        writer.string("a")
        writer.newline()
        #expect(String(decoding: writer.finish(), as: UTF8.self) == "{}\n1\n\"a\"\n")
    }

    @Test func `a writer can go on after bytes that are there`() {
        var writer = JSONWriter(appendingTo: Array("data: ".utf8))
        writer.beginArray()
        writer.null()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "data: [null")
        writer.endArray()
        #expect(String(decoding: writer.finish(), as: UTF8.self) == "data: [null]")
    }

    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    @Test(arguments: [
        ("", "\"\""), ("abc", "\"abc\""), ("\"", "\"\\\"\""), ("\\", "\"\\\\\""), ("/", "\"/\""),
        ("\u{8}\t\n\u{C}\r", "\"\\b\\t\\n\\f\\r\""), ("\u{0}", "\"\\u0000\""),
        ("\u{B}\u{1F}\u{10}", "\"\\u000b\\u001f\\u0010\""), ("\u{7F}\u{80}", "\"\u{7F}\u{80}\""),
        ("é日😀\u{2028}", "\"é日😀\u{2028}\""),
        ("0123456789\"0123456789é\"", "\"0123456789\\\"0123456789é\\\"\""),
    ])
    func `a string is escaped where it must be and nowhere else`(text: String, json: String) {
        #expect(written { $0.string(text) } == json)
        let bytes = Array(text.utf8)
        #expect(written { $0.string(bytes.span) } == json)
        #expect(
            written { writer in
                writer.beginObject()
                writer.name(text)
                writer.null()
                writer.endObject()
            } == "{\(json):null}")
    }

    @Test(
        arguments: [
            ([0xFF], "\u{FFFD}"), ([0x61, 0x80, 0x62], "a\u{FFFD}b"), ([0xC3], "\u{FFFD}"),
            ([0xE2, 0x82], "\u{FFFD}\u{FFFD}"), ([0xE2, 0x82, 0xAC], "€"),
            ([0xC0, 0xAF, 0x22], "\u{FFFD}\u{FFFD}\\\""),
            ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
        ] as [([UInt8], String)])
    func `bytes that are not UTF-8 are replaced`(bytes: [UInt8], content: String) {
        #expect(written { $0.string(bytes.span) } == "\"\(content)\"")
    }

    private static let doubles: [(Double, String)] = [
        (0.0, "0"), (-0.0, "-0"), (1, "1"), (-12, "-12"), (0.1, "0.1"), (29.85, "29.85"),
        (100, "100"),
        (1e16, "1e+16"), (1e-5, "1e-05"), (.leastNonzeroMagnitude, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (0.30000000000000004, "0.30000000000000004"), (10.0e10, "100000000000"),
    ]

    @Test(arguments: doubles)
    func `a Double is written with the fewest digits that give it back`(value: Double, json: String)
        throws
    {
        #expect(written { $0.number(value) } == json)
        #expect(try number(json).value.bitPattern == value.bitPattern)
    }

    private static let floats: [(Float, String)] = [
        (0.1, "0.1"), (1, "1"), (16_777_216, "16777216"), (0.3, "0.3"),
        (.leastNonzeroMagnitude, "1e-45"),
        (3.4028235e38, "3.4028235e+38"), (-0.0, "-0"),
    ]

    @Test(arguments: floats)
    func `a Float is written with the fewest digits that give it back`(value: Float, json: String)
        throws
    {
        #expect(written { $0.number(value) } == json)
        #expect(Float(try number(json).value).bitPattern == value.bitPattern)
    }

    @Test(arguments: [Int.min, -1, 0, 7, Int.max])
    func `an Int is written in full`(value: Int) {
        #expect(written { $0.number(value) } == String(value))
    }

    @Test func `what is written is read back the same`() throws {
        var generator = SplitMix64(seed: 0x5EED_0004)
        for _ in 0..<2_000 {
            let value = randomValue(depth: 5, using: &generator)
            var writer = JSONWriter()
            writer.value(value)
            let bytes = writer.finish()
            let readBack = try JSONValue(parsing: bytes.span)
            guard readBack == value else {
                Issue.record("\(String(decoding: bytes, as: UTF8.self))")
                return
            }
            var again = JSONWriter()
            again.value(readBack)
            #expect(again.finish() == bytes)
        }
    }

    private func randomValue(depth: Int, using generator: inout SplitMix64) -> JSONValue {
        switch Int.random(in: depth > 0 ? 0...6 : 2...6, using: &generator) {
        case 0:
            var members: [(name: String, value: JSONValue)] = []
            for index in 0..<Int.random(in: 0...6, using: &generator) {
                let name = "\(index)" + randomText(using: &generator)
                members.append((name, randomValue(depth: depth - 1, using: &generator)))
            }
            return .object(JSONObject(members: members))
        case 1:
            let count = Int.random(in: 0...6, using: &generator)
            return .array((0..<count).map { _ in randomValue(depth: depth - 1, using: &generator) })
        case 2: return .string(randomText(using: &generator))
        case 3: return .number(Double(Int.random(in: -1000...1000, using: &generator)) / 100)
        case 4:
            let value = Double(bitPattern: generator.next())
            return .number(value.isFinite ? value : 0)
        case 5: return .bool(Bool.random(using: &generator))
        default: return .null
        }
    }

    private func randomText(using generator: inout SplitMix64) -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0...0x7F, 0x20...0x7E, 0x80...0xD7FF, 0x1F600...0x1F64F,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &generator) {
            let range = ranges[Int.random(in: 0..<ranges.count, using: &generator)]
            let code = UInt32.random(in: range, using: &generator)
            if let scalar = Unicode.Scalar(code) { text.append(scalar) }
        }
        return String(text)
    }
}
