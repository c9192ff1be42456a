internal import Access
internal import OpenSSL
internal import Redis

/// Whether the user of `redis.url` may do what the script does.
enum RedisRights {
    /// `ARGV` holds the commands and their arguments, with an empty one after each command; the
    /// answer, the names of those that are refused and why.
    private static let script = """
        local refused, command = {}, {}
        for index = 1, #ARGV do
            if ARGV[index] ~= '' then
                command[#command + 1] = ARGV[index]
            else
                local answer = redis.pcall(unpack(command))
                if type(answer) == 'table' and answer.err then
                    refused[#refused + 1] = command[1]
                    refused[#refused + 1] = answer.err
                end
                command = {}
            end
        end
        return refused
        """

    static func examine(_ session: RedisSession) -> DoctorFinding {
        // A name that no subject has.
        let name = "churnd-doctor-\(RandomBytes.hexadecimalText(16))"
        let revocation = "\(AdmissionKeys.revocation)\(name)"
        let before = "\(AdmissionKeys.revokedBefore)\(name)"
        let quota = "\(AdmissionKeys.quota)\(name)"
        do throws(Refusal) {
            var refused = try byDigest(session)
            // What changes nothing, since the keys are not there.
            refused += try run(
                session, keys: [revocation, before, quota],
                [
                    ["EXISTS", revocation, before], ["GET", before], ["TIME"],
                    ["LRANGE", quota, "-1", "98"],
                    ["LLEN", quota], ["LINDEX", quota, "-1"], ["LTRIM", quota, "0", "-2"],
                    ["PTTL", quota],
                    ["PEXPIRE", quota, "1000"],
                ])
            // Only what could be removed again is written, in a run of its own: Redis lets a script
            // that has written continue when it is full.
            if refused.isEmpty {
                refused = try run(
                    session, keys: [quota],
                    [
                        ["LPUSH", quota, "1"], ["PEXPIRE", quota, "1000"],
                        ["LTRIM", quota, "1", "0"],
                    ])
            }
            guard refused.isEmpty else {
                return finding(
                    "answered \(refused.joined(separator: ", ")): predictions would be 503")
            }
            let logout = try run(
                session, keys: [revocation],
                [["SET", revocation, "1", "PX", "1000"], ["PEXPIRE", revocation, "0"]])
            guard logout.isEmpty else {
                return DoctorFinding(
                    .warning, subject,
                    "answered \(logout.joined(separator: ", ")): POST /logout would be 503")
            }
            return DoctorFinding(
                .good, subject, "all that the script of revocations and quotas does")
        } catch {
            return finding(error.reason)
        }
    }

    private struct Refusal: Error { let reason: String }

    /// Whether a script may be run by its digest; this one Redis cannot know.
    private static func byDigest(_ session: RedisSession) throws(Refusal) -> [String] {
        switch session.command("EVALSHA", String(repeating: "0", count: 40), "0") {
        case .success(.error(let text)) where RedisErrorCode(of: text) != .noScript:
            return ["EVALSHA with \(RedisErrorCode(of: text))"]
        case .success: return []
        case .failure(let failure): throw Refusal(reason: "EVALSHA: \(failure)")
        }
    }

    /// The commands that are refused when a script does them.
    private static func run(
        _ session: RedisSession, keys: [String], _ commands: [[String]]
    ) throws(Refusal) -> [String] {
        let words =
            ["EVAL", script, "\(keys.count)"] + keys + commands.flatMap { $0 + [""] }
        switch session.command(words.map { Array($0.utf8) }) {
        case .success(.array(let parts)):
            return stride(from: 0, to: parts.count - 1, by: 2).compactMap { index in
                guard case .bulk(let command) = parts[index],
                    case .bulk(let error) = parts[index + 1]
                else { return nil }
                let name = String(decoding: command, as: UTF8.self)
                return "\(name) with \(RedisErrorCode(of: error))"
            }
        case .success(.error(let text)): return ["EVAL with \(RedisErrorCode(of: text))"]
        case .success: throw Refusal(reason: "EVAL: another answer than the script gives")
        case .failure(let failure): throw Refusal(reason: "EVAL: \(failure)")
        }
    }

    private static let subject = "redis rights"

    private static func finding(_ text: String) -> DoctorFinding {
        DoctorFinding(.failure, subject, text)
    }
}
