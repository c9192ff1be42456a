import FeatureStore
import TestSupport
import Testing

/// Stored bytes that no honest writer stores.
struct HostileValueTests {
    @Test(arguments: [
        ("12", FeatureFault.truncated),
        ("12 06 46656d61", .truncated),
        ("20", .truncated),
        ("20 ff", .truncated),
        ("20 ffffffffffffffffff02", .overlongNumber),
        ("20 ffffffffffffffffffff01", .overlongNumber),
        ("29 00000000005440", .truncated),
        ("35 0000c0", .truncated),
        ("29 000000000000f07f", .notFinite),
        ("29 000000000000f87f", .notFinite),
        ("35 0000807f", .notFinite),
        ("18 8080808008", .overflow),
        ("18 ffffffff0f", .overflow),
        ("38 02", .overflow),
        ("ffffffffffffffffff01 00", .overflow),
        ("12 ffffffffffffffffff01", .textTooLong(bytesMax: 1024)),
        ("12 8108", .textTooLong(bytesMax: 1024)),
        ("12 01 ff", .notUTF8),
        ("12 03 eda080", .notUTF8),
        ("20 02 20", .trailingBytes),
        ("20 02 20 03", .trailingBytes),
        ("0a 01 41", .unsupportedType(field: 1, wireType: 2)),
        ("10 02", .unsupportedType(field: 2, wireType: 0)),
        ("22 00", .unsupportedType(field: 4, wireType: 2)),
        ("5a 00", .unsupportedType(field: 11, wireType: 2)),
        ("00", .unsupportedType(field: 0, wireType: 0)),
    ])
    func `refuses a value and says why`(bytes: String, fault: FeatureFault) throws {
        let bytes = try hexadecimal(bytes)
        #expect(throws: fault) { try FeatureValue(bytes.span) }
    }

    @Test(arguments: [
        ("", FeatureValue.missing),
        ("18 fdffffffffffffffff01", .integer(-3)),
        ("18 ffffffff07", .integer(2_147_483_647)),
        ("18 80808080f8ffffffff01", .integer(-2_147_483_648)),
        ("20 80808080808080808001", .integer(.min)),
        ("20 ffffffffffffffff7f", .integer(.max)),
        ("35 0000c03f", .shortNumber(1.5)),
        ("38 01", .bool(true)),
        ("38 00", .bool(false)),
        ("12 00", .text(2..<2)),
    ])
    func `takes the extremes of each type`(bytes: String, value: FeatureValue) throws {
        let bytes = try hexadecimal(bytes)
        #expect(try FeatureValue(bytes.span) == value)
    }

    @Test func `takes a text of 1,024 bytes and no longer one`() throws {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1024)
        let longest = [0x12, 0x80, 0x08] + text
        #expect(try FeatureValue(longest.span) == .text(3..<1027))
        let longer = [0x12, 0x81, 0x08] + text + text
        #expect(throws: FeatureFault.textTooLong(bytesMax: 1024)) { try FeatureValue(longer.span) }
    }

    @Test(arguments: [
        ("08", FeatureFault.truncated),
        ("08 02 10 8094ebdc03", .notATime),
        ("08 808095d4ce07 10", .truncated),
        ("08 8083d1ffaf07", .notATime),
        ("08 ffffffffffffffff7f", .notATime),
        ("10 01 08 01", .trailingBytes),
        ("08 01 08 01", .trailingBytes),
        ("0a 01 41", .unsupportedType(field: 1, wireType: 2)),
        ("18 01", .unsupportedType(field: 3, wireType: 0)),
    ])
    func `refuses a time and says why`(bytes: String, fault: FeatureFault) throws {
        let bytes = try hexadecimal(bytes)
        #expect(throws: fault) { try FeatureTime.unixMilliseconds(ofTimestamp: bytes.span) }
    }

    @Test(arguments: [
        ("0", 0), ("1795341600", 1_795_341_600_000), ("253402300799", 253_402_300_799_000),
    ])
    func `reads seconds in plain text`(text: String, milliseconds: Int64) throws {
        #expect(try FeatureTime.unixMilliseconds(ofText: text.utf8.span) == milliseconds)
    }

    @Test(arguments: ["", "-1", "+1", "01", "1.5", "1e9", "253402300800", "9999999999999", "é"])
    func `refuses other texts as a time`(text: String) {
        #expect(throws: FeatureFault.notATime) {
            try FeatureTime.unixMilliseconds(ofText: text.utf8.span)
        }
    }

    /// A trap or a range beyond the bytes would end the test.
    @Test func `answers any bytes with a value or a fault`() {
        var random = SplitMix64(seed: 7)
        let beginnings: [UInt8] = [0x12, 0x18, 0x20, 0x29, 0x35, 0x38, 0x40]
        var values = 0
        for _ in 0..<100_000 {
            var bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if !bytes.isEmpty, Bool.random(using: &random) {
                bytes[0] = beginnings[Int.random(in: 0..<beginnings.count, using: &random)]
            }
            if let value = try? FeatureValue(bytes.span) {
                values += 1
                if case .text(let range) = value { #expect(range.upperBound == bytes.count) }
            }
            _ = try? FeatureTime.unixMilliseconds(ofTimestamp: bytes.span)
        }
        #expect(values > 1000)
    }
}
