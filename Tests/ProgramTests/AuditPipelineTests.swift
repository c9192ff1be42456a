import AuditLog
import JSON
import TestSupport
import Testing

extension ProgramTests {
    /// Clients that send as much as they please and leave when they please.
    @Suite struct AuditPipelineTests {
        private enum Kind: CaseIterable {
            case prediction, more, unscoped, stranger, invalid, health

            var statuses: Set<Int> {
                switch self {
                case .prediction, .more: [200, 429]
                case .unscoped: [403]
                case .stranger: [401]
                case .invalid: [422]
                case .health: [200]
                }
            }

            /// Whether an answer with this status has a record.
            func isRecorded(_ status: Int) -> Bool {
                self != .health && [200, 403, 429].contains(status)
            }
        }

        private let tokens = TokenFactory()

        private func request(_ kind: Kind, _ name: String, subject: Int) throws -> HTTPRequest {
            switch kind {
            case .prediction, .more:
                .predict(
                    token: try tokens.token("subject-\(subject)", scope: "predict"),
                    requestID: name)
            case .unscoped: .predict(token: try tokens.token("other"), requestID: name)
            case .stranger: .predict(token: "a.b.c", requestID: name)
            case .invalid:
                .predict(
                    token: try tokens.token("invalid", scope: "predict"), body: "{}",
                    requestID: name)
            case .health: HTTPRequest.get("/livez").with("X-Request-Id", name)
            }
        }

        /// Sends what the seed says, and returns what was answered that has to be recorded.
        private func send(
            connections: Int, to port: UInt16, seed: UInt64
        ) throws -> [String: Int] {
            var random = SplitMix64(seed: seed)
            var recorded: [String: Int] = [:]
            for connection in 0..<connections {
                let kinds = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                    Kind.allCases.randomElement(using: &random) ?? .prediction
                }
                let names = kinds.indices.map { "\(seed)-\(connection)-\($0)" }
                var bytes: [UInt8] = []
                for (kind, name) in zip(kinds, names) {
                    let subject = Int.random(in: 0..<5, using: &random)
                    bytes += try request(kind, name, subject: subject).bytes
                }
                let client = try ClientSocket(port: port)
                try client.sendWhileReceiving(bytes[...])
                switch Int.random(in: 0..<10, using: &random) {
                case 0: client.reset()
                case 1: client.close()
                case _:
                    for (kind, name) in zip(kinds, names) {
                        let answer = try client.readAnswer()
                        #expect(answer["X-Request-Id"] == name)
                        #expect(kind.statuses.contains(answer.status), "\(kind) \(answer.status)")
                        if kind.isRecorded(answer.status) { recorded[name] = answer.status }
                    }
                }
            }
            return recorded
        }

        /// A refusal beyond the first is counted with others of its status.
        private func expectCounted(_ refused: [Int], in audited: AuditedChurnd) throws {
            let counts = try audited.records(.refusals)
            for status in Set(refused) {
                let counted = counts.filter { $0["status"]?.asNumber == Double(status) }
                    .compactMap { $0["count"]?.asNumber }.reduce(0, +)
                // Clients that left have not seen all of their answers.
                #expect(Double(refused.count { $0 == status }) <= counted, "\(status)")
            }
        }

        @Test(arguments: [
            ("none", false), ("none", true), ("interval", false), ("interval", true),
            ("always", false), ("always", true),
        ])
        func `whatever is pipelined or broken off, every answer has one record or is counted`(
            sync: String, isInRedis: Bool
        ) throws {
            let redis = try isInRedis ? RedisServer() : nil
            var flags = ["audit.sync": sync, "jwt.scope": "predict", "quota.limit": "50"]
            if let redis {
                flags["store"] = "redis"
                flags["redis.url"] = "redis://127.0.0.1:\(redis.port)"
                flags["redis.deadline"] = "10000"
            }
            let audited = try AuditedChurnd(flags)
            if isInRedis {
                let client = try audited.churnd.client()
                try eventually("Redis is there") {
                    try client.exchange(.get("/health")).status == 200
                }
            }
            let port = audited.churnd.port
            let answered = try concurrently(6) { thread in
                try send(connections: 40, to: port, seed: UInt64(thread))
            }
            try audited.end()
            var records: [String: [Double?]] = [:]
            for record in try audited.records() {
                guard let name = record.text("request_id") else { continue }
                records[name, default: []].append(record["status"]?.asNumber)
            }
            #expect(records.values.allSatisfy { $0.count == 1 })
            let all = answered.flatMap { $0 }
            #expect(all.count > 500)
            #expect(Set(all.map(\.value)) == [200, 403, 429])
            let unrecorded = all.filter { records[$0.key] != [Double($0.value)] }
            #expect(unrecorded.allSatisfy { records[$0.key] == nil && $0.value != 200 })
            try expectCounted(unrecorded.map(\.value), in: audited)
            #expect(try audited.verify().exit == .code(0))
        }
    }
}
