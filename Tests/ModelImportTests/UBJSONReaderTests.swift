import Bytes
import JSON
import ModelImport
import Testing

struct UBJSONReaderTests {
    private func json(_ bytes: [UInt8], bytesMax: Int = 1 << 20) throws(UBJSONError) -> String {
        String(decoding: try UBJSONReader.json(bytes.span, bytesMax: bytesMax), as: UTF8.self)
    }

    /// Characters stand for their ASCII, numbers for themselves.
    private func bytes(_ parts: Any...) -> [UInt8] {
        parts.flatMap { part -> [UInt8] in
            if let text = part as? String { return Array(text.utf8) }
            return [UInt8(truncatingIfNeeded: part as? Int ?? 0)]
        }
    }

    private func zeros(_ count: Int) -> String { String(repeating: "\0", count: count) }

    @Test func `each type becomes its JSON`() throws {
        let cases: [([UInt8], String)] = [
            (bytes("{}"), "{}"), (bytes("[]"), "[]"), (bytes("[TFZ]"), "[true,false,null]"),
            (bytes("i", -61), "-61"), (bytes("U", 195), "195"), (bytes("I", 255, 254), "-2"),
            (bytes("l", zeros(2), 1, 0), "256"), (bytes("L", zeros(7), 7), "7"),
            (bytes("SU", 2, "ab"), "\"ab\""), (bytes("{i", 1, "aT}"), "{\"a\":true}"),
            (bytes("[$U#U", 2, 1, 2), "[1,2]"), (bytes("[#i", 2, "T[]"), "[true,[]]"),
            (bytes("[$d#U", 1, 0x3F, 0x80, zeros(2)), "[1.0]"),
            (bytes("d", 0x7F, 0xC0, zeros(2)), "1E39"),
            (
                bytes(
                    "D", 0x3F, 0xB9, 0x99, 0x99, 0x99,
                    0x99, 0x99, 0x9A), "0.1"
            ),
        ]
        for (input, output) in cases { #expect(try json(input) == output, "\(input)") }
    }

    @Test func `a text that is none is refused at the byte where it fails`() {
        let cases: [([UInt8], UBJSONError)] = [
            (bytes("[TF"), .truncated(offset: 3)), (bytes("["), .truncated(offset: 1)),
            (bytes("{i", 5, "a"), .truncated(offset: 2)), (bytes("I", 1), .truncated(offset: 1)),
            (bytes("{}T"), .trailingBytes(offset: 2)), (bytes("x"), .unknownType(120, offset: 0)),
            (bytes("Si", -1), .negativeCount(offset: 2)),
            (bytes("[#i", -1, "]"), .negativeCount(offset: 2)),
            // Ten billion values of no byte each, of one, and of eight.
            (bytes("[$T#L", zeros(3), 2, 0x54, 0x0B, 0xE4, 0), .unknownType(84, offset: 2)),
            (bytes("[$U#L", zeros(3), 2, 0x54, 0x0B, 0xE4, 0), .truncated(offset: 4)),
            (bytes("[#L", 127, 255, 255, 255, 255, 255, 255, 255), .truncated(offset: 2)),
            (bytes("[$U!"), .unknownType(33, offset: 3)),
            (bytes("{$U#U"), .unknownType(36, offset: 1)),
        ]
        for (input, error) in cases {
            #expect(throws: error, "\(input)") { try json(input) }
        }
    }

    @Test(arguments: [-1, 0, 1])
    func `nesting and the size of what comes out have limits`(excess: Int) throws {
        let depth = UBJSONReader.depthMax + excess
        let nested = bytes(
            String(repeating: "[", count: depth), String(repeating: "]", count: depth))
        if excess > 0 {
            #expect(
                throws: UBJSONError.tooDeep(limit: UBJSONReader.depthMax, offset: depth)
            ) { try json(nested) }
        } else {
            #expect(try json(nested).utf8.count == 2 * depth)
        }
        let numbers = bytes("[$U#U", 3, 100, 101, 102)
        if excess < 0 {
            #expect(throws: UBJSONError.tooLarge(bytesMax: 12)) {
                try json(numbers, bytesMax: 13 + excess)
            }
        } else {
            #expect(try json(numbers, bytesMax: 13 + excess) == "[100,101,102]")
        }
        let length = UBJSONReader.stringBytesMax + excess
        let text =
            bytes("Sl") + withUnsafeBytes(of: Int32(length).bigEndian) { Array($0) }
            + bytes(String(repeating: "a", count: length))
        if excess > 0 {
            #expect(
                throws: UBJSONError.stringTooLong(bytesMax: UBJSONReader.stringBytesMax, offset: 2)
            ) { try json(text, bytesMax: 1 << 24) }
        } else {
            #expect(try json(text, bytesMax: 1 << 24).utf8.count == length + 2)
        }
    }

    @Test func `random bytes in a model never do more than make it refused`() throws {
        let sound = try ImportedModels.fixture("release-3.ubj")
        var random = RandomSource(seed: 31)
        var accepted = 0
        for _ in 0..<2000 {
            var file = sound
            for _ in 0...random.next(below: 3) {
                file[random.next(below: file.count)] = UInt8(random.next(below: 256))
            }
            if (try? ImportedModels.run(file)) != nil { accepted += 1 }
        }
        #expect(accepted > 0 && accepted < 2000)
    }

    @Test func `every proper prefix of a model is refused`() throws {
        let sound = try ImportedModels.fixture("release-3.ubj")
        for count in 0..<sound.count {
            #expect(throws: UBJSONError.self) { try json(Array(sound[..<count])) }
        }
        #expect(try json(sound).utf8.first == UInt8(ascii: "{"))
    }
}
