import HTTPClient
import Testing

@Suite struct OutgoingURLTests {
    @Test(arguments: [
        ("https://idp.example/keys", "idp.example", 443, "/keys", "idp.example"),
        ("HTTPS://idp.example", "idp.example", 443, "/", "idp.example"),
        ("https://idp.example?a=b", "idp.example", 443, "/?a=b", "idp.example"),
        ("https://idp.example:8443/a?b=/c", "idp.example", 8443, "/a?b=/c", "idp.example:8443"),
        ("http://h:80/", "h", 80, "/", "h"), ("http://h:443/", "h", 443, "/", "h:443"),
        ("https://[2001:db8::1]:444/x", "2001:db8::1", 444, "/x", "[2001:db8::1]:444"),
        ("https://h:65535/", "h", 65_535, "/", "h:65535"), ("https://h:1/", "h", 1, "/", "h:1"),
    ])
    func `a URL is taken apart`(
        text: String, host: String, port: UInt16, target: String, authority: String
    ) throws {
        let url = try OutgoingURL(text)
        #expect(url.host == host && url.port == port)
        #expect(url.target == target && url.authority == authority)
        #expect(try OutgoingURL(url.description) == url)
    }

    @Test(
        arguments: [
            ("", OutgoingURLError.scheme), ("idp.example", .scheme), ("//h/", .scheme),
            ("ftp://h/", .scheme), ("file:///etc/passwd", .scheme), ("https:/h/", .scheme),
            ("https://", .host), ("https:///x", .host),
            ("https://user@h/", .userInformation), ("https://u:p@h/", .userInformation),
            ("https://h/#a", .fragment), ("https://h#@i/", .fragment), ("https://h /", .byte),
            ("https://h/\u{e9}", .byte), ("https://h/\u{0}", .byte), ("https://h\\i/", .byte),
            ("https://h%00.i/", .host), ("https://[::1/", .host), ("https://[h]/", .host),
            ("https://[fe80::1%25eth0]/", .host), ("https://[::1]x/", .host),
            ("https://::1/", .host),
            ("https://h:/", .port), ("https://h:0/", .port), ("https://h:65536/", .port),
            ("https://h:4 43/", .byte), ("https://h:+1/", .port),
        ] as [(String, OutgoingURLError)])
    func `anything else is refused with the reason`(text: String, error: OutgoingURLError) {
        #expect(throws: error) { try OutgoingURL(text) }
    }

    @Test func `its length is bounded`() throws {
        let start = "https://h/"
        let path = String(repeating: "p", count: OutgoingURL.bytesMax - start.utf8.count)
        #expect(try OutgoingURL(start + path).target.utf8.count == path.utf8.count + 1)
        #expect(throws: OutgoingURLError.tooLong(bytesMax: OutgoingURL.bytesMax)) {
            try OutgoingURL(start + path + "p")
        }
        let host = String(repeating: "h", count: 253)
        #expect(try OutgoingURL("https://\(host)/").host == host)
        #expect(throws: OutgoingURLError.host) { try OutgoingURL("https://\(host)h/") }
    }
}
