internal import Bytes
internal import Configuration
internal import POSIX
internal import Redis

/// Asks Redis what churnd would ask it, and what it says of itself.
struct RedisCheck {
    private static let subject = "redis"

    let endpoint: RedisEndpoint
    let deadlineNanoseconds: Int64
    /// Nil if none is configured.
    let markerKey: String?
    let leewaySeconds: Int
    let noticesRevocations: Bool

    func examine(_ report: (DoctorFinding) -> Void) {
        let session: RedisSession
        do throws(SystemError) {
            session = try RedisSession(endpoint, deadlineNanoseconds: deadlineNanoseconds)
        } catch {
            return report(DoctorFinding(.failure, RedisCheck.subject, "\(error)"))
        }
        let (answers, finding) = greet(session)
        report(finding)
        guard answers else { return }
        let isPrimary = inquire(session, report)
        // A replica refuses what writes, which its role says already.
        if isPrimary { report(RedisRights.examine(session)) }
        if let markerKey { report(marker(session, markerKey)) }
        if noticesRevocations { report(keyspaceEvents(session)) }
        if let finding = clock(session) { report(finding) }
    }

    /// Whether it makes sense to ask for more.
    private func greet(_ session: RedisSession) -> (answers: Bool, DoctorFinding) {
        let start = Clock.monotonicNanoseconds()
        if let finding = ping(session) { return (false, finding) }
        let connected = Clock.monotonicNanoseconds()
        if let finding = ping(session) { return (false, finding) }
        let roundTrip = Clock.monotonicNanoseconds() - connected
        let text =
            "\(endpoint) answers in \(RedisCheck.milliseconds(roundTrip)) ms, after "
            + "\(RedisCheck.milliseconds(connected - start)) ms to connect; redis.deadline is "
            + "\(RedisCheck.milliseconds(deadlineNanoseconds)) ms"
        let isSlow = roundTrip > deadlineNanoseconds / 2
        return (true, DoctorFinding(isSlow ? .warning : .good, RedisCheck.subject, text))
    }

    /// Nil where it is answered.
    private func ping(_ session: RedisSession) -> DoctorFinding? {
        switch session.command("PING") {
        case .success(.error(let text)): refusal(RedisErrorCode(of: text))
        case .success: nil
        case .failure(let failure):
            DoctorFinding(.failure, RedisCheck.subject, "\(endpoint): \(failure)")
        }
    }

    private func refusal(_ code: RedisErrorCode) -> DoctorFinding {
        let remark =
            switch code.description {
            case "NOAUTH": ": expected a password in redis.url"
            case "NOPERM": ": the user of redis.url may not even do that"
            case "LOADING": ": it is starting"
            case _: ""
            }
        return DoctorFinding(
            .failure, RedisCheck.subject, "\(endpoint): PING was answered with \(code)\(remark)")
    }

    /// Whether it is a primary, as far as is known.
    private func inquire(_ session: RedisSession, _ report: (DoctorFinding) -> Void) -> Bool {
        switch session.command("INFO") {
        case .success(.bulk(let text)):
            let information = RedisInformation(text)
            information.findings.forEach(report)
            report(information.persistence(savePoints: savePoints(session)))
            return information.isPrimary
        case .success(.error(let text)):
            report(
                DoctorFinding(
                    .warning, RedisCheck.subject,
                    "INFO was answered with \(RedisErrorCode(of: text)), so that version, role, "
                        + "memory and persistence are not known; expected +info for the user of "
                        + "redis.url"))
        case .success: report(DoctorFinding(.failure, RedisCheck.subject, "INFO: no text"))
        case .failure(let failure):
            report(DoctorFinding(.failure, RedisCheck.subject, "INFO: \(failure)"))
        }
        return true
    }

    /// Whether Redis reports what `redis.keyspace_events` needs.
    private func keyspaceEvents(_ session: RedisSession) -> DoctorFinding {
        let subject = "redis keyspace events"
        let key = "notify-keyspace-events"
        guard let flags = setting(key, session) else {
            return DoctorFinding(
                .warning, subject,
                "\(key) is not known, expected +config|get for the user of redis.url")
        }
        let isEnough =
            flags.contains("K")
            && (flags.contains("A") || flags.contains("$") && flags.contains("g"))
        let found = "\(key) is \(flags.isEmpty ? "empty" : flags)"
        return DoctorFinding(
            isEnough ? .good : .failure, subject,
            isEnough
                ? found
                : "\(found): revocations that are made in Redis are not noticed, expected K, $ "
                    + "and g")
    }

    private func savePoints(_ session: RedisSession) -> String? { setting("save", session) }

    /// Nil where the user may not ask.
    private func setting(_ name: String, _ session: RedisSession) -> String? {
        guard case .success(.array(let pair)) = session.command("CONFIG", "GET", name),
            pair.count == 2, case .bulk(let value) = pair[1]
        else { return nil }
        return String(decoding: value, as: UTF8.self)
    }

    /// Whether the key of `redis.marker_key` exists.
    private func marker(_ session: RedisSession, _ key: String) -> DoctorFinding {
        let subject = "redis marker"
        switch session.command("EXISTS", key) {
        case .success(.integer(1)): return DoctorFinding(.good, subject, "\(key) exists")
        case .success(.integer):
            return DoctorFinding(
                .failure, subject,
                "\(key) is missing: every prediction would be a 503; when the revocations are in "
                    + "Redis, set it by churnctl redis mark")
        case .success(.error(let text)):
            return DoctorFinding(
                .failure, subject,
                "EXISTS was answered with \(RedisErrorCode(of: text)): every prediction would be "
                    + "a 503; expected a right to read \(key)")
        case .success: return DoctorFinding(.failure, subject, "EXISTS: no number")
        case .failure(let failure): return DoctorFinding(.failure, subject, "EXISTS: \(failure)")
        }
    }

    private func clock(_ session: RedisSession) -> DoctorFinding? {
        let before = Clock.unixMilliseconds()
        let outcome = session.command("TIME")
        let after = Clock.unixMilliseconds()
        // Where it is not allowed, the rights have said so.
        guard case .success(.array(let parts)) = outcome, parts.count == 2,
            case .bulk(let seconds) = parts[0], case .bulk(let microseconds) = parts[1],
            let seconds = Int(decimal: seconds), seconds < 1 << 40,
            let microseconds = Int(decimal: microseconds), microseconds < 1_000_000
        else { return nil }
        return RedisClock(
            unixMilliseconds: Int64(seconds * 1000 + microseconds / 1000), before: before,
            after: after
        ).finding(leewaySeconds: leewaySeconds)
    }

    /// Nanoseconds as milliseconds with one decimal, rounded up.
    private static func milliseconds(_ nanoseconds: Int64) -> String {
        let tenths = (nanoseconds + 99_999) / 100_000
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
