import POSIX
import TestSupport
import Testing

extension ProgramTests {
    /// Redis fails over under three real Sentinels.
    @Suite struct FailoverTests {
        /// A churnd that asks the Sentinels, and what its caller has got.
        private final class Caller {
            private let limit: Int
            let group: SentinelGroup
            private let churnd: ChurndProcess
            private let token: String
            private var client: ClientSocket
            /// How long the longest answer took.
            private(set) var longest: Int64 = 0
            private(set) var admitted = 0

            init(limit: Int = 60) throws {
                self.limit = limit
                group = try SentinelGroup()
                churnd = try ChurndProcess([
                    "store": "redis", "redis.url": group.url, "redis.deadline": "200",
                    "quota.limit": "\(limit)", "http.reactors": "2",
                ])
                token = try TokenFactory().token("alice", id: "the-id")
                client = try churnd.client()
                try eventually("Redis is reached") {
                    try client.exchange(.get("/health")).status == 200
                }
            }

            func predict() throws -> Int {
                let begin = Clock.monotonicNanoseconds()
                let status = try client.exchange(.predict(token: token)).status
                longest = max(longest, Clock.monotonicNanoseconds() - begin)
                if status == 200 { admitted += 1 }
                return status
            }

            /// Admits so many, and waits until the replica has them.
            func predict(_ count: Int) throws {
                for _ in 0..<count { #expect(try predict() == 200) }
                let first = try group.first.client().command("LLEN", "quota:alice")
                try eventually("the replica has them") {
                    try group.second.client().command("LLEN", "quota:alice") == first
                }
            }

            /// Asks until the second server is primary and has admitted one; the nanoseconds that
            /// this took from the one to the other.
            func predictThroughFailover() throws -> Int64 {
                // A Sentinel closes every connection to what it promotes.
                func length() throws -> RedisClient.Reply {
                    try group.second.client().command("LLEN", "quota:alice")
                }
                var promotedAt: Int64?
                var kept: RedisClient.Reply?
                try eventually("it admits again", within: 20) {
                    if promotedAt == nil, try group.hasFailedOver() {
                        promotedAt = Clock.monotonicNanoseconds()
                        // Nothing comes from the old one any more.
                        kept = try length()
                    }
                    let status = try predict()
                    #expect(status == 200 || status == 503)
                    return try kept != nil && kept != length()
                }
                return Clock.monotonicNanoseconds() - (promotedAt ?? 0)
            }

            /// Asks until the quota is used up, and checks that the surviving primary has it all.
            func exhaust() throws {
                try eventually("the quota is used up") { try predict() == 429 }
                #expect(
                    try group.second.client().command("LLEN", "quota:alice")
                        == .integer(limit))
            }

            func expectQuick() { #expect(longest < 2_000_000_000, "\(longest) ns") }

            /// Loses every connection that churnd has to the second server.
            func disconnect() throws {
                try group.second.client().command(
                    "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            }
        }

        @Test func `a killed primary is replaced, and is not trusted when it comes back`() throws {
            let caller = try Caller()
            try caller.predict(20)
            caller.group.first.kill()
            #expect(try caller.predictThroughFailover() < 2_000_000_000)
            // Empty, and it calls itself primary until a Sentinel sees it.
            try caller.group.first.restart()
            for _ in 0..<10 {
                try caller.disconnect()
                _ = try caller.predict()
            }
            try caller.exhaust()
            #expect(caller.admitted <= 60)
            #expect(
                try caller.group.first.client().command("EXISTS", "quota:alice") == .integer(0))
            caller.expectQuick()
        }

        @Test func `a primary that hangs is replaced, and is not trusted once it runs`() throws {
            let caller = try Caller()
            try caller.predict(20)
            try caller.group.first.pause()
            #expect(try caller.predictThroughFailover() < 2_000_000_000)
            caller.group.first.resume()
            for _ in 0..<10 {
                try caller.disconnect()
                _ = try caller.predict()
            }
            try caller.exhaust()
            #expect(caller.admitted <= 60)
            caller.expectQuick()
        }

        @Test func `a primary that only the Sentinels have lost is left at their word`() throws {
            let caller = try Caller(limit: 100_000)
            try caller.predict(20)
            // What is connected stays so, and nothing else gets in. Then churnd alone is left.
            let (first, second) = (try caller.group.first.client(), caller.group.second)
            try first.command("CONFIG", "SET", "port", "\(try FreePort.find())")
            try first.command("CLIENT", "KILL", "TYPE", "replica")
            let list = try #require(try first.command("CLIENT", "LIST").text)
            for line in list.split(separator: "\n") where line.contains("name=sentinel-") {
                let id = line.split(separator: " ")[0].dropFirst("id=".count)
                try first.command("CLIENT", "KILL", "ID", String(id))
            }
            #expect(try caller.predict() == 200)
            #expect(try caller.predictThroughFailover() < 2_000_000_000)
            // What the old one has admitted since is lost with it; and now it admits nothing.
            let lost = try first.command("LLEN", "quota:alice")
            for _ in 0..<20 { #expect(try caller.predict() == 200) }
            #expect(try first.command("LLEN", "quota:alice") == lost)
            let kept = try second.client().command("LLEN", "quota:alice")
            guard case .integer(let lost) = lost, case .integer(let kept) = kept else {
                Issue.record("no lists")
                return
            }
            #expect(lost > 20)
            #expect(caller.admitted <= lost + kept - 20)
            caller.expectQuick()
        }
    }
}
