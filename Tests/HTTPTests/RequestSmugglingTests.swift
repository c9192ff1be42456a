import HTTP
import Testing

/// A request that some other recipient might read otherwise, and why this one refuses it.
struct SmugglingForm {
    let text: String
    let error: HTTPError

    init(_ text: String, _ error: HTTPError) {
        self.text = text
        self.error = error
    }

    /// A POST to `/` with these field lines beside Host, and what follows the head.
    static func post(
        _ fields: String, then rest: String = "", _ error: HTTPError
    ) -> SmugglingForm {
        SmugglingForm("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(rest)", error)
    }

    static func chunked(_ body: String, _ error: HTTPError) -> SmugglingForm {
        post("Transfer-Encoding: chunked", then: body, error)
    }
}

let smugglingForms: [SmugglingForm] = lengthForms + codingForms + lineForms + chunkForms

private let lengthForms: [SmugglingForm] = [
    .post("Content-Length: 5\r\nContent-Length: 5", then: "hello", .duplicateContentLength),
    .post("Content-Length: 5\r\nContent-Length: 6", then: "hello", .duplicateContentLength),
    .post("Content-Length: 5\r\ncontent-length: 0", then: "hello", .duplicateContentLength),
    .post("Content-Length: 5, 5", then: "hello", .invalidContentLength),
    .post("Content-Length: 5,", then: "hello", .invalidContentLength),
    .post("Content-Length: +5", then: "hello", .invalidContentLength),
    .post("Content-Length: -5", then: "hello", .invalidContentLength),
    .post("Content-Length: -0", .invalidContentLength),
    .post("Content-Length:  5x", then: "hello", .invalidContentLength),
    .post("Content-Length: 0x5", then: "hello", .invalidContentLength),
    .post("Content-Length: 5.0", then: "hello", .invalidContentLength),
    .post("Content-Length: 5e0", then: "hello", .invalidContentLength),
    .post("Content-Length: 5 5", then: "hello", .invalidContentLength),
    .post("Content-Length: \"5\"", then: "hello", .invalidContentLength),
    .post("Content-Length:", .invalidContentLength),
    .post("Content-Length: \u{0665}", .invalidContentLength),
    .post("Content-Length: 99999999999999999999x", .invalidContentLength),
    .post("Content-Length: 5\u{0B}", then: "hello", .invalidFieldValue),
    .post("Content-Length : 5", then: "hello", .whitespaceBeforeColon),
    .post("Content-Length\t: 5", then: "hello", .whitespaceBeforeColon),
    .post("Content-Length: 99999999999999999999", .bodyTooLarge(limit: 16384)),
]

private let codingForms: [SmugglingForm] = [
    .post(
        "Content-Length: 5\r\nTransfer-Encoding: chunked", then: "0\r\n\r\n", .conflictingFraming),
    .post(
        "Transfer-Encoding: chunked\r\nContent-Length: 5", then: "0\r\n\r\n", .conflictingFraming),
    .post("Transfer-Encoding: chunked\r\nContent-Length: 0", .conflictingFraming),
    .post("Transfer-Encoding: gzip\r\nContent-Length: 0", .conflictingFraming),
    .post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .duplicateTransferEncoding),
    .post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", .duplicateTransferEncoding),
    .post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", .duplicateTransferEncoding),
    .post("Transfer-Encoding: chunked, chunked", .invalidTransferEncoding),
    .post("Transfer-Encoding: chunked, identity", .invalidTransferEncoding),
    .post("Transfer-Encoding: chunked,", .invalidTransferEncoding),
    .post("Transfer-Encoding: ,chunked", .invalidTransferEncoding),
    .post("Transfer-Encoding:", .invalidTransferEncoding),
    .post("Transfer-Encoding: \"chunked\"", .invalidTransferEncoding),
    .post("Transfer-Encoding: chunked;q=1", .invalidTransferEncoding),
    .post("Transfer-Encoding: chunked foo", .invalidTransferEncoding),
    .post("Transfer-Encoding: \u{E9}chunked", .invalidTransferEncoding),
    .post("Transfer-Encoding: \u{0B}chunked", .invalidFieldValue),
    .post("Transfer-Encoding: chunked\u{0C}", .invalidFieldValue),
    .post("Transfer-Encoding:\r\n chunked", .invalidTransferEncoding),
    .post("Transfer-Encoding: chunked\r\n , gzip", .obsoleteLineFolding),
    .post("Content-Length: 5\r\n 0", then: "hello", .obsoleteLineFolding),
    .post("Transfer-Encoding : chunked", .whitespaceBeforeColon),
    .post("Transfer-Encoding: gzip, chunked", .unsupportedTransferCoding),
    .post("Transfer-Encoding: gzip", .unsupportedTransferCoding),
    .post("Transfer-Encoding: identity", .unsupportedTransferCoding),
    .post("Transfer-Encoding: xchunked", .unsupportedTransferCoding),
    .post("Transfer-Encoding: chunked1", .unsupportedTransferCoding),
    SmugglingForm(
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        .transferEncodingInHTTP10),
    SmugglingForm(
        "POST / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n", .transferEncodingInHTTP10),
]

