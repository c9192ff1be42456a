import Access
import Redis
import TestSupport
import Testing

/// Health reports what a prediction would meet.
@Suite struct AdmissionProbeTests {
    private static let quota = QuotaRules(limit: 10, windowMilliseconds: 3_600_000)
    /// All that the script calls.
    private static let rights = [
        "evalsha", "eval", "exists", "get", "time", "lrange", "lindex", "llen", "ltrim", "lpush",
        "pttl",
        "pexpire",
    ]

    /// As what health may fail.
    private func failures(_ code: String) -> [RedisFailure?] {
        ([code] + (code == "NOPERM" ? ["ERR"] : [])).map {
            .errorReply(RedisErrorCode(of: Array($0.utf8)))
        }
    }

    struct Trouble: Sendable, CustomTestStringConvertible {
        let code: String
        let begin: [[String]]
        let end: [[String]]
        var testDescription: String { code }
    }

    static let troubles = [
        Trouble(
            code: "READONLY", begin: [["REPLICAOF", "127.0.0.1", "1"]],
            end: [["REPLICAOF", "NO", "ONE"]]),
        Trouble(
            code: "OOM",
            begin: [
                ["CONFIG", "SET", "maxmemory-policy", "noeviction"],
                ["CONFIG", "SET", "maxmemory", "1"],
            ], end: [["CONFIG", "SET", "maxmemory", "0"]]),
        Trouble(
            code: "NOREPLICAS", begin: [["CONFIG", "SET", "min-replicas-to-write", "1"]],
            end: [["CONFIG", "SET", "min-replicas-to-write", "0"]]),
        Trouble(
            // Redis 7.0 calls it ERR when a script's command is meant, later ones NOPERM.
            code: "NOPERM", begin: [["ACL", "SETUSER", "default", "-ltrim"]],
            end: [["ACL", "SETUSER", "default", "+ltrim"]]),
    ]

    @Test(arguments: troubles)
    func `health fails while the script cannot write, idle or not, and passes afterwards`(
        trouble: Trouble
    ) throws {
        let server = try RedisServer()
        let client = try server.client()
        let harness = try RedisHarness(port: server.port, quota: AdmissionProbeTests.quota)
        try harness.waitUntilPassing()
        try server.revoke("bad")
        for command in trouble.begin { try client.command(command) }
        let expected = failures(trouble.code)
        // No requests come.
        try harness.reactor.turns(until: "health fails") {
            expected.contains(harness.healthFailure)
        }
        // Requests that need not write are decided, and do not make it pass.
        let idle = [Ask(token: "bad", subject: [0x61]), Ask(subject: [0x61], charges: 0)]
        for _ in 0..<20 {
            #expect(!harness.isPassing)
            for decision in try harness.decide(idle) {
                if case .admitted = decision { Issue.record("admitted") }
            }
        }
        for command in trouble.end { try client.command(command) }
        try harness.waitUntilPassing()
        #expect(
            try harness.decideUntimed(.by("ann")) == .admitted(left: 9, resetSeconds: 0))
    }

    @Test(arguments: rights)
    func `health fails where the user lacks any right that the script needs`(right: String) throws {
        let server = try RedisServer()
        try server.client().command(
            [
                "ACL", "SETUSER", "churnd", "on", ">pw", "resetkeys", "~blacklist:*", "~quota:*",
                "~revoked-before:*", "-@all",
            ]
                + AdmissionProbeTests.rights.filter { $0 != right }.map { "+\($0)" })
        let harness = try RedisHarness(
            port: server.port, quota: AdmissionProbeTests.quota, password: "pw", user: "churnd")
        // Without EVAL what Redis has once seen is run, but it has not.
        try harness.reactor.turns(until: "health fails") {
            failures("NOPERM").contains(harness.healthFailure)
        }
    }

    @Test(arguments: ["~blacklist:*", "~revoked-before:*", "~quota:*"])
    func `health fails where the user lacks any of the keys, and nobody is admitted`(
        key: String
    ) throws {
        let server = try RedisServer()
        try server.client().command(
            ["ACL", "SETUSER", "churnd", "on", ">pw", "resetkeys", "+@all"]
                + ["~blacklist:*", "~revoked-before:*", "~quota:*"].filter { $0 != key })
        let harness = try RedisHarness(
            port: server.port, quota: AdmissionProbeTests.quota, password: "pw", user: "churnd")
        let noPermission = RedisFailure.errorReply(RedisErrorCode(of: Array("NOPERM".utf8)))
        try harness.reactor.turns(until: "health fails") { harness.healthFailure == noPermission }
        #expect(try harness.decide(.by("ann")) == .unavailable(.redis(noPermission)))
    }

    @Test func `health passes with the rights that the script needs and no more`() throws {
        let server = try RedisServer()
        try server.client().command(
            [
                "ACL", "SETUSER", "churnd", "on", ">pw", "resetkeys", "~blacklist:*", "~quota:*",
                "~revoked-before:*", "-@all",
            ]
                + AdmissionProbeTests.rights.map { "+\($0)" })
        let harness = try RedisHarness(
            port: server.port, quota: AdmissionProbeTests.quota, password: "pw", user: "churnd")
        try harness.waitUntilPassing()
        #expect(
            try harness.decideUntimed([.by("ann"), .by("ann")]) == [
                .admitted(left: 9, resetSeconds: 0), .admitted(left: 8, resetSeconds: 0),
            ])
        #expect(harness.isPassing)
    }

    @Test func `the probe leaves no key`() throws {
        let server = try RedisServer()
        let harness = try RedisHarness(port: server.port, quota: AdmissionProbeTests.quota)
        try harness.waitUntilPassing()
        #expect(try server.client().command("DBSIZE") == .integer(0))
        let statistics = try server.client().command("INFO", "commandstats").text ?? ""
        for right in AdmissionProbeTests.rights {
            #expect(statistics.contains("cmdstat_\(right):"), "\(right)")
        }
    }

    @Test func `one connection that fails makes health fail, whatever the others meet`() {
        let health = RedisHealth(deadlineNanoseconds: 100_000_000)
        let (first, second) = (health.makeSource(), health.makeSource())
        first.recordReply(now: 10)
        #expect(health.current(now: 20) == .pass(ageNanoseconds: 10))
        second.recordFailure(.queueFull, now: 15)
        first.recordReply(now: 18)
        #expect(health.current(now: 20) == .fail(.queueFull, ageNanoseconds: 5))
        second.recordReply(now: 25)
        #expect(health.current(now: 30) == .pass(ageNanoseconds: 5))
    }

    @Test func `without the marker key nothing is decided, and with it all is`() throws {
        let server = try RedisServer()
        let client = try server.client()
        let marker = "churnd:marker"
        let harness = try RedisHarness(
            port: server.port, quota: AdmissionProbeTests.quota, markerKey: Array(marker.utf8))
        let missing = RedisFailure.errorReply(.noMarker)
        let asks = [Ask.by("ann"), Ask(subject: [0x61], charges: 0)]
        for _ in 0..<2 {
            #expect(
                try harness.decide(asks)
                    == Array(repeating: .unavailable(.redis(missing)), count: 2))
            try harness.reactor.turns(until: "health fails") { harness.healthFailure == missing }
            #expect(try client.command("DBSIZE") == .integer(0))

            try client.command("SET", marker, "1")
            try harness.waitUntilPassing()
            #expect(
                try harness.decideUntimed(asks) == [
                    .admitted(left: 9, resetSeconds: 0), .uncharged,
                ])
            try client.command("FLUSHALL")
        }
    }
}
