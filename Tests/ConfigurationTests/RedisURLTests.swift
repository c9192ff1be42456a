import Configuration
import Redis
import Testing

@Suite struct RedisURLTests {
    struct Expected {
        let host: String
        var port: UInt16 = 6379
        var database = 0
        var user: String?
        var password: String?
    }

    @Test(arguments: [
        ("redis://h", Expected(host: "h")),
        ("REDIS://h/", Expected(host: "h")),
        ("redis://h:1", Expected(host: "h", port: 1)),
        ("redis://h:65535/15", Expected(host: "h", port: 65_535, database: 15)),
        ("redis://10.0.0.1/2147483647", Expected(host: "10.0.0.1", database: 2_147_483_647)),
        ("redis://[::1]", Expected(host: "::1")),
        ("redis://[fe80::1%eth0]:7000/2", Expected(host: "fe80::1%eth0", port: 7000, database: 2)),
        ("redis://:p@h", Expected(host: "h", password: "p")),
        (
            "redis://u:p@h:7000/1",
            Expected(host: "h", port: 7000, database: 1, user: "u", password: "p")
        ),
        ("redis://u%40x:p%3a%2F%40@h", Expected(host: "h", user: "u@x", password: "p:/@")),
        ("redis://u:p:q@h", Expected(host: "h", user: "u", password: "p:q")),
        ("redis://u:p@q@h", Expected(host: "h", user: "u", password: "p@q")),
        (
            "redis://:a%2Fb%23c%3Fd%40e%3Af%25@h/1",
            Expected(host: "h", database: 1, password: "a/b#c?d@e:f%")
        ),
    ]) func `a URL is taken apart`(url: String, expected: Expected) throws {
        let endpoint = try RedisEndpoint(parsing: Array(url.utf8))
        #expect(endpoint.places == [.host(expected.host, port: expected.port)])
        #expect(endpoint.primaryName == nil)
        #expect(endpoint.database == expected.database)
        #expect(endpoint.user == expected.user)
        #expect(endpoint.password == expected.password.map { Array($0.utf8) })
    }

    @Test(arguments: [
        ("", RedisURLError.otherScheme), ("h:6379", .otherScheme), ("http://h", .otherScheme),
        ("redis:h", .otherScheme), ("redis+tls://h", .otherScheme), ("unix:/s", .otherScheme),
        ("redisss://h", .otherScheme), ("rediss+unix:///s", .otherScheme),
        ("rediss:///s", .badHost), ("rediss+sentinel://h", .badPrimaryName),
        ("rediss://h?db=1", .queryOrFragment),
        ("redis://", .badHost), ("redis:///0", .badHost), ("redis://:1", .badHost),
        ("redis://a b", .badHost), ("redis://[::1", .badHost), ("redis://[]", .badHost),
        ("redis://[h]", .badHost), ("redis://h\u{0}", .badHost), ("redis://u:p@", .badHost),
        ("redis://h:", .badPort), ("redis://h:0", .badPort), ("redis://h:65536", .badPort),
        ("redis://h:x", .badPort), ("redis://[::1]1", .badPort), ("redis://::1", .badHost),
        ("redis://h/x", .badDatabase), ("redis://h/1/", .badDatabase),
        ("redis://h//", .badDatabase),
        ("redis://h/2147483648", .badDatabase), ("redis://h/-1", .badDatabase),
        ("redis://u@h", .userWithoutPassword), ("redis://u:@h", .userWithoutPassword),
        ("redis://@h", .userWithoutPassword), ("redis://:p%@h", .badPercentEncoding),
        ("redis://:p%4@h", .badPercentEncoding), ("redis://:p%zz@h", .badPercentEncoding),
        ("redis://%FF:p@h", .badPercentEncoding),
        ("redis://h?db=1", .queryOrFragment), ("redis://h#x", .queryOrFragment),
        ("redis://:p/w@h", .slashInPassword), ("redis://u:p/w@h:6379/0", .slashInPassword),
        ("redis://u:p@w/x@h", .slashInPassword), ("redis://u:/@h", .slashInPassword),
        ("redis://u:p#w@h:1", .markInPassword), ("redis://u:p?w@h", .markInPassword),
        ("redis://u:p/w#x@h", .markInPassword), ("redis://h/0#x@", .markInPassword),
        ("\"redis://h\"", .quoted), ("'redis://h'", .quoted), ("redis://h\r", .surroundingSpace),
        ("redis://h:1\n", .surroundingSpace), (" redis://h", .surroundingSpace),
        ("\u{FEFF}redis://h", .byteOrderMark), ("REDIS_URL=redis://h", .assignment),
        ("export REDIS_URL=redis://h", .assignment), ("\"redis://h", .otherScheme),
    ]) func `a bad URL is refused for what is wrong`(url: String, expected: RedisURLError) {
        #expect(throws: expected) { try RedisEndpoint(parsing: Array(url.utf8)) }
    }