private let lineForms: [SmugglingForm] = [
    SmugglingForm("GET / HTTP/1.1\nHost: a\n\n", .bareLineFeed),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\n\r\n", .bareLineFeed),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\nX\n: b\r\n\r\n", .bareLineFeed),
    SmugglingForm("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .bareLineFeed),
    SmugglingForm("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", .bareCarriageReturn),
    SmugglingForm("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
    SmugglingForm("\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .bareLineFeed),
    SmugglingForm("GET / HTTP/1.1\rHost: a\r\n\r\n", .bareCarriageReturn),
    SmugglingForm("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", .bareCarriageReturn),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", .bareCarriageReturn),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\n\rX: b\r\n\r\n", .bareCarriageReturn),
    SmugglingForm("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", .nulByte),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", .nulByte),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n", .nulByte),
    SmugglingForm("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .obsoleteLineFolding),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n", .obsoleteLineFolding),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n", .obsoleteLineFolding),
    SmugglingForm("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .whitespaceBeforeColon),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\nX y: b\r\n\r\n", .whitespaceBeforeColon),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", .invalidFieldName),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", .whitespaceBeforeColon),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\nnocolon\r\n\r\n", .invalidFieldName),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\nX(y): b\r\n\r\n", .invalidFieldName),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\nX\u{E9}: b\r\n\r\n", .invalidFieldName),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\nX: \u{7F}\r\n\r\n", .invalidFieldValue),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{08}b\r\n\r\n", .invalidFieldValue),
    SmugglingForm("GET / HTTP/1.1\r\n\r\n", .missingHost),
    SmugglingForm("GET http://a/ HTTP/1.1\r\n\r\n", .missingHost),
    SmugglingForm("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .duplicateHost),
    SmugglingForm("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", .duplicateHost),
    SmugglingForm("GET / HTTP/1.0\r\nHost: a b\r\n\r\n", .invalidHost),
]

private let chunkForms: [SmugglingForm] = [
    .chunked("5\nhello\r\n0\r\n\r\n", .bareLineFeed),
    .chunked("5\r\nhello\n0\r\n\r\n", .malformedChunkEnd),
    .chunked("5\r\nhello\r0\r\n\r\n", .malformedChunkEnd),
    .chunked("5\r\nhello!\r\n0\r\n\r\n", .malformedChunkEnd),
    .chunked("4\r\nhello\r\n0\r\n\r\n", .malformedChunkEnd),
    .chunked("5\rhello\r\n0\r\n\r\n", .bareCarriageReturn),
    .chunked("\r\n0\r\n\r\n", .bareCarriageReturn),
    .chunked("0x5\r\nhello\r\n0\r\n\r\n", .malformedChunkSize),
    .chunked("+5\r\nhello\r\n0\r\n\r\n", .malformedChunkSize),
    .chunked("-5\r\nhello\r\n0\r\n\r\n", .malformedChunkSize),
    .chunked(" 5\r\nhello\r\n0\r\n\r\n", .malformedChunkSize),
    .chunked("5g\r\nhello\r\n0\r\n\r\n", .malformedChunkSize),
    .chunked("5_0\r\nhello\r\n0\r\n\r\n", .malformedChunkSize),
    .chunked(";a\r\n", .malformedChunkSize),
    .chunked("00000000000000000\r\n\r\n", .malformedChunkSize),
    .chunked("5\0\r\nhello\r\n0\r\n\r\n", .nulByte),
    .chunked("FFFFFFFFFFFFFFFF\r\n", .bodyTooLarge(limit: 16384)),
    .chunked("10000000000000005\r\nhello\r\n", .bodyTooLarge(limit: 16384)),
    .chunked("5 \r\nhello\r\n0\r\n\r\n", .malformedChunkExtension),
    .chunked("5;\r\nhello\r\n0\r\n\r\n", .malformedChunkExtension),
    .chunked("5;a=\r\nhello\r\n0\r\n\r\n", .malformedChunkExtension),
    .chunked("5;a\nhello\r\n0\r\n\r\n", .bareLineFeed),
    .chunked("5;a=\"\n\"\r\nhello\r\n0\r\n\r\n", .bareLineFeed),
    .chunked("5;a=\"b\r\nhello\r\n0\r\n\r\n", .malformedChunkExtension),
    .chunked("0\r\n\n", .bareLineFeed),
    .chunked("0\r\n\r", .bareCarriageReturn),
    .chunked("0\r\nX : y\r\n\r\n", .whitespaceBeforeColon),
    .chunked("0\r\nX\r\n\r\n", .invalidFieldName),
    .chunked("0\r\n X: y\r\n\r\n", .obsoleteLineFolding),
    .chunked("0\r\nX: y\n\r\n", .bareLineFeed),
    .chunked("0\r\nX: y\rz\r\n\r\n", .bareCarriageReturn),
    .chunked("0\r\nX: \0\r\n\r\n", .nulByte),
    .chunked("0\r\nX: \u{01}\r\n\r\n", .invalidFieldValue),
]

struct RequestSmugglingTests {
    @Test func `each form is refused for what is wrong with it, whatever follows`() {
        for form in smugglingForms {
            let stream = RequestStream(
                reading: form.text + "xGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(stream.error == form.error, "\(form.text.debugDescription)")
            #expect(stream.requests.isEmpty, "\(form.text.debugDescription)")
        }
    }

    @Test func `a bad request after a good one leaves the good one read`() {
        for form in smugglingForms {
            let good = "POST /good HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
            let stream = RequestStream(reading: good + form.text + "x")
            #expect(
                stream.requests.map(\.body) == [Array("{}".utf8)], "\(form.text.debugDescription)")
            #expect(stream.error == form.error, "\(form.text.debugDescription)")
        }
    }
}
