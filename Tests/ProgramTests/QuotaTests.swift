import TestSupport
import Testing

extension ProgramTests {
    @Suite struct QuotaTests {
        @Test func `two processes admit exactly 100 of 300 concurrent requests of a subject`()
            throws
        {
            let redis = try RedisServer()
            let churnds = try (0..<2).map { _ in
                try ChurndProcess(redisPort: redis.port, Deployment.patient)
            }
            let ports = churnds.map(\.port)
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            let answers = try concurrently(50) { index in
                let client = try ClientSocket(port: ports[index % 2], seconds: 30)
                return try (0..<6).map { _ in try client.exchange(request) }
            }.flatMap { $0 }
            #expect(answers.count == 300)
            #expect(answers.count { $0.status == 200 } == 100)
            #expect(answers.count { $0.status == 429 } == 200)
            let left = answers.filter { $0.status == 200 }.compactMap { $0.quota?.left }
            #expect(left.sorted() == Array(0..<100))
            #expect(try redis.client().admissions(of: "alice").count == 100)
            #expect(churnds.allSatisfy { $0.child.ended == nil })
        }

        @Test(arguments: [true, false])
        func `the last of 101 requests is refused`(isInRedis: Bool) throws {
            let redis = isInRedis ? try RedisServer() : nil
            let churnd = try ChurndProcess(redisPort: redis?.port, Deployment.patient)
            let request = HTTPRequest.predict(token: try TokenFactory().token("alice"))
            let client = try churnd.client()
            for left in (0..<100).reversed() {
                let answer = try client.exchange(request)
                #expect(answer.status == 200)
                #expect(answer.quota?.left == left)
            }
            let refused = try client.exchange(request)
            #expect(refused.status == 429)
            #expect(refused.detail == "Rate limit exceeded")
        }

        @Test func `subjects do not share a quota`() throws {
            let deployment = try Deployment(["quota.limit": "2"])
            let client = try deployment.churnd.client()
            let alice = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            for status in [200, 200, 429] {
                #expect(try client.exchange(alice).status == status)
            }
            let other = HTTPRequest.predict(token: try deployment.tokens.token("alice2"))
            #expect(try client.exchange(other).quota?.left == 1)
            let again = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            #expect(try client.exchange(again).status == 429, "another token of the same subject")
        }

        @Test func `a refused request stores and extends nothing`() throws {
            let deployment = try Deployment(["quota.limit": "2"])
            let client = try deployment.churnd.client()
            let redis = try deployment.redis.client()
            let request = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            for _ in 0..<2 { #expect(try client.exchange(request).status == 200) }
            let admissions = try redis.admissions(of: "alice")
            let expiry = try redis.command("PEXPIRETIME", "quota:alice")
            let keys = try redis.command("DBSIZE")
            for _ in 0..<5 { #expect(try client.exchange(request).status == 429) }
            #expect(try redis.admissions(of: "alice") == admissions)
            #expect(try redis.command("PEXPIRETIME", "quota:alice") == expiry)
            #expect(try redis.command("DBSIZE") == keys)
            #expect(keys == .integer(1))
        }

        @Test func `200 and 429 tell of the quota and no other answer does`() throws {
            let deployment = try Deployment(["quota.limit": "3", "quota.window": "60"])
            let client = try deployment.churnd.client()
            let token = try deployment.tokens.token("alice")
            let policy = "\"hourly\";q=3;w=60"
            for left in [2, 1, 0] {
                let answer = try client.exchange(.predict(token: token))
                #expect(answer.status == 200)
                #expect(answer["RateLimit-Policy"] == policy)
                #expect(answer.quota?.left == left)
                #expect((1...60).contains(answer.quota?.seconds ?? 0))
                #expect(answer.values(of: "Retry-After") == [])
            }
            let refused = try client.exchange(.predict(token: token))
            #expect(refused.status == 429)
            #expect(refused["RateLimit-Policy"] == policy)
            #expect(refused.quota?.left == 0)
            #expect((1...60).contains(refused.quota?.seconds ?? 0))
            #expect(refused["Retry-After"] == refused.quota.map { "\($0.seconds)" })

            for request in [
                HTTPRequest.predict(token: token, body: "{}"), .predict(token: nil),
                .get("/health"), .get("/nowhere"),
            ] {
                let answer = try client.exchange(request)
                #expect(answer.values(of: "RateLimit") == [], "\(answer.status)")
                #expect(answer.values(of: "RateLimit-Policy") == [], "\(answer.status)")
            }
        }

        @Test func `the first admission resets the quota after a whole window`() throws {
            let deployment = try Deployment(["quota.window": "86400", "quota.limit": "100000"])
            let request = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            let answer = try deployment.churnd.client().exchange(request)
            #expect(answer["RateLimit"] == "\"hourly\";r=99999;t=86400")
        }

        @Test func `an invalid body is not charged`() throws {
            let deployment = try Deployment(["quota.limit": "1"])
            let client = try deployment.churnd.client()
            let redis = try deployment.redis.client()
            let token = try deployment.tokens.token("alice")
            let wrong = Customer.valid.with("tenure", "73").json
            for (body, status) in [(wrong, 422), ("{", 400), ("{}", 422), ("[1]", 400)] {
                #expect(try client.exchange(.predict(token: token, body: body)).status == status)
            }
            #expect(try redis.command("DBSIZE") == .integer(0))
            #expect(try client.exchange(.predict(token: token)).status == 200)
            #expect(try client.exchange(.predict(token: token)).status == 429)
            #expect(try client.exchange(.predict(token: token, body: wrong)).status == 422)
        }

        @Test func `the window slides`() throws {
            let windowMilliseconds = 1000
            let deployment = try Deployment(["quota.limit": "2", "quota.window": "1"])
            let client = try deployment.churnd.client()
            let redis = try deployment.redis.client()
            let request = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            var admitted: [Int] = []
            var refusals = 0
            while admitted.count < 6 {
                let answer = try client.exchange(request)
                if answer.status == 200 {
                    admitted.append(try redis.admissions(of: "alice").first ?? 0)
                    // So that the two of a window do not leave it together.
                    let next = (admitted.last ?? 0) + 300
                    try eventually("some time passes") { try redis.milliseconds() >= next }
                } else {
                    #expect(answer.status == 429)
                    #expect(answer["Retry-After"] == "1")
                    refusals += 1
                    let oldest = admitted[admitted.count - 2] + windowMilliseconds
                    try eventually("the oldest admission has left") {
                        try redis.milliseconds() >= oldest
                    }
                }
            }
            for index in 2..<admitted.count {
                let distance = admitted[index] - admitted[index - 2]
                #expect(distance >= windowMilliseconds)
            }
            // One refusal for each that had to wait: once the oldest has left, one is admitted.
            #expect(refusals <= 4)
            #expect(refusals >= 1)
        }

        @Test func `the key of a quota ends with its window`() throws {
            let deployment = try Deployment(["quota.window": "1"])
            let redis = try deployment.redis.client()
            let request = HTTPRequest.predict(token: try deployment.tokens.token("alice"))
            #expect(try deployment.churnd.client().exchange(request).status == 200)
            try eventually("the key is gone") { try redis.command("DBSIZE") == .integer(0) }
        }
    }
}

extension RedisClient {
    /// Redis' own clock; 0 when it cannot be read.
    fileprivate func milliseconds() throws -> Int {
        guard case .array(let parts) = try command("TIME"), parts.count == 2,
            let seconds = parts[0].text.flatMap({ Int($0) }),
            let microseconds = parts[1].text.flatMap({ Int($0) })
        else { return 0 }
        return seconds * 1000 + microseconds / 1000
    }
}