    @Test(
        arguments: [
            ("redis+sentinel://a/n", ["a:26379"], "n", 0, "redis+sentinel://a:26379/n/0"),
            (
                "redis+sentinel://a,10.0.0.1:1,[::1]:2/my-name.x_1/3",
                ["a:26379", "10.0.0.1:1", "[::1]:2"], "my-name.x_1", 3,
                "redis+sentinel://a:26379,10.0.0.1:1,[::1]:2/my-name.x_1/3"
            ),
            (
                "REDIS+SENTINEL://u:p%2C@a,b/n", ["a:26379", "b:26379"], "n", 0,
                "redis+sentinel://a:26379,b:26379/n/0"
            ),
            ("rediss://a", ["a:6379"], nil, 0, "rediss://a:6379/0"),
            ("REDISS://u:p@[::1]:1/2", ["[::1]:1"], nil, 2, "rediss://[::1]:1/2"),
            (
                "rediss+sentinel://a,b/n", ["a:26379", "b:26379"], "n", 0,
                "rediss+sentinel://a:26379,b:26379/n/0"
            ),
            ("redis+unix:///r/s", ["/r/s"], nil, 0, "redis+unix:///r/s?db=0"),
            ("unix://:p@/r/s%20x?db=4", ["/r/s x"], nil, 4, "redis+unix:///r/s x?db=4"),
        ] as [(String, [String], String?, Int, String)])
    func `Sentinels and a Unix socket are places too`(
        url: String, places: [String], name: String?, database: Int, description: String
    ) throws {
        let endpoint = try RedisEndpoint(parsing: Array(url.utf8))
        #expect(endpoint.places.map(\.description) == places)
        #expect(endpoint.primaryName == name)
        #expect(endpoint.database == database)
        #expect(endpoint.description == description)
        #expect((endpoint.password != nil) == url.contains("@"))
        #expect((endpoint.tls != nil) == url.lowercased().hasPrefix("rediss"))
    }

    @Test(arguments: [
        ("redis+sentinel://", RedisURLError.badHost), ("redis+sentinel:///n", .badHost),
        ("redis+sentinel://a,/n", .badHost), ("redis+sentinel://,a/n", .badHost),
        ("redis+sentinel://a,,b/n", .badHost), ("redis+sentinel://a:0/n", .badPort),
        ("redis+sentinel://a:1,b:65536/n", .badPort), ("redis+sentinel://a", .badPrimaryName),
        ("redis+sentinel://a/", .badPrimaryName), ("redis+sentinel://a//0", .badPrimaryName),
        ("redis+sentinel://a/n m", .badPrimaryName), ("redis+sentinel://a/n%20", .badPrimaryName),
        ("redis+sentinel://a/n/x", .badDatabase), ("redis+sentinel://a/n/1/2", .badDatabase),
        ("redis+sentinel://a/n?db=1", .queryOrFragment),
        ("redis+sentinel://u@a/n", .userWithoutPassword), ("redis+sentinels://a/n", .otherScheme),
        ("redis+unix://h/s", .badPath), ("redis+unix://", .badPath), ("unix://s", .badPath),
        ("unix:///s%00", .badPath), ("unix:///s%FF", .badPath),
        ("unix:///s%4", .badPercentEncoding),
        ("unix:///s?db=", .badDatabase), ("unix:///s?db=x", .badDatabase),
        ("unix:///s?database=1", .queryOrFragment), ("unix:///s#db=1", .queryOrFragment),
    ]) func `a bad URL of Sentinels or a socket is refused for what is wrong`(
        url: String, expected: RedisURLError
    ) {
        #expect(throws: expected) { try RedisEndpoint(parsing: Array(url.utf8)) }
    }

    @Test(arguments: [(15, true), (16, true), (17, false)])
    func `there are so many Sentinels at most`(count: Int, isAccepted: Bool) {
        let hosts = (1...count).map { "s\($0)" }.joined(separator: ",")
        let result = Result {
            try RedisEndpoint(parsing: Array("redis+sentinel://\(hosts)/n".utf8))
        }
        if case .success = result { #expect(isAccepted) } else { #expect(!isAccepted) }
    }

    @Test(arguments: [(106, true), (107, true), (108, false)])
    func `a socket's path has its length`(count: Int, isAccepted: Bool) {
        let path = "/" + String(repeating: "s", count: count - 1)
        let result = Result { try RedisEndpoint(parsing: Array("unix://\(path)".utf8)) }
        if case .success = result { #expect(isAccepted) } else { #expect(!isAccepted) }
    }

    @Test(arguments: [(4095, true), (4096, true), (4097, false)])
    func `a URL has its length`(count: Int, isAccepted: Bool) {
        let url = Array("redis://:@h".utf8)
        let bytes = url[..<9] + [UInt8](repeating: 0x70, count: count - url.count) + url[9...]
        let result = Result { try RedisEndpoint(parsing: Array(bytes)) }
        if case .success = result { #expect(isAccepted) } else { #expect(!isAccepted) }
    }

    @Test func `a description has an address and no credentials`() throws {
        let endpoint = try RedisEndpoint(parsing: Array("redis://user:pass@[::1]:7/1".utf8))
        #expect(endpoint.description == "redis://[::1]:7/1")
        var dumped = ""
        dump(endpoint, to: &dumped)
        #expect(!dumped.contains("pass@") && !dumped.contains("112"))
    }
}
