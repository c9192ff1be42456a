import HTTP
import Testing

struct HTTPDateTests {
    /// Computed with Python's `datetime`.
    static let dates: [(Int64, String)] = [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (946_684_799, "Fri, 31 Dec 1999 23:59:59 GMT"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
        (1_709_209_801, "Thu, 29 Feb 2024 12:30:01 GMT"),
        (1_790_856_000, "Thu, 01 Oct 2026 12:00:00 GMT"),
        (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        (-2_203_891_200, "Thu, 01 Mar 1900 00:00:00 GMT"),
        (-11_670_994_677, "Tue, 29 Feb 1600 01:02:03 GMT"),
        (-62_135_596_800, "Mon, 01 Jan 0001 00:00:00 GMT"),
    ]

    @Test func `a date is written as RFC 9110 prefers`() {
        for (seconds, expected) in Self.dates {
            var output = Array("x".utf8)
            HTTPDate.append(unixSeconds: seconds, to: &output)
            #expect(String(decoding: output, as: UTF8.self) == "x" + expected)
        }
    }

    @Test func `every day of four centuries follows the day before`() {
        // 1970-01-01 was a Thursday; the calendar is counted here the plain way.
        var year = 1970
        var month = 1
        var day = 1
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        for dayCount in 0..<146_097 {
            var output: [UInt8] = []
            HTTPDate.append(unixSeconds: Int64(dayCount) * 86_400 + 86_399, to: &output)
            let digits = day < 10 ? "0\(day)" : "\(day)"
            let expected =
                "\(weekdays[dayCount % 7]), \(digits) \(months[month - 1]) \(year) 23:59:59 GMT"
            #expect(output == Array(expected.utf8))
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[month - 1] {
                day = 1
                month += 1
            }
            if month > 12 {
                month = 1
                year += 1
            }
        }
    }

    @Test func `seconds beyond four digits of a year are the nearest that have them`() {
        for (seconds, expected) in [
            (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (253_402_300_800, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (-62_167_219_201, "Sat, 01 Jan 0000 00:00:00 GMT"),
            (Int64.min, "Sat, 01 Jan 0000 00:00:00 GMT"),
        ] {
            #expect(HTTPDate(unixSeconds: seconds).text == expected)
        }
    }

    @Test func `a date that is kept says the second it was last given`() {
        var date = HTTPDate(unixSeconds: 0)
        #expect(date.text == "Thu, 01 Jan 1970 00:00:00 GMT")
        date.update(unixSeconds: 0)
        #expect(date.text == "Thu, 01 Jan 1970 00:00:00 GMT")
        date.update(unixSeconds: 61)
        #expect(date.text == "Thu, 01 Jan 1970 00:01:01 GMT")
        #expect(date.unixSeconds == 61)
    }
}

extension HTTPDate {
    fileprivate var text: String {
        let span = bytes
        return String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
    }
}
