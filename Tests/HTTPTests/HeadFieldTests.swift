import HTTP
import Testing

struct HeadFieldTests {
    private func field(_ lines: String) -> (text: String, count: Int)? {
        let head = Array("POST /x HTTP/1.1\r\nHost: a\r\n\(lines)\r\n".utf8)
        guard let found = head.span.headField("x-part-length") else { return nil }
        return (String(decoding: head[found.value], as: UTF8.self), found.count)
    }

    @Test(arguments: [
        ("X-Part-Length: 7\r\n", "7", 1), ("x-part-length:7\r\n", "7", 1),
        ("X-PART-LENGTH: \t7 8\t \r\n", "7 8", 1), ("X-Part-Length:\r\n", "", 1),
        ("A: 1\r\nX-Part-Length: 1\r\nX-Part-Length: 2\r\nB: 3\r\n", "1", 2),
    ])
    func `the first one's value is found, whatever the letters and the white space around it`(
        lines: String, text: String, count: Int
    ) throws {
        let found = try #require(field(lines))
        #expect(found.text == text)
        #expect(found.count == count)
    }

    @Test(arguments: [
        "", "X-Part-Lengt: 7\r\n", "X-Part-Length-2: 7\r\n", "A: X-Part-Length: 7\r\n",
        "XX-Part-Length: 7\r\n",
    ])
    func `what only looks like it is not taken`(lines: String) { #expect(field(lines) == nil) }
}
