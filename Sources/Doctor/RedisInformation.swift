/// What Redis reports of itself (INFO), and what of it matters to churnd.
package struct RedisInformation {
    /// The script needs effects replication by default (`AdmissionScript`).
    package static let majorVersionMin = 5
    /// Beyond this share of `maxmemory` a warning is due: at its end every prediction is a 503.
    package static let memoryShareMax = 0.9

    private let fields: [String: String]

    /// - Parameter text: lines of `name:value`; others, as headings and what no one knows, are
    ///   skipped.
    package init(_ text: [UInt8]) {
        var fields: [String: String] = [:]
        for line in text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
                line.first != UInt8(ascii: "#")
            else { continue }
            fields[String(decoding: line[..<colon], as: UTF8.self)] =
                String(decoding: line[(colon + 1)...], as: UTF8.self)
        }
        self.fields = fields
    }

    /// Findings on version, role, mode, memory and what was evicted.
    package var findings: [DoctorFinding] {
        [version, role, mode, memory, evictions].compactMap { $0 }
    }

    package var isPrimary: Bool { fields["role"] == "master" }

    package var version: DoctorFinding {
        let subject = "redis version"
        let text = fields["redis_version"]
        let major = text.flatMap { $0.split(separator: ".").first }.flatMap { Int($0) }
        guard let text, let major else {
            return DoctorFinding(.warning, subject, "not reported")
        }
        let isKnown = major >= RedisInformation.majorVersionMin
        return DoctorFinding(
            isKnown ? .good : .failure, subject,
            isKnown ? text : "\(text), expected \(RedisInformation.majorVersionMin) or later")
    }

    package var role: DoctorFinding {
        let subject = "redis role"
        switch fields["role"] {
        case "master": return DoctorFinding(.good, subject, "primary")
        case "slave":
            return DoctorFinding(
                .failure, subject,
                "replica, which takes no writes: every prediction would be a 503; expected the "
                    + "primary")
        case let role: return DoctorFinding(.failure, subject, "\(role ?? "not reported")")
        }
    }

    /// Nil where there is nothing to say.
    package var mode: DoctorFinding? {
        guard fields["redis_mode"] == "cluster" else { return nil }
        return DoctorFinding(
            .failure, "redis mode",
            "cluster, but one script has keys of several slots; expected a single primary")
    }

    package var memory: DoctorFinding {
        let subject = "redis memory"
        guard let policy = fields["maxmemory_policy"],
            let limit = fields["maxmemory"].flatMap({ UInt64($0) })
        else { return DoctorFinding(.warning, subject, "maxmemory-policy is not reported") }
        if limit == 0 {
            return DoctorFinding(
                .good, subject, "without maxmemory, so nothing is evicted under \(policy)")
        }
        guard policy == "noeviction" else {
            // Also volatile-*: revocations and quotas have an expiry.
            return DoctorFinding(
                .failure, subject,
                "maxmemory-policy \(policy) evicts keys at \(limit) bytes: a revoked token would "
                    + "be let in again, a quota forgotten; expected noeviction")
        }
        let used = fields["used_memory"].flatMap { UInt64($0) } ?? 0
        let text = "\(used) of \(limit) bytes used, noeviction"
        guard Double(used) <= RedisInformation.memoryShareMax * Double(limit) else {
            return DoctorFinding(
                .warning, subject, "\(text): when it is full, every prediction is a 503")
        }
        return DoctorFinding(.good, subject, text)
    }

    /// Nil where nothing was evicted.
    package var evictions: DoctorFinding? {
        guard let count = fields["evicted_keys"].flatMap({ UInt64($0) }), count > 0 else {
            return nil
        }
        return DoctorFinding(
            .warning, "redis evictions",
            "\(count) keys were evicted since Redis started, maybe revocations among them")
    }

    /// - Parameter savePoints: the value of `save` in Redis' configuration; nil where it is not
    ///   reported.
    package func persistence(savePoints: String?) -> DoctorFinding {
        let subject = "redis persistence"
        if fields["aof_enabled"] == "1" {
            if fields["aof_last_write_status"] == "err" {
                return DoctorFinding(.failure, subject, "the append-only file cannot be written")
            }
            return DoctorFinding(.good, subject, "append-only file")
        }
        let loss = "a restart of Redis forgets revocations and quotas"
        guard let savePoints else {
            return DoctorFinding(
                .warning, subject, "no append-only file; whether it saves is not reported: \(loss)")
        }
        guard !savePoints.isEmpty else { return DoctorFinding(.warning, subject, "none: \(loss)") }
        if fields["rdb_last_bgsave_status"] == "err" {
            return DoctorFinding(.failure, subject, "the last snapshot could not be saved")
        }
        return DoctorFinding(
            .good, subject,
            "snapshots (\(savePoints)); what came after the latest is lost in a crash")
    }
}
