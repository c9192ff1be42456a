import Configuration
import Testing

@Suite struct CrossOriginsTests {
    private func read(_ text: String) throws(ConfigurationError) -> [String] {
        let sources = ConfigurationSources(
            flags: [], filePath: "/dev/null",
            environment: [
                "JWT_SECRET": String(repeating: "s", count: 32), "CHURND_STORE": "memory",
                "CHURND_CORS_ORIGINS": text,
            ],
            files: ConfigurationFiles(
                read: { _, _ in .success([]) }, names: { _ in .success([]) }))
        return try ServiceConfiguration.load(sources, isDevelopment: false).crossOrigins
    }

    @Test(arguments: [
        "*", "https://app.example", "http://localhost:3000", "http://127.0.0.1:1",
        "https://app.example:65535", "http://[::1]:3000", "https://[fd00::7]", "https://a",
        "https://xn--bcher-kva.example", "https://a_b.example https://c.example",
        "http://a:443 https://a:80", "https://" + String(repeating: "a", count: 63) + ".b",
    ]) func `origins are taken as browsers spell them`(text: String) throws {
        #expect(try read(text) == text.split(separator: " ").map(String.init))
    }

    @Test(arguments: [
        "null", "* https://app.example", "https://*.app.example", "app.example", "//app.example",
        "ftp://app.example", "https://", "https://app.example/", "https://app.example/path",
        "https://app.example?x", "https://user@app.example", "https://App.example",
        "HTTPS://app.example", "https://app.example:443", "http://app.example:80",
        "https://app.example:", "https://app.example:0", "https://app.example:65536",
        "https://app.example:08443", "https://app.example:1:2", "https://.app.example",
        "https://app..example", "https://app.example.", "https://-app.example",
        "https://b\u{fc}cher.example", "https://[::1", "https://[]", "https://[::G]",
        "https://a  https://b", "https://a https://a", "https://a,https://b",
        "https://" + String(repeating: "a", count: 64) + ".b",
    ]) func `anything that no browser sends is refused, with what is expected`(text: String) {
        do throws(ConfigurationError) {
            let origins = try read(text)
            Issue.record("\(origins) are taken")
        } catch {
            #expect("\(error)".contains("cors.origins"))
            #expect("\(error)".contains("origins such as https://app.example"))
        }
    }

    @Test(arguments: [(1, true), (31, true), (32, true), (33, false)])
    func `there are at most 32`(count: Int, isAccepted: Bool) {
        let text = (0..<count).map { "https://a\($0)" }.joined(separator: " ")
        let found = try? read(text)
        #expect((found?.count == count) == isAccepted)
    }

    @Test func `no origin is listed by default`() {
        #expect(ConfigurationTable.key(named: "cors.origins")?.defaultText == nil)
    }
}
