import Bytes
import Testing

struct DecimalTests {
    @Test(
        arguments: [
            ("0", 0), ("007", 7), ("999999999999999999", 999_999_999_999_999_999),
            ("1000000000000000000", nil), ("", nil), ("-1", nil), ("+1", nil), ("1.", nil),
            (" 1", nil), ("1a", nil), (":", nil), ("/", nil),
        ] as [(String, Int?)])
    func `one to eighteen digits are a number`(text: String, number: Int?) {
        #expect(Int(decimal: text.utf8) == number)
    }

    @Test(
        arguments: [
            ("0", 0, 1), ("0,", 0, 1), ("12}", 12, 2),
            ("9223372036854775807", Int.max, 19), ("00", nil, 0), ("01", nil, 0), ("", nil, 0),
            ("-1", nil, 0), ("9223372036854775808", nil, 0),
            ("99999999999999999999", nil, 0),
        ] as [(String, Int?, Int)])
    func `a natural number has one spelling`(text: String, number: Int?, size: Int) {
        let bytes = Array((":" + text).utf8)
        let read = bytes.span.naturalNumber(at: 1)
        #expect(read?.value == number)
        #expect(read?.end == number.map { _ in 1 + size })
    }
}
