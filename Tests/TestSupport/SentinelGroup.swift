internal import POSIX

/// A primary, a replica of it, and three Sentinels that know each other and both.
package final class SentinelGroup {
    package static let name = "churn"

    /// The one that is primary at first.
    package let first: RedisServer
    /// The one that replaces it.
    package let second: RedisServer
    package let sentinels: [RedisServer]

    package init() throws {
        let options = ["--repl-diskless-sync-delay", "0", "--repl-timeout", "5"]
        let first = try RedisServer(options)
        self.first = first
        let second = try RedisServer(options + ["--replicaof", "127.0.0.1", "\(first.port)"])
        self.second = second
        try eventually("the replica has what the primary has") {
            try second.client().command("INFO", "replication").text?
                .contains("master_link_status:up") == true
        }
        sentinels = try (0..<3).map { _ in
            try RedisServer(sentinelOf: first.port, as: SentinelGroup.name, quorum: 2)
        }
        try eventually("the Sentinels know each other and the replica", within: 20) {
            try sentinels.allSatisfy { sentinel in
                let text = try sentinel.client().command("INFO", "sentinel").text ?? ""
                return text.contains("status=ok") && text.contains("slaves=1,sentinels=3")
            }
        }
    }

    package var url: String {
        let places = sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
        return "redis+sentinel://\(places)/\(SentinelGroup.name)"
    }

    /// Whether the second is primary now.
    package func hasFailedOver() throws -> Bool {
        guard case .array(let parts) = try second.client().command("ROLE") else { return false }
        return parts.first?.text == "master"
    }
}
