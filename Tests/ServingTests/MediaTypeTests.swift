import Serving
import Testing

@Suite struct MediaTypeTests {
    private func isJSON(_ value: String) -> Bool { MediaType.isJSON(Array(value.utf8).span) }

    private func isIdentity(_ value: String) -> Bool {
        MediaType.isIdentity(Array(value.utf8).span)
    }

    @Test(arguments: [
        "application/json", "Application/JSON", "APPLICATION/json", "application/json;",
        "application/json; charset=utf-8", "application/json;charset=\"utf-8\"",
        "application/json ;charset=utf-8", "application/json\t;x=y", "application/json ",
        "application/json;charset=utf-8;x=y",
    ]) func `JSON is JSON in any case and with any parameters`(value: String) {
        #expect(isJSON(value))
    }

    @Test(arguments: [
        "", "application", "application/", "application/jso", "application/json5",
        "application/jsonx;", "application/json-seq", "application/problem+json", "text/json",
        "text/plain", "*/*", "application/*", "application/json,application/json",
        "application/json, text/plain", " application/json", "application/json x",
        "application /json", "application/json\u{0}", "x; application/json",
        "multipart/form-data", "application/x-www-form-urlencoded", "applic\u{0410}tion/json",
    ]) func `anything else is not`(value: String) {
        #expect(!isJSON(value))
    }

    @Test func `a byte of the type that differs by more than case is another type`() {
        let type = Array("application/json".utf8)
        for index in type.indices {
            for byte in UInt8.min...UInt8.max {
                var other = type
                other[index] = byte
                let isLetter = (0x61...0x7A).contains(type[index])
                let isSame = byte == type[index] || isLetter && byte == type[index] - 0x20
                let isFound = MediaType.isJSON(other.span)
                #expect(isFound == isSame, "\(index) \(byte)")
            }
        }
    }

    @Test(arguments: [
        ("identity", true), ("Identity", true), ("IDENTITY", true), ("", false), ("gzip", false),
        ("identit", false), ("identity2", false), ("identity;q=1", false),
        ("identity, identity", false), ("identity,gzip", false), (" identity", false),
        ("br", false), ("deflate", false), ("*", false),
    ]) func `the only coding is identity`(value: String, isAccepted: Bool) {
        #expect(isIdentity(value) == isAccepted)
    }
}
