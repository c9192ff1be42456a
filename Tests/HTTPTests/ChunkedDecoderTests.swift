import HTTP
import Testing

struct ChunkedDecoderTests {
    /// What is decoded, what is left over, and whether the body ended.
    private func decode(
        _ text: String
    ) throws(HTTPError) -> (body: String, left: Int, isComplete: Bool) {
        let bytes = Array(text.utf8)
        var decoder = ChunkedDecoder(limits: .contract)
        var body: [UInt8] = []
        let consumed = try decoder.decode(bytes.span, into: &body)
        return (String(decoding: body, as: UTF8.self), bytes.count - consumed, decoder.isComplete)
    }

    private func error(_ text: String) -> HTTPError? {
        do throws(HTTPError) {
            _ = try decode(text)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("0005\r\nhello\r\n0000000000000000\r\n\r\n", "hello"),
        ("0000000000000005\r\nhello\r\n0\r\n\r\n", "hello"),
        ("1\r\na\r\n2\r\nbc\r\n1\r\n\n\r\n0\r\n\r\n", "abc\n"),
        ("a\r\n0123456789\r\nB\r\nabcdefghijk\r\n0\r\n\r\n", "0123456789abcdefghijk"),
        ("4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"),
        ("7\r\n0\r\n\r\nab\r\n0\r\n\r\n", "0\r\n\r\nab"),
        ("1\r\nx\r\n0\r\nExpires: never\r\nX:\r\n\r\n", "x"),
        ("1\r\nx\r\n0;last\r\nContent-Length: 5\r\n\r\n", "x"),
    ])
    func `a body is its chunks joined`(text: String, body: String) throws {
        let result = try decode(text)
        #expect(result == (body, 0, true))
    }

    @Test(arguments: [
        ";a", ";a=b", ";a=\"b\"", " ;a", "\t; \ta", ";a =b", ";a= b", ";a = b", ";a;b", ";a ;b",
        ";a=b;c", ";a=b ;c=\"\"", ";a=\"b;c\"", ";a=\"\\\"\"", ";a=\"\\\\\"",
        ";a=\"\t \u{E9}\\\u{E9}\"",
        ";a=\"x\";b=\"y\" ; c", ";!#$%&'*+-.^_`|~=1",
    ])
    func `extensions of the grammar are skipped`(text: String) throws {
        let result = try decode("5\(text)\r\nhello\r\n0\(text)\r\n\r\n")
        #expect(result == ("hello", 0, true))
    }

    @Test(arguments: [
        " ", "\t", ";", "; ", ";;a", ";a;", ";a ", ";a=", ";a= ", ";a=b ", ";a=\"b\" ", ";a==b",
        ";a=b=c",
        ";a=b c", ";a b", ";a=\"", ";a=\"b", ";a=\"\\\"", ";a=\"b\"c", ";a=b\"c\"", ";=b",
        ";\"a\"=b",
        ";a=\"\u{01}\"", ";a=\"\\\u{7F}\"", ";a\u{01}", ";\u{E9}", ";a=\u{E9}", ";a=(b)", " a",
        ",a",
        ";a,b", ";a=b,c",
    ])
    func `other extensions are refused`(text: String) {
        let expected: HTTPError =
            text.hasPrefix(",") ? .malformedChunkSize : .malformedChunkExtension
        #expect(error("5\(text)\r\nhello\r\n0\r\n\r\n") == expected)
    }

    @Test func `what follows the body is left`() throws {
        let result = try decode("5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\n")
        #expect(result == ("hello", 16, true))
    }

    @Test func `a decoder that is complete consumes nothing`() throws {
        var decoder = ChunkedDecoder(limits: .contract)
        var body: [UInt8] = []
        let whole = Array("0\r\n\r\n".utf8)
        let next = Array("1\r\nx\r\n".utf8)
        #expect(try decoder.decode(whole.span, into: &body) == 5)
        #expect(try decoder.decode(next.span, into: &body) == 0)
        #expect(body.isEmpty)
    }

    @Test func `a body is appended to what is there`() throws {
        var decoder = ChunkedDecoder(limits: .contract)
        var body = Array("before ".utf8)
        let bytes = Array("3\r\nnow\r\n0\r\n\r\n".utf8)
        _ = try decoder.decode(bytes.span, into: &body)
        #expect(body == Array("before now".utf8))
    }

    @Test func `every prefix is consumed whole, and none but the whole is complete`() throws {
        let text = "5;a=\"b\"\r\nhello\r\n0001\r\n!\r\n0 ; c\r\nX: y\r\n\r\n"
        let bytes = Array(text.utf8)
        for count in 0...bytes.count {
            var decoder = ChunkedDecoder(limits: .contract)
            var body: [UInt8] = []
            #expect(try decoder.decode(bytes.span.extracting(0..<count), into: &body) == count)
            #expect(decoder.isComplete == (count == bytes.count))
            let rest = try decoder.decode(
                bytes.span.extracting(count..<bytes.count), into: &body)
            #expect(rest == bytes.count - count)
            #expect(decoder.isComplete)
            #expect(body == Array("hello!".utf8))
        }
    }
}
