import HTTP
import Testing

struct RequestLineTests {
    private func head(_ line: String) throws(HTTPError) -> RequestHead? {
        try readHead("\(line)\r\nHost: a\r\n\r\n")
    }

    private func error(_ line: String) -> HTTPError? { headError("\(line)\r\nHost: a\r\n\r\n") }

    @Test(arguments: [
        ("GET", HTTPMethod.get), ("HEAD", .head), ("POST", .post), ("PUT", .other),
        ("get", .other), ("GETS", .other), ("Post", .other), ("M-SEARCH", .other),
        ("!#$%&'*+-.^_`|~09", .other),
    ])
    func `a method is its exact token`(token: String, method: HTTPMethod) throws {
        let head = try head("\(token) / HTTP/1.1")
        #expect(head?.method == method)
        #expect(head?.methodRange == 0..<token.utf8.count)
    }

    @Test(arguments: [
        ("/", "/"), ("/predict", "/predict"), ("/predict?", "/predict"), ("/a/b?c?d/e", "/a/b"),
        ("//a", "//a"), ("/?", "/"), ("/%70redict", "/%70redict"), ("/http://b/", "/http://b/"),
        ("http://a/b", "/b"), ("http://a", "/"), ("http://a?b/c", "/"), ("http://a/?b", "/"),
        ("HTTP://a:80/b?c", "/b"), ("https://[::1]:443/b", "/b"), ("http://a//b", "//b"),
        ("/" + String(repeating: "a", count: 300), "/" + String(repeating: "a", count: 300)),
    ])
    func `a target has a path`(target: String, path: String) throws {
        let line = "GET \(target) HTTP/1.1"
        let head = try #require(try head(line))
        let bytes = Array(line.utf8)
        #expect(String(decoding: bytes[head.path], as: UTF8.self) == path)
        #expect(String(decoding: bytes[head.target], as: UTF8.self) == target)
    }

    @Test func `the asterisk is the path of OPTIONS alone`() throws {
        #expect(try head("OPTIONS * HTTP/1.1")?.path == 8..<9)
        #expect(error("GET * HTTP/1.1") == .invalidTarget)
        #expect(error("OPTION * HTTP/1.1") == .invalidTarget)
        #expect(error("OPTIONS ** HTTP/1.1") == .invalidTarget)
        #expect(error("OPTIONS *?a HTTP/1.1") == .invalidTarget)
    }

    @Test(
        arguments: [
            "predict", "?a", "http:", "http:/", "http://", "https://", "http:///a", "http://?a",
            "http://u@a/", "http://u:p@a/", "http://a:b/", "http://a:65536/", "http://[::1/",
            "http://a b/", "ftp://a/", "httpx://a/", "ws://a/", "a.example:80", "#", "\\", ".",
        ].filter { !$0.contains(" ") })
    func `a target of another form is refused`(target: String) {
        #expect(error("GET \(target) HTTP/1.1") == .invalidTarget)
    }

    @Test func `CONNECT is refused in every form`() {
        #expect(error("CONNECT a.example:443 HTTP/1.1") == .invalidTarget)
        #expect(error("CONNECT / HTTP/1.1") == .invalidTarget)
        #expect(error("CONNECT http://a/ HTTP/1.1") == .invalidTarget)
        #expect(error("CONNECTS / HTTP/1.1") == nil)
    }

    @Test func `exactly visible ASCII makes a target`() {
        for byte in UInt8.min...UInt8.max {
            let bytes =
                Array("GET /a".utf8) + [byte] + Array("b HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            #expect((headError(bytes) == nil) == (0x21...0x7E).contains(byte), "byte \(byte)")
        }
    }

    @Test(arguments: [("HTTP/1.1", 1), ("HTTP/1.0", 0)])
    func `two versions are spoken`(version: String, minor: Int) throws {
        #expect(try head("GET / \(version)")?.versionMinor == minor)
    }

    @Test(arguments: [
        "HTTP/0.9", "HTTP/1.2", "HTTP/1.9", "HTTP/2.0", "HTTP/3.0", "HTTP/0.0", "HTTP/9.9",
    ])
    func `another version of HTTP is refused`(version: String) {
        #expect(error("GET / \(version)") == .unsupportedVersion)
    }

    @Test func `the preface of HTTP 2 is refused as another version`() {
        #expect(headError("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == .unsupportedVersion)
    }

    @Test(arguments: [
        "", " ", "GET", "GET ", "GET /", "GET / ", "GET  HTTP/1.1", "GET  / HTTP/1.1",
        "GET /  HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET\t/ HTTP/1.1",
        "GET /\tHTTP/1.1", "GET /a b HTTP/1.1", "GET / http/1.1", "GET / Http/1.1",
        "GET / HTTP/1", "GET / HTTP/1.", "GET / HTTP/.1", "GET / HTTP/11", "GET / HTTP/1.10",
        "GET / HTTP/01.1", "GET / HTTP/1,1", "GET / HTTP/a.b", "GET / HTTP 1.1", "GET / HTTPS/1.1",
        "GET / FTP/1.1", "GET /HTTP/1.1", "/ HTTP/1.1", "G(T / HTTP/1.1", "GET: / HTTP/1.1",
        "G\u{E9}T / HTTP/1.1", "HTTP/1.1 200 OK", "HTTP/1.1", " HTTP/1.1", "GET HTTP/1.1",
    ])
    func `a line of another shape is refused`(line: String) {
        #expect(error(line) == .malformedRequestLine)
    }

    @Test func `the hello of a TLS client is refused with its first byte`() {
        #expect(headError([0x16]) == .malformedRequestLine)
    }
}
