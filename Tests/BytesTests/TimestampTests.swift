import Bytes
import Testing

struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (7, "1970-01-01T00:00:00.007Z"),
            (999, "1970-01-01T00:00:00.999Z"),
            (1_000, "1970-01-01T00:00:01.000Z"),
            (1_790_856_000_123, "2026-10-01T12:00:00.123Z"),
            (951_868_799_050, "2000-02-29T23:59:59.050Z"),
            (4_107_542_400_500, "2100-03-01T00:00:00.500Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func `a timestamp has milliseconds and is UTC`(milliseconds: Int64, expected: String) {
        var output = Array("x".utf8)
        Timestamp.append(unixMilliseconds: milliseconds, to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "x" + expected)
    }
}
